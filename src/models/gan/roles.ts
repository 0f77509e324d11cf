/** Which of a model's files is the generator and which the discriminator, by the sizes of their tensors. */

import { basename } from 'node:path';
import type { GanTensors } from '../../protocol/gan.ts';
import type { TensorInfo } from '../../protocol/inference.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { FileTensors } from '../vae/roles.ts';
import { described, lengthOf, sizesOf } from '../vae/sizes.ts';
import { namesDiscriminator, namesGenerator, namesNoise } from './names.ts';

const listed = (tensors: readonly TensorInfo[]): string => tensors.map(described).join(', ') || 'none';
const undecidable = (message: string): RpcError => new RpcError('model-invalid', message);

/**
 * Generator and discriminator from two files, whichever way round, or a generator alone.
 *
 * @throws RpcError 'generator-missing' for a discriminator alone; 'model-invalid' with the tensors, where nothing fits
 */
export function findGanTensors(first: FileTensors, second: FileTensors | undefined): GanTensors {
  if (!second) return alone(first);
  const fits = [pairOf(first, second), pairOf(second, first)].filter((pair) => pair !== undefined);
  const [found] = fits.sort((a, b) => speaksFor(b) - speaksFor(a));
  if (found) return found;
  throw undecidable(
    `${first.path} (inputs ${listed(first.inputs)}; outputs ${listed(first.outputs)}) and ${second.path} (inputs ${listed(second.inputs)}; ` +
      `outputs ${listed(second.outputs)}) are no generator and discriminator of one model: the discriminator has to take what the generator ` +
      'gives. Choose files that belong together.',
  );
}

function alone(file: FileTensors): GanTensors {
  const { path, inputs, outputs } = file;
  const longest = (tensors: readonly TensorInfo[]): number => Math.max(0, ...tensors.map((tensor) => lengthOf(tensor) ?? 0));
  if (longest(outputs) < longest(inputs) && !inputs.some(({ name }) => namesNoise(name)))
    throw new RpcError(
      'generator-missing',
      `${path} takes ${listed(inputs)} and gives ${listed(outputs)}: it is a discriminator alone. Give the generator too.`,
    );
  const item = itemsIn(file)[0];
  if (!item)
    throw undecidable(
      `${path} has the outputs ${listed(outputs)}; a generator gives pictures or vectors as float32, of a size that the file states. Export ` +
        'it with fixed sizes behind the batch.',
    );
  if (noisesIn(file).length === 0)
    throw undecidable(`${path} has the inputs ${listed(inputs)}; a generator takes z as float32, of a size that the file states.`);
  return { generator: { path, inputs, outputs }, itemSizes: sizesOf(item)! };
}

/** Outputs that may be what is generated, the longest first. */
const itemsIn = ({ outputs }: FileTensors): TensorInfo[] =>
  outputs.filter((output) => output.type === 'float32' && (lengthOf(output) ?? 0) > 1).sort((a, b) => lengthOf(b)! - lengthOf(a)!);

/** Inputs that may be z. */
export const noisesIn = ({ inputs }: Pick<FileTensors, 'inputs'>): TensorInfo[] =>
  inputs.filter((input) => input.type === 'float32' && sizesOf(input) !== null);

function pairOf(generator: FileTensors, discriminator: FileTensors): GanTensors | undefined {
  if (noisesIn(generator).length === 0) return undefined;
  for (const item of itemsIn(generator)) {
    const picture = discriminator.inputs.find((input) => input.type === 'float32' && lengthOf(input) === lengthOf(item));
    if (!picture || !discriminator.outputs.some(({ type }) => type === 'float32')) continue;
    const { path, inputs, outputs } = discriminator;
    return {
      generator: { path: generator.path, inputs: generator.inputs, outputs: generator.outputs },
      discriminator: { path, picture, inputs, outputs },
      itemSizes: sizesOf(picture)!,
    };
  }
  return undefined;
}

/** Where both ways fit (what is generated has as many numbers as z), names tell. */
function speaksFor({ generator, discriminator }: GanTensors): number {
  const named = [
    namesGenerator(basename(generator.path)),
    namesDiscriminator(basename(discriminator!.path)),
    generator.inputs.some(({ name }) => namesNoise(name)),
    !discriminator!.inputs.some(({ name }) => namesNoise(name)),
  ];
  return named.filter(Boolean).length;
}

/** Which tensors of a model's files are what, by their sizes and names. */

import { basename } from 'node:path';
import { elementCount } from '../../formats/elements.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { TensorInfo } from '../../protocol/inference.ts';
import type { DecoderTensors, VaeTensors } from '../../protocol/vae.ts';
import { described, lengthOf, sizesOf } from './sizes.ts';
import { namedRole, namesLatent } from './names.ts';

/** A file as its session shows it. */
export interface FileTensors {
  path: string;
  inputs: readonly TensorInfo[];
  outputs: readonly TensorInfo[];
}

function undecidable(message: string): RpcError {
  return new RpcError('model-invalid', message);
}

const listed = (tensors: readonly TensorInfo[]): string => tensors.map(described).join(', ') || 'none';

/**
 * An encoder and a decoder from the files that are said to be them, whichever way round, or from one file that is both, or a decoder alone.
 *
 * @throws RpcError 'decoder-missing' for an encoder alone; 'model-invalid' with the tensors, where nothing fits
 */
export function findTensors(decoder: FileTensors, encoder: FileTensors | undefined): VaeTensors {
  if (!encoder || (encoder.path === decoder.path && decoder.inputs.length === 1)) return alone(decoder);
  if (encoder.path === decoder.path) return inOneFile(decoder);
  const [first, second] = [pairOf(encoder, decoder), pairOf(decoder, encoder)];
  const found = first && second ? (speaksFor(second) > speaksFor(first) ? second : first) : (first ?? second);
  if (found) return found;
  throw undecidable(
    `${encoder.path} (inputs ${listed(encoder.inputs)}; outputs ${listed(encoder.outputs)}) and ${decoder.path} (inputs ` +
      `${listed(decoder.inputs)}; outputs ${listed(decoder.outputs)}) are no encoder and decoder of one model: the decoder has to take what the ` +
      'encoder gives, and give what it takes. Choose files that belong together.',
  );
}

/** What speaks for a pair, where the other way round fits as well: names, before z being smaller than an item. */
function speaksFor({ encoder, decoder, latentShape, itemSizes }: VaeTensors): number {
  const named = [
    namesLatent(decoder.input.name),
    /enc/i.test(basename(encoder!.path)),
    /dec|gen/i.test(basename(decoder.path)),
    encoder!.outputs.some(({ name }) => namedRole(name)?.role === 'spread'),
  ];
  return named.filter(Boolean).length + (elementCount(latentShape) < elementCount(itemSizes) ? 0.5 : 0);
}

function alone(file: FileTensors): VaeTensors {
  const { path, inputs, outputs } = file;
  const [input] = inputs;
  const length = input && lengthOf(input);
  if (input && typeof length === 'number' && inputs.length === 1 && !namesLatent(input.name)) {
    const taken = `${path} takes ${described(input)} and gives ${listed(outputs)}`;
    if (outputs.every((output) => (lengthOf(output) ?? Infinity) < length))
      throw new RpcError('decoder-missing', `${taken}: it is an encoder alone. Give the decoder too.`);
    const asLong = outputs.some((output) => lengthOf(output) === length);
    if (asLong && (outputs.length > 1 || sizesOf(input)!.length > 1))
      throw undecidable(
        `${taken}: encoder and decoder in one piece, whose z is inside and cannot be given. Export the two apart: the encoder from the ` +
          'item to mean and spread, the decoder from z to the item.',
      );
  }
  const decoder = onlyDecoder(file);
  return { decoder, ...latentOf(decoder) };
}

function onlyDecoder({ path, inputs, outputs }: FileTensors): DecoderTensors {
  const [input] = inputs.length === 1 ? inputs : inputs.filter(({ name }) => namesLatent(name));
  if (!input) throw undecidable(`${path} has the inputs ${listed(inputs)}; a decoder has one, z.`);
  checkSizes(path, input);
  const item = outputs.find((output) => lengthOf(output) !== null && lengthOf(output)! > 1);
  if (!item)
    throw undecidable(`${path} has the outputs ${listed(outputs)}; a decoder gives pictures or vectors of a size that the file states.`);
  return {
    path,
    input,
    outputs: outputs.filter((output) => isItemOr(output, lengthOf(item)!)),
    others: inputs.filter((other) => other !== input),
  };
}

function latentOf({ input, outputs }: DecoderTensors): Pick<VaeTensors, 'latentShape' | 'itemSizes'> {
  return { latentShape: sizesOf(input)!, itemSizes: sizesOf(outputs.find((output) => (lengthOf(output) ?? 0) > 1)!)! };
}

function checkSizes(path: string, tensor: TensorInfo): void {
  if (tensor.type !== 'float32')
    throw undecidable(`${path}: ${described(tensor)} is ${tensor.type}; models that take float32 are run. Export it with float32.`);
  if (sizesOf(tensor) === null)
    throw undecidable(
      `${path}: ${described(tensor)} has sizes that the file leaves open. Export the model with fixed sizes behind the batch.`,
    );
}

/** Of an item's length, or one number an item or for all. */
function isItemOr(output: TensorInfo, length: number): boolean {
  const own = lengthOf(output);
  return own === length || own === 1 || output.shape.length <= 1;
}

function pairOf(encoder: FileTensors, decoder: FileTensors): VaeTensors | undefined {
  for (const input of encoder.inputs) {
    const length = lengthOf(input);
    if (length === null) continue;
    for (const z of decoder.inputs) {
      const latent = lengthOf(z);
      if (latent === null) continue;
      const codes = encoder.outputs.filter((output) => lengthOf(output) === latent);
      const double = encoder.outputs.filter((output) => lengthOf(output) === 2 * latent && startsDoubled(output, z));
      const items = decoder.outputs.filter((output) => isItemOr(output, length));
      if (!items.some((output) => lengthOf(output) === length) || (codes.length === 0 && double.length === 0)) continue;
      checkSizes(encoder.path, input);
      checkSizes(decoder.path, z);
      const halves = codes.length === 0;
      return {
        encoder: { path: encoder.path, input, outputs: halves ? double : codes, halves, others: [] },
        decoder: { path: decoder.path, input: z, outputs: items, others: [] },
        latentShape: sizesOf(z)!,
        itemSizes: sizesOf(input)!,
      };
    }
  }
  return undefined;
}

/** Whether an output has twice the channels of z, and its other sizes. */
function startsDoubled(output: TensorInfo, z: TensorInfo): boolean {
  const [own, other] = [sizesOf(output)!, sizesOf(z)!];
  return own[0] === 2 * other[0]! && elementCount(own.slice(1)) === elementCount(other.slice(1));
}

/** Both in one file: which of its inputs is z is told by what is smaller, or by names where sizes are the same. */
function inOneFile(file: FileTensors): VaeTensors {
  const { path, inputs, outputs } = file;
  const [z, ...otherLatents] = inputs.filter(({ name }) => namesLatent(name));
  const named = z && otherLatents.length === 0 ? inputs.find((input) => input !== z) : undefined;
  const bySize = [...inputs].sort((a, b) => (lengthOf(a) ?? 0) - (lengthOf(b) ?? 0));
  const [latent, item] = named ? [z, named] : [bySize[0], bySize[1]];
  if (inputs.length !== 2 || !latent || !item)
    throw undecidable(
      `${path} has the inputs ${listed(inputs)}; one file with both parts takes a picture and z. Give encoder and decoder as two files.`,
    );
  const same = lengthOf(latent) === lengthOf(item);
  const of = (isEncoder: boolean): TensorInfo[] => outputs.filter((output) => !same || isLatentByName(output) === isEncoder);
  const found = pairOf({ path, inputs: [item], outputs: of(true) }, { path, inputs: [latent], outputs: of(false) });
  if (found) return { ...found, encoder: { ...found.encoder!, others: [latent] }, decoder: { ...found.decoder, others: [item] } };
  throw undecidable(
    `${path} takes ${listed([item, latent])} and gives ${listed(outputs)}; among these are no mean of z's size and no picture of the input's. ` +
      'Give encoder and decoder as two files.',
  );
}

/** In a file whose items are as long as z, an output that is called a mean or a spread is the encoder's. */
function isLatentByName({ name }: TensorInfo): boolean {
  const named = namedRole(name);
  return namesLatent(name) || named?.role === 'mean' || named?.role === 'spread';
}

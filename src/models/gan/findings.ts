/** What a GAN's tensors mean: what sizes, names and trial runs say, and what has to be asked. */

import { elementCount } from '../../formats/elements.ts';
import type { NoisePrior } from '../../maths/gan/noise.ts';
import type {
  ClassInput,
  DiscriminatorRoles,
  GanFindings,
  GanLayout,
  GanProbes,
  GanSource,
  GanTensors,
  GeneratorRoles,
} from '../../protocol/gan.ts';
import type { TensorInfo } from '../../protocol/inference.ts';
import { Asking } from '../asking.ts';
import { isSameShape } from '../dataset.ts';
import { drawnRange, itemOf, rangeOf } from '../itemFindings.ts';
import { lengthOf, sizesOf } from '../vae/sizes.ts';
import { namesClass, namesNoise, namesPicture, namesScore } from './names.ts';
import { noisesIn } from './roles.ts';

/** @param source what a manifest states of it is not asked for */
export function ganFindings(tensors: GanTensors, probes: GanProbes, source: GanSource): GanFindings {
  const asking = new Asking(source.answers);
  const generator = generatorRoles(tensors, asking);
  const items = itemOf(tensors.itemSizes, asking);
  const classes = generator ? classesOf(generator, tensors, probes, source, asking) : null;
  const discriminator = tensors.discriminator && generator ? discriminatorRoles(tensors.discriminator, classes, asking) : undefined;
  const prior = source.prior ?? priorOf(asking);
  if (!generator || !items || !classes || !prior || discriminator === null) return { layout: null, questions: asking.questions };
  const seen = probes.outputs[generator.picture];
  const range = items.item.kind === 'vector' ? { low: 0, high: 1 } : (source.range ?? rangeOf(generator.picture, seen, asking));
  if (!range) return { layout: null, questions: asking.questions };
  const noise = tensors.generator.inputs.find(({ name }) => name === generator.noise)!;
  const layout: GanLayout = {
    generator,
    ...items,
    latentShape: sizesOf(noise)!,
    prior,
    range,
    classes,
    judged: isJudged(source, items.item, classes, asking),
  };
  if (items.item.kind === 'vector') layout.drawn = drawnRange(seen);
  if (discriminator) layout.discriminator = discriminator;
  return { layout, questions: asking.questions };
}

function generatorRoles({ generator: { path, inputs, outputs }, itemSizes }: GanTensors, asking: Asking): GeneratorRoles | null {
  const candidates = noisesIn({ inputs });
  const named = candidates.filter(({ name }) => namesNoise(name));
  const unnamed = candidates.filter(({ name }) => !namesClass(name));
  const [likely] = named.length > 0 ? named : unnamed.length > 0 ? unnamed : candidates;
  const noise =
    candidates.length === 1 || named.length === 1 || (named.length === 0 && unnamed.length === 1)
      ? likely!.name
      : asking.ask({
          id: 'noise',
          text: `Which input of the generator is the noise z?`,
          options: Object.fromEntries(candidates.map(({ name, shape }) => [name, `${name} [${shape.join(', ')}]`])),
          likely: likely ? { value: likely.name, because: named.length > 0 ? `of the name ${likely.name}` : 'it stands first' } : null,
          needed: true,
        });
  if (noise === null) return null;
  const others = inputs.filter(({ name }) => name !== noise);
  const told = classInput(others, 'generator', asking);
  const length = elementCount(itemSizes);
  const pictures = outputs.filter((output) => output.type === 'float32' && lengthOf(output) === length);
  const ofName = pictures.filter(({ name }) => namesPicture(name));
  const picture =
    pictures.length === 1 || ofName.length === 1
      ? (ofName[0] ?? pictures[0]!).name
      : asking.ask({
          id: 'picture',
          text: 'Which output of the generator is what it generates?',
          options: Object.fromEntries(pictures.map(({ name }) => [name, name])),
          likely: { value: (ofName[0] ?? pictures[0]!).name, because: 'it stands first' },
          needed: true,
        });
  if (picture === null) return null;
  return { path, noise, ...(told && { class: told }), picture, others: others.filter(({ name }) => name !== told?.name) };
}

/** Whole numbers, or a row of them: of an input that may tell the class; null where it is neither. */
function asClass(input: TensorInfo): ClassInput | null {
  const sizes = input.shape.length <= 1 ? [] : sizesOf(input);
  if (!sizes) return null;
  const { name, type } = input;
  if (type !== 'int64' && type !== 'int32' && type !== 'float32') return null;
  const length = elementCount(sizes);
  if (length === 1) return { name, kind: 'number', type, sizes };
  return { name, kind: 'one-hot', type, sizes };
}

/** Among inputs beside the noise or the picture. */
function classInput(inputs: readonly TensorInfo[], part: 'generator' | 'discriminator', asking: Asking): ClassInput | null {
  const candidates = inputs.flatMap((input) => asClass(input) ?? []);
  const named = candidates.filter(({ name }) => namesClass(name));
  const whole = candidates.filter(({ type }) => type !== 'float32');
  const found = named.length === 1 ? named : whole.length === 1 && candidates.length === 1 ? whole : null;
  if (found) return found[0]!;
  if (candidates.length === 0) return null;
  const chosen = asking.ask({
    id: part === 'generator' ? 'class' : 'discriminator-class',
    text: `Which input of the ${part} tells the class?`,
    options: {
      ...Object.fromEntries(
        candidates.map(({ name, sizes }) => [name, `${name}, ${sizes.length === 0 ? 'one number' : `[${sizes.join(', ')}]`}`]),
      ),
      none: 'none of them: they are given zeros',
    },
    likely: named[0] ? { value: named[0].name, because: `of the name ${named[0].name}` } : null,
    needed: true,
  });
  return candidates.find(({ name }) => name === chosen) ?? null;
}

/** Names of the classes by number; empty where the generator is told none, null where their number is open. */
function classesOf(
  { class: told }: GeneratorRoles,
  { generator: { path } }: GanTensors,
  { classes: taken }: GanProbes,
  { classes }: GanSource,
  asking: Asking,
): readonly string[] | null {
  if (!told) return [];
  const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));
  const fixed = told.kind === 'one-hot' ? elementCount(told.sizes) : (taken[told.name] ?? null);
  if (classes && (fixed === null || classes.length === fixed)) return classes;
  if (fixed !== null) return numbered(fixed);
  const given = asking.number('classes');
  if (given !== undefined && Number.isInteger(given)) return numbered(given);
  asking.ask({
    id: 'classes',
    text: `How many classes are there? ${told.name} of ${path} takes any number.`,
    options: { '10': '10', '100': '100', '1000': '1000' },
    number: true,
    likely: null,
    needed: true,
  });
  return null;
}

function discriminatorRoles(
  { path, picture, inputs, outputs }: NonNullable<GanTensors['discriminator']>,
  classes: readonly string[] | null,
  asking: Asking,
): DiscriminatorRoles | null {
  const others = inputs.filter((input) => input !== picture);
  const told = classes && classes.length > 0 ? classInput(others, 'discriminator', asking) : null;
  const floats = outputs.filter(({ type }) => type === 'float32');
  const single = floats.filter((output) => output.shape.length <= 1 || lengthOf(output) === 1);
  const named = floats.filter(({ name }) => namesScore(name));
  const score =
    floats.length === 1
      ? floats[0]!.name
      : single.length === 1
        ? single[0]!.name
        : asking.ask({
            id: 'score',
            text: 'Which output of the discriminator is its score, higher for what looks real?',
            options: Object.fromEntries(floats.map(({ name, shape }) => [name, `${name} [${shape.join(', ')}]`])),
            likely: named[0] ? { value: named[0].name, because: `of the name ${named[0].name}` } : null,
            needed: true,
          });
  if (score === null) return null;
  return {
    ...{ path, picture: picture.name, score },
    ...(told && { class: told }),
    others: others.filter(({ name }) => name !== told?.name),
  };
}

function priorOf(asking: Asking): NoisePrior | null {
  return asking.ask<NoisePrior>({
    id: 'prior',
    text: 'What was z drawn from when the model was trained?',
    options: { normal: 'N(0, 1)', symmetric: 'evenly from -1 to 1', unit: 'evenly from 0 to 1' },
    likely: { value: 'normal', because: 'most GANs are trained so; nothing in the files tells' },
    needed: true,
  });
}

/** The classifier reads what has its shape and its classes; whether a user's pictures are such ones, only the user knows. */
function isJudged({ judge, classes: stated }: GanSource, item: GanLayout['item'], classes: readonly string[], asking: Asking): boolean {
  if (!judge || !isSameShape(item, judge.item)) return false;
  if (classes.length > 0 && classes.length !== judge.classes.length) return false;
  if (stated) return stated.every((name, place) => judge.classes[place] === name);
  const chosen = asking.ask({
    id: 'judge',
    text: `Are these what the ${judge.name} reads? It then reads the samples, and they are compared in its features.`,
    options: {
      none: 'no: samples are compared by their pixels alone',
      yes: `yes: ${judge.classes.slice(0, 3).join(', ')} … ${judge.classes.at(-1)}, dark ground, in this order`,
    },
    likely: { value: 'none', because: 'nothing in the files tells' },
    needed: false,
  });
  return chosen === 'yes';
}

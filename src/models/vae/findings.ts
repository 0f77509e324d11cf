/** What a variational autoencoder's tensors mean: what sizes, names and trial runs say, and what has to be asked. */

import { elementCount } from '../../formats/elements.ts';
import type { Likelihood, SpreadForm, ValueRange } from '../../maths/vae/likelihood.ts';
import type { TensorInfo } from '../../protocol/inference.ts';
import type { DecoderRoles, EncoderRoles, Probes, Seen, VaeFindings, VaeLayout, VaeSource, VaeTensors } from '../../protocol/vae.ts';
import { namedRole } from './names.ts';
import { Asking } from '../asking.ts';
import { drawnRange, itemOf, rangeOf } from '../itemFindings.ts';
import { lengthOf } from './sizes.ts';

const spreadForms: Record<SpreadForm, string> = {
  'log-variance': 'the logarithm of the variance',
  'log-deviation': 'the logarithm of the standard deviation',
  variance: 'the variance',
  deviation: 'the standard deviation',
};

/** @param stated what a manifest states: it is not asked for */
export function findingsOf(tensors: VaeTensors, probes: Probes, { answers, likelihood, range }: VaeSource): VaeFindings {
  const asking = new Asking(answers);
  const encoder = tensors.encoder && encoderRoles(tensors, probes, asking);
  const decoder = decoderRoles(tensors, asking);
  const layout = itemOf(tensors.itemSizes, asking);
  if (encoder === null || layout === null) return { layout: null, questions: asking.questions };
  const seen = probes.decoder[decoder.location];
  const values = layout.item.kind === 'vector' ? { low: 0, high: 1 } : (range ?? rangeOfDecoder(decoder, seen, asking));
  const density = likelihood ?? likelihoodOf(decoder, seen, asking);
  if (!values) return { layout: null, questions: asking.questions };
  const found: VaeLayout = { decoder, ...layout, latentShape: tensors.latentShape, range: values };
  if (layout.item.kind === 'vector') found.drawn = drawnRange(probes.decoder[decoder.picture]);
  if (encoder) found.encoder = encoder;
  if (density) found.likelihood = density;
  if (density?.kind === 'bernoulli' && density.given === 'logits' && decoder.picture === decoder.location) decoder.sigmoid = true;
  return { layout: found, questions: asking.questions };
}

function encoderRoles({ encoder, latentShape }: VaeTensors, probes: Probes, asking: Asking): EncoderRoles | null {
  const { path, input, outputs, halves } = encoder!;
  const partial = { path, input: input.name, halves, others: encoder!.others };
  const nameOf = ({ name }: TensorInfo): string => name;
  if (halves) {
    const form = formOf(outputs[0]!.name, undefined, asking, 'its second half');
    return form && { ...partial, mean: outputs[0]!.name, spread: { output: outputs[0]!.name, form } };
  }
  const roles = outputs.map((output) => ({ output, named: namedRole(output.name) }));
  const spreads = roles.filter(({ named }) => named?.role === 'spread' || named?.role === 'scale');
  const places = roles.filter((one) => !spreads.includes(one) && one.named?.role !== 'sample');
  const named = places.filter((one) => one.named?.role === 'mean');
  const steady = places.filter(({ output }) => probes.encoder[output.name]?.random !== true);
  const candidates =
    named.length > 0 ? named : steady.length > 0 ? steady : places.length > 0 ? places : roles.filter((one) => !spreads.includes(one));
  if (candidates.length === 0) candidates.push(...roles);
  const options = Object.fromEntries(outputs.map((output) => [output.name, output.name]));
  const mean =
    candidates.length === 1
      ? nameOf(candidates[0]!.output)
      : asking.ask({
          id: 'mean',
          text: `Which output of the encoder is the mean of q(z|x)? z has ${elementCount(latentShape)} numbers, and so have ${outputs.map(nameOf).join(', ')}.`,
          options,
          likely: { value: candidates[0]!.output.name, because: 'it stands first' },
          needed: true,
        });
  if (mean === null) return null;
  const rest = roles.filter(({ output }) => output.name !== mean && probes.encoder[output.name]?.random !== true);
  const known = rest.filter((one) => spreads.includes(one));
  const unknown = rest.filter(({ named: role }) => role === undefined);
  const spread = known.length === 1 ? known[0] : known.length === 0 && unknown.length === 1 ? unknown[0] : undefined;
  const output = spread
    ? spread.output.name
    : rest.length > 0 && (known.length > 1 || unknown.length > 1)
      ? asking.ask({
          id: 'spread',
          text: 'Which output of the encoder tells how widely q(z|x) spreads?',
          options: {
            ...Object.fromEntries(rest.map((one) => [one.output.name, one.output.name])),
            none: 'none of them: the encoder gives a place alone, no KL and no ELBO',
          },
          likely: null,
          needed: false,
        })
      : null;
  if (output === null || output === 'none') return { ...partial, mean };
  const form = formOf(output, probes.encoder[output], asking, output);
  return form && { ...partial, mean, spread: { output, form } };
}

/** In which form an output has the spread: by its name, unless what it gave speaks against that. */
function formOf(name: string, seen: Seen | undefined, asking: Asking, what: string): SpreadForm | null {
  const named = namedRole(name);
  const byName =
    named?.role === 'spread' ? named.form : named?.role === 'scale' ? (named.logarithmic ? 'log-deviation' : 'deviation') : undefined;
  const negative = seen !== undefined && seen.least < 0;
  if (byName && !(negative && !byName.startsWith('log-'))) return byName;
  const because = negative
    ? `it went down to ${seen.least.toPrecision(3)}, which no variance and no deviation does`
    : byName === undefined && seen
      ? `it was positive throughout (${seen.least.toPrecision(3)} to ${seen.greatest.toPrecision(3)})`
      : 'it is what encoders give most often';
  const { variance, deviation, ...logarithms } = spreadForms;
  return asking.ask<SpreadForm>({
    id: 'spread-form',
    text: `What is ${what} of the encoder?`,
    options: (negative ? logarithms : { ...logarithms, variance, deviation }) as Record<SpreadForm, string>,
    likely: { value: negative || !seen ? 'log-variance' : 'deviation', because },
    needed: true,
  });
}

function decoderRoles({ decoder, itemSizes }: VaeTensors, asking: Asking): DecoderRoles {
  const { path, input, outputs } = decoder;
  const length = elementCount(itemSizes);
  const roles = outputs.map((output) => ({ output, named: namedRole(output.name), whole: lengthOf(output) === length }));
  const spread = roles.find(({ named }) => named?.role === 'spread' || named?.role === 'scale');
  const places = roles.filter((one) => one !== spread && one.whole);
  const byRole = (role: string) => places.find(({ named }) => named?.role === role)?.output.name;
  // Parameters of a distribution go before what is only shown.
  const location = byRole('logits') ?? byRole('mean') ?? byRole('probabilities') ?? byRole('picture');
  const first = places[0]?.output.name ?? outputs[0]!.name;
  const chosen =
    location ??
    (places.length < 2
      ? first
      : (asking.ask({
          id: 'location',
          text: 'Which output of the decoder is the location (mean, logits or picture) that the likelihood is of?',
          options: Object.fromEntries(places.map(({ output }) => [output.name, output.name])),
          likely: { value: first, because: 'it stands first' },
          needed: true,
        }) ?? first));
  const shown = byRole('picture') ?? byRole('probabilities') ?? chosen;
  return {
    path,
    input: input.name,
    location: chosen,
    picture: shown,
    sigmoid: namedRole(shown)?.role === 'logits',
    others: decoder.others,
    ...(spread && { spread: spread.output.name }),
  };
}

/** Logits and probabilities are of values from 0 to 1; other pictures are of the range that they do not leave. */
function rangeOfDecoder({ location, picture }: DecoderRoles, seen: Seen | undefined, asking: Asking): ValueRange | null {
  const role = namedRole(location)?.role;
  return role === 'logits' || role === 'probabilities' ? { low: 0, high: 1 } : rangeOf(picture, seen, asking);
}

const withoutNats = 'None: show pictures, and no log-likelihood';

/** Files never say what a decoder was trained as: likely ones are offered, and nothing is taken for granted. */
function likelihoodOf({ location, spread }: DecoderRoles, seen: Seen | undefined, asking: Asking): Likelihood | null {
  const role = namedRole(location)?.role;
  const unit = seen !== undefined && seen.least >= 0 && seen.greatest <= 1;
  if (spread !== undefined) {
    const named = namedRole(spread);
    const form = named?.role === 'spread' ? named.form : named?.role === 'scale' && !named.logarithmic ? 'deviation' : 'log-deviation';
    const chosen = asking.stated({
      id: 'likelihood',
      text: `Which distribution has each value, given ${location} and ${spread}?`,
      options: {
        logistic: 'a discretised logistic over 256 levels',
        gaussian: `a Gaussian, ${spread} being ${spreadForms[form]}`,
        none: withoutNats,
      },
      likely:
        named?.role === 'scale'
          ? { value: 'logistic', because: `${spread} is called a scale` }
          : { value: 'gaussian', because: `of the name ${spread}` },
      needed: false,
    });
    if (chosen === 'logistic')
      return { kind: 'discretised-logistic', levels: 256, spread: form.startsWith('log-') ? 'log-scale' : 'scale' };
    return chosen === 'gaussian' ? { kind: 'gaussian', deviation: form } : null;
  }
  const bernoulli =
    role === 'logits' || (seen !== undefined && !unit && role === 'picture' && seen.least < -1.5) ? 'logits' : 'probabilities';
  const chosen = asking.stated({
    id: 'likelihood',
    text: `Which distribution has each value, given ${location}?`,
    options: {
      bernoulli: `Bernoulli, ${location} being ${bernoulli} (a probability of black and white pictures alone)`,
      gaussian: 'a Gaussian around it of a standard deviation that you state',
      none: withoutNats,
    },
    likely:
      role === 'logits'
        ? { value: 'bernoulli', because: `of the name ${location}` }
        : { value: 'none', because: 'nothing in the files tells' },
    needed: false,
  });
  if (chosen === 'bernoulli') return { kind: 'bernoulli', given: bernoulli };
  return chosen === 'gaussian' ? gaussianOf(asking) : null;
}

function gaussianOf(asking: Asking): Likelihood | null {
  const stated = asking.number('deviation');
  if (stated !== undefined) return { kind: 'gaussian', deviation: stated };
  const chosen = asking.stated({
    id: 'deviation',
    text: 'Which standard deviation does it have, in the units of the values?',
    options: {
      '1': '1 (the loss was half the squared error, summed)',
      '0.7071067811865476': '0.707 (the loss was the squared error, summed)',
      '0.1': '0.1',
      '0.05': '0.05',
      none: 'It is not known: show pictures, and no log-likelihood',
    },
    number: true,
    likely: null,
    needed: false,
  });
  return chosen === null || chosen === 'none' ? null : { kind: 'gaussian', deviation: Number(chosen) };
}

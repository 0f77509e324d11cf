/** log p(x|z) of pictures, by what a decoder says of each pixel. In nats, in double precision; values are in the model's own range. */

/** What stands in an output that tells how widely a pixel's value spreads. */
export type SpreadForm = 'deviation' | 'log-deviation' | 'variance' | 'log-variance';

/**
 * The distribution of each pixel given z; pixels are independent. The decoder's first output is its location (or what `given` says),
 * its second the spread, where there is one.
 *
 * discretised-logistic: the mass of a logistic in the bin of each of the levels, the outer two bins reaching to infinity (Salimans et
 * al. 2017, arXiv:1701.05517, eq. 2): a probability. bernoulli: a probability, of pictures of two values alone. gaussian: a density.
 */
export type Likelihood =
  | { kind: 'discretised-logistic'; levels: number; spread: 'log-scale' | 'scale' }
  | { kind: 'bernoulli'; given: 'logits' | 'probabilities' }
  | { kind: 'gaussian'; deviation: number | SpreadForm };

/** The values that a model's pictures have: from the darkest to the brightest. */
export interface ValueRange {
  low: number;
  high: number;
}

/** log p of one pixel's value, given the decoder's outputs for it. */
export type PixelDensity = (value: number, location: number, spread: number) => number;

const LOG_ROOT_2_PI = 0.5 * Math.log(2 * Math.PI);
/** Keeps 0 times an infinite precision from being no number. */
const LARGEST_PRECISION = 1e300;

/** log sigma(t), without overflow. */
export function logSigmoid(t: number): number {
  return Math.min(t, 0) - Math.log1p(Math.exp(-Math.abs(t)));
}

/**
 * log of the logistic's mass in a level's bin, from `lower` to `upper` in units of its scale: sigma(b) - sigma(a) =
 * sigma(b) sigma(-a) (1 - exp(a - b)), so that no difference of close numbers is taken.
 */
function logMass(lower: number, upper: number, width: number): number {
  return logSigmoid(upper) + logSigmoid(-lower) + Math.log(-Math.expm1(-width));
}

function discretisedLogistic(levels: number, logarithmic: boolean, { low, high }: ValueRange): PixelDensity {
  const step = (high - low) / (levels - 1);
  return (value, location, spread) => {
    const level = Math.round((value - low) / step);
    const centre = low + level * step - location;
    const precision = Math.min(logarithmic ? Math.exp(-spread) : 1 / spread, LARGEST_PRECISION);
    const lower = (centre - step / 2) * precision;
    const upper = (centre + step / 2) * precision;
    if (level <= 0) return logSigmoid(upper);
    if (level >= levels - 1) return logSigmoid(-lower);
    return logMass(lower, upper, step * precision);
  };
}

function bernoulli(given: 'logits' | 'probabilities', { low, high }: ValueRange): PixelDensity {
  const middle = (low + high) / 2;
  if (given === 'logits') return (value, logit) => logSigmoid(value > middle ? logit : -logit);
  return (value, probability) => (value > middle ? Math.log(probability) : Math.log1p(-probability));
}

/** Log of the deviation, from the form that an output has it in. */
export function logDeviationOf(form: SpreadForm, value: number): number {
  if (form === 'log-deviation') return value;
  if (form === 'log-variance') return value / 2;
  return form === 'deviation' ? Math.log(value) : Math.log(value) / 2;
}

function gaussian(deviation: number | SpreadForm): PixelDensity {
  if (typeof deviation === 'number') {
    const constant = -Math.log(deviation) - LOG_ROOT_2_PI;
    return (value, mean) => constant - ((value - mean) / deviation) ** 2 / 2;
  }
  return (value, mean, spread) => {
    const logDeviation = logDeviationOf(deviation, spread);
    return -(((value - mean) * Math.exp(-logDeviation)) ** 2) / 2 - logDeviation - LOG_ROOT_2_PI;
  };
}

export function pixelDensity(likelihood: Likelihood, range: ValueRange): PixelDensity {
  switch (likelihood.kind) {
    case 'discretised-logistic':
      return discretisedLogistic(likelihood.levels, likelihood.spread === 'log-scale', range);
    case 'bernoulli':
      return bernoulli(likelihood.given, range);
    case 'gaussian':
      return gaussian(likelihood.deviation);
  }
}

/** Whether the decoder has to give a spread beside the location. */
export function needsSpread(likelihood: Likelihood): boolean {
  return likelihood.kind === 'discretised-logistic' || (likelihood.kind === 'gaussian' && typeof likelihood.deviation !== 'number');
}

/** How far a value may be from a grey level or from black and white, as a share of the range: what float32 rounds away. */
const ROUNDING = 1e-5;

/**
 * Why a likelihood says nothing of pictures: a Bernoulli is a probability of black and white alone (binary cross-entropy of grey values
 * is no log-density), a discretised logistic one of its levels. Undefined where it does.
 *
 * @param pictures values of any number of pictures
 */
export function notCovered(likelihood: Likelihood, { low, high }: ValueRange, pictures: ArrayLike<number>): string | undefined {
  if (likelihood.kind === 'gaussian') return undefined;
  const levels = likelihood.kind === 'bernoulli' ? 2 : likelihood.levels;
  let between = 0;
  let example = 0;
  for (let i = 0; i < pictures.length; i++) {
    const level = ((pictures[i]! - low) / (high - low)) * (levels - 1);
    const off = Math.abs(level - Math.min(levels - 1, Math.max(0, Math.round(level))));
    if (off <= ROUNDING * (levels - 1)) continue;
    if (between++ === 0) example = pictures[i]!;
  }
  if (between === 0) return undefined;
  const what = `${between} of ${pictures.length} values (the first: ${Number(example.toPrecision(6))})`;
  return likelihood.kind === 'bernoulli'
    ? `A Bernoulli likelihood is a probability of values ${low} and ${high} alone; ${what} are others, so that it gives no nats.`
    : `The likelihood is a probability of ${levels} levels from ${low} to ${high}; ${what} are no such level, so that it gives no nats.`;
}

/** What a decoder gave for `count` values of z. */
export interface DecodedPictures {
  count: number;
  /** [count, pixels] */
  location: Float32Array;
  /** [count, pixels], [count] (one of a picture) or [pixels] or [1] (the same for all); absent where the likelihood needs none. */
  spread?: Float32Array;
}

/** Where the spread of a pixel stands: at i * perPicture + pixel * perPixel. */
function strides(spread: Float32Array | undefined, count: number, pixels: number): { perPicture: number; perPixel: number } {
  if (!spread || spread.length === 1) return { perPicture: 0, perPixel: 0 };
  if (spread.length === count * pixels) return { perPicture: pixels, perPixel: 1 };
  if (spread.length === count) return { perPicture: 1, perPixel: 0 };
  if (spread.length === pixels) return { perPicture: 0, perPixel: 1 };
  throw new RangeError(`${spread.length} spreads fit neither ${count} pictures nor their ${pixels} pixels.`);
}

/**
 * Adds to each of `into` [count] the log p(x|z) of one picture.
 *
 * @param picture [pixels]
 */
export function addLogLikelihoods(density: PixelDensity, picture: Float32Array, decoded: DecodedPictures, into: Float64Array): void {
  const { count, location, spread } = decoded;
  const pixels = picture.length;
  checkLength(location, count, pixels);
  const { perPicture, perPixel } = strides(spread, count, pixels);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let pixel = 0; pixel < pixels; pixel++) {
      sum += density(picture[pixel]!, location[i * pixels + pixel]!, spread ? spread[i * perPicture + pixel * perPixel]! : 0);
    }
    into[i]! += sum;
  }
}

/** Adds to each of `into` [count] the log p(x|z) of a picture of its own. @param pictures [count, pixels] */
export function addOwnLogLikelihoods(density: PixelDensity, pictures: Float32Array, decoded: DecodedPictures, into: Float64Array): void {
  const { count, location, spread } = decoded;
  const pixels = pictures.length / count;
  checkLength(location, count, pixels);
  const { perPicture, perPixel } = strides(spread, count, pixels);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let pixel = 0, at = i * pixels; pixel < pixels; pixel++, at++) {
      sum += density(pictures[at]!, location[at]!, spread ? spread[i * perPicture + pixel * perPixel]! : 0);
    }
    into[i]! += sum;
  }
}

/** Adds to each of `into` [pixels] the log p of that pixel, meant over the values of z. */
export function addPixelLogLikelihoods(density: PixelDensity, picture: Float32Array, decoded: DecodedPictures, into: Float64Array): void {
  const { count, location, spread } = decoded;
  const pixels = picture.length;
  checkLength(location, count, pixels);
  const { perPicture, perPixel } = strides(spread, count, pixels);
  for (let i = 0; i < count; i++)
    for (let pixel = 0; pixel < pixels; pixel++) {
      const one = density(picture[pixel]!, location[i * pixels + pixel]!, spread ? spread[i * perPicture + pixel * perPixel]! : 0);
      into[pixel]! += one / count;
    }
}

function checkLength(location: Float32Array, count: number, pixels: number): void {
  if (location.length !== count * pixels)
    throw new RangeError(`${count} pictures of ${pixels} pixels need ${count * pixels} values, not ${location.length}.`);
}

/** Which sample a statement is to give, by what it is called, and what it has to be made of. */

import { holdsAny, wordsOf } from '../../recognise/evidence/words.ts';
import type { Surroundings } from '../../recognise/evidence/evidence.ts';
import type { Kind } from './samples.ts';
import { numbers, type Numbers, type Schedule, type Times } from './schedule.ts';

/** earlier: the sample of the time that is gone to, or its mean; step: the sample of one more noising step. */
export type Meaning = Exclude<Kind, 'previous'> | 'earlier' | 'step';

/** A sample as what it has of the clean one and of the noise. */
export interface Parts {
  readonly clean: Numbers;
  readonly noise: Numbers;
}

/** Alpha-bar of the time that is left, of the one that is gone to, and their ratio. */
export interface Levels {
  readonly now: Numbers;
  readonly before: Numbers;
  readonly alpha: Numbers;
}

export function levelsAt(schedule: Schedule, times: Pick<Times, 'now' | 'before'>): Levels {
  const [now, before] = [schedule.level(times.now), schedule.level(times.before)];
  return { now, before, alpha: numbers((at) => now[at]! / before[at]!) };
}

const pair = (clean: (at: number) => number, noise: (at: number) => number): Parts => ({ clean: numbers(clean), noise: numbers(noise) });
const atLevel = (level: Numbers): Parts =>
  pair(
    (at) => Math.sqrt(level[at]!),
    (at) => Math.sqrt(1 - level[at]!),
  );
const negative = ({ clean, noise }: Parts): Parts => ({ clean: clean.map((part) => -part), noise: noise.map((part) => -part) });

/** What a sample may be, the usual first: a velocity may be the negative of another's. */
export function partsOf(kind: Kind, { now }: Levels): readonly Parts[] {
  const { clean, noise } = atLevel(now);
  switch (kind) {
    case 'clean':
    case 'previous':
      return [
        pair(
          () => 1,
          () => 0,
        ),
      ];
    case 'noise':
      return [
        pair(
          () => 0,
          () => 1,
        ),
      ];
    case 'noisy':
      return [{ clean, noise }];
    case 'velocity': {
      const usual = { clean: noise.map((rate) => -rate), noise: clean };
      return [usual, negative(usual)];
    }
    case 'score':
      return [
        pair(
          () => 0,
          (at) => -1 / noise[at]!,
        ),
      ];
  }
}

/** Ways to be it, the usual one first. `fresh`: what noise that is drawn anew is multiplied by beside it. */
export function waysOf(meaning: Meaning, kinds: readonly Kind[], levels: Levels, fresh: Numbers | null): readonly Parts[] {
  const { now, before, alpha } = levels;
  if (meaning === 'step') return [atLevel(alpha)];
  if (meaning !== 'earlier') return partsOf(meaning, levels).slice(0, 1);
  const clean = before.map(Math.sqrt);
  const ancestral: Parts = { clean, noise: numbers((at) => (Math.sqrt(alpha[at]!) * (1 - before[at]!)) / Math.sqrt(1 - now[at]!)) };
  const implicit: Parts = fresh ? { clean, noise: numbers((at) => Math.sqrt(1 - before[at]! - fresh[at]! ** 2)) } : atLevel(before);
  return kinds.includes('noisy') ? [ancestral, implicit] : [implicit, ancestral];
}

/**
 * Other processes and conventions: sub-VP, noise added to what is not scaled, a level that is a rate, the velocity's negative. `isPreserving`:
 * it is not sub-VP.
 */
export function othersThan(meaning: Meaning, levels: Levels, isPreserving: boolean): readonly Parts[] {
  const { now } = levels;
  if (meaning === 'velocity') return partsOf('velocity', levels).slice(1);
  if (meaning !== 'noisy') return [];
  const lessNoise = pair(
    (at) => Math.sqrt(now[at]!),
    (at) => 1 - now[at]!,
  );
  return [
    ...(isPreserving ? [] : [lessNoise]),
    pair(
      () => 1,
      (at) => Math.sqrt((1 - now[at]!) / now[at]!),
    ),
    pair(
      (at) => now[at]!,
      (at) => Math.sqrt(1 - now[at]! ** 2),
    ),
  ];
}

/** What it is made of. */
export const made: Readonly<Record<Meaning, readonly (readonly Kind[])[]>> = {
  noisy: [['clean', 'noise']],
  step: [['previous', 'noise']],
  clean: [
    ['noisy', 'noise'],
    ['noisy', 'velocity'],
    ['noisy', 'score'],
  ],
  noise: [['noisy', 'clean'], ['noisy', 'velocity'], ['score']],
  velocity: [
    ['clean', 'noise'],
    ['noisy', 'clean'],
    ['noisy', 'noise'],
  ],
  score: [['noise'], ['noisy', 'clean']],
  earlier: [
    ['noisy', 'noise'],
    ['noisy', 'clean'],
    ['clean', 'noise'],
  ],
};

const targets: Readonly<Record<Exclude<Meaning, 'step' | 'score'>, RegExp>> = {
  clean:
    /^(?:(?:pred|predicted|recon|est|estimated)_?(?:x_?0|x_?start|images?|original(?:_samples?)?|clean\w*|data|z_?0)|x_?0(?:_?(?:pred|hat|est|theta|t|recon|prediction|from_\w+))?|x_?start(?:_?(?:pred|hat))?|denoised|x_?recon|(?:clean|original|image|data)_(?:pred|hat|est))$/,
  noise:
    /^(?:(?:pred|predicted|model|est|implied)_?(?:eps|epsilon|noises?)|(?:eps|epsilon|noises?)(?:_?(?:pred|hat|theta|est|new|re\w*))?|new_(?:eps|noise))$/,
  noisy: /^(?:x_?t|z_?t|y_?t|x_?noisy|x_?noised|noisy\w*|noised\w*|perturbed\w*|x_?tilde|xt_\w+)$/,
  velocity: /^(?:v|v_?t|v_?target|target_?v|velocity|velocity_target|target_velocity|v_?true|v_?gt)$/,
  earlier:
    /^(?:x_?prev\w*|x_?t_?(?:minus|m)_?1|x_?tm1|prev_\w*sample|pred_prev_sample|(?:model|posterior|pred|predicted|p|q)_mean|mean|mu|mu_t|mu_theta|x_?next|prev)$/,
};

const words: Readonly<Record<Exclude<Meaning, 'step'>, readonly string[]>> = {
  clean: ['x0', 'x 0', 'x start', 'xstart', 'start', 'clean', 'original', 'original sample', 'image', 'images', 'clean image'],
  noise: ['noise', 'eps', 'epsilon'],
  velocity: ['v', 'velocity', 'v target', 'velocity target'],
  score: ['score'],
  noisy: [
    ...[
      'q sample',
      'add noise',
      'noise images',
      'noise image',
      'forward diffusion',
      'forward process',
      'diffuse',
      'perturb',
      'noise sample',
    ],
    ...['noise samples', 'add noises', 'q xt', 'forward noising', 'make noisy', 'noisify', 'apply noise', 'forward noise', 'sample q'],
  ],
  earlier: [
    ...[
      'q posterior',
      'posterior mean',
      'p mean',
      'q posterior mean',
      'reverse mean',
      'ddim step',
      'ddpm step',
      'predict mean',
      'model mean',
    ],
    'mu theta',
  ],
};

/** "predict_start_from_noise", "eps_to_x0": what comes of it. */
function givenBy(name: string): Meaning | null {
  const all = wordsOf(name);
  const own = all.filter((word) => !empty.has(word));
  for (const kind of ['noisy', 'earlier'] as const) if (holdsAny(own, words[kind])) return kind;
  if (targets.velocity.test(all.join('_'))) return 'velocity';
  const [from, to] = [own.indexOf('from'), own.indexOf('to')];
  if (from < 0 && to < 0 && own.length === all.length) return null;
  const head = (from > 0 ? own.slice(0, from) : own.slice(to + 1)).join(' ');
  for (const kind of ['velocity', 'clean', 'noise', 'score'] as const) if (words[kind].includes(head)) return kind;
  return null;
}

const empty: ReadonlySet<string> = new Set(
  'predict pred get compute calc calculate recover estimate target the model predicted'.split(' '),
);

/** null where nothing says it. */
export function meaningOf({ target, around }: Surroundings): Meaning | null {
  const name = wordsOf(target.split('.').at(-1)!).join('_');
  if (name !== '') for (const [kind, pattern] of Object.entries(targets)) if (pattern.test(name)) return kind as Meaning;
  // Where velocities are learned.
  if (name === 'target' && around.some((one) => holdsAny(wordsOf(one), words.velocity))) return 'velocity';
  return name === '' || results.test(name) ? givenBy(around[0] ?? '') : null;
}

const results = /^(?:out|output|result|res|ret|x|target|sample|samples|image|img|images)$/;

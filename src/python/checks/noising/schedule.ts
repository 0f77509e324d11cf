/** A noise schedule, drawn: what alpha-bar is at the times that code speaks of, so that its numbers are compared and not its names. */

import { stepLevel, signalLevel } from '../../../formulas/signalLevel.ts';
import { alpha, level, previousWords } from '../../../formulas/diffusionRoles.ts';
import type { Encoding, Role } from '../../../formulas/reading.ts';
import { tensor } from '../../../maths/tensor/tensor.ts';
import { numberOf, wrappers, type Node } from '../../expression/node.ts';
import { namesOf } from '../../recognise/evidence/given.ts';
import { holds, holdsAny, wordsOf } from '../../recognise/evidence/words.ts';

/** A number at every draw. */
export type Numbers = Float64Array;

export const draws = 4;

export const numbers = (of: (at: number) => number): Numbers => Float64Array.from({ length: draws }, (_, at) => of(at));

/** What a table is looked up at: so many steps from what an index says; null where tables are not looked up at all. */
export interface Time {
  readonly base: Node | null;
  readonly steps: number;
}

/** The time that is left, and the one that is gone to. */
export interface Times {
  readonly now: Time;
  readonly before: Time;
  /** Whether the code speaks of both. */
  readonly areBoth: boolean;
}

export const now: Time = { base: null, steps: 0 };

/** An index, in whatever shape. */
function plain(node: Node): Node {
  let inner = node;
  while (wrappers.has(inner.op) || shaping.has(inner.op)) inner = inner.args[0]!;
  return inner;
}
const shaping: ReadonlySet<string> = new Set('reshape expand expandDims squeeze flatten detach'.split(' '));

/** Names of a time with less noise than the one that is left. */
const earlierWords = previousWords.filter((word) => word !== 'ts');

export const isEarlier = (name: string): boolean => holdsAny(wordsOf(name), earlierWords);

/** The draws of one piece of code. */
export class Schedule {
  readonly #bases: (Node | null)[] = [];
  readonly #earlier = new Set<Node>();
  /** Steps back that tables were looked up at. */
  readonly #back = new Set<number>();

  /** The time of an index: `t`, `t - 1`. */
  timeOf(index: Node): Time {
    let node = plain(index);
    let steps = 0;
    for (;;) {
      const [a, b] = node.args;
      const by = b ? numberOf(b) : null;
      if ((node.op === 'subtract' || node.op === 'add') && by !== null) steps += node.op === 'add' ? by : -by;
      // Before the first time there is none.
      else if (!((node.op === 'maximum' || node.op === 'clamp') && a)) break;
      node = plain(a!);
    }
    const named = namesOf(index)[0];
    if (named !== undefined && isEarlier(named)) this.#earlier.add(node);
    return { base: node, steps };
  }

  /** A name that says which of two times something is of. */
  tellEarlier({ base }: Time): void {
    if (base) this.#earlier.add(base);
  }

  /** Alpha-bar. */
  level(time: Time): Numbers {
    if (time.steps < 0) this.#back.add(time.steps);
    return this.#levelAt(time);
  }

  #levelAt({ base, steps }: Time): Numbers {
    let place = this.#bases.indexOf(base);
    if (place < 0) place = this.#bases.push(base) - 1;
    return numbers((at) => {
      const isBefore = base !== null && this.#earlier.has(base);
      const previous = isBefore ? share(place, at, 0, 0.82, 0.95) : share(place, at, 0, 0.5, 0.8);
      if (steps < -1) return previous ** (1 / -steps);
      let now = previous;
      for (let step = 0; step <= steps; step++) now *= isBefore ? 0.99 - 0.01 * step : share(place, at, 1 + step, 0.5, 0.95);
      return now;
    });
  }

  alpha(time: Time): Numbers {
    const [now, before] = [this.#levelAt(time), this.#levelAt({ ...time, steps: time.steps - 1 })];
    return numbers((at) => now[at]! / before[at]!);
  }

  /** The time that is left and the one that is gone to; null where the code does not tell. */
  times(): Times | null {
    if (this.#bases.length === 0) return null;
    const later = this.#bases.filter((base) => base === null || !this.#earlier.has(base));
    const earlier = this.#bases.filter((base) => base !== null && this.#earlier.has(base));
    if (later.length > 1 || earlier.length > 1) return null;
    const present: Time = later.length > 0 ? { base: later[0]!, steps: 0 } : { base: earlier[0]!, steps: 0 };
    // Samplers that leave steps out go back by several.
    const steps = this.#back.size === 1 ? [...this.#back][0]! : -1;
    const before: Time = earlier.length > 0 && later.length > 0 ? { base: earlier[0]!, steps: 0 } : { ...present, steps };
    return { now: present, before, areBoth: before.base !== present.base || this.#back.size > 0 };
  }
}

/** Between two numbers, the same whenever it is asked for. */
function share(base: number, at: number, step: number, from: number, to: number): number {
  const mixed = Math.sin(12.9898 * (1 + base) + 78.233 * (1 + at) + 37.719 * step) * 43758.5453;
  return from + (to - from) * (mixed - Math.floor(mixed));
}

/** A form of alpha-bar, or of alpha. */
export interface Form {
  readonly of: 'level' | 'alpha';
  readonly encoding: Encoding;
}

const said = new Map<string, Form | null>();

/** What a name says that a number of a schedule is; null where it says nothing or may mean several things. */
export function formOf(name: string): Form | null {
  let known = said.get(name);
  if (known === undefined) {
    if (said.size > 5000) said.clear();
    said.set(name, (known = saidBy(spelled(wordsOf(name)))));
  }
  return known;
}

/** "bar" by itself is alpha-bar. */
const spelled = (words: readonly string[]): readonly string[] =>
  words.map((word, at) => (/^bars?$/.test(word) && !named.test(words[at - 1] ?? '') && !named.test(words[at + 1] ?? '') ? 'abar' : word));
const named = /^(?:alphas?|a|betas?|b)$/;

/** What is called alpha where the products are held beside it. */
const ofStep: Form = { of: 'alpha', encoding: stepLevel.find(({ id }) => id === 'alpha')! };
const stepTables = new WeakSet<Node>();

/**
 * An object that holds alpha-bars as well, or a function that is given them, has the alphas of single steps under that name, of which the
 * name alone leaves open what they are.
 */
export function tellTables(places: Iterable<{ readonly node: Node }>): void {
  const alphas = new Map<string, Set<Node>>();
  const withLevels = new Set<string>();
  for (const { node } of places) {
    if (node.op !== 'attribute' && node.op !== 'parameter') continue;
    const name = String(node.attributes['name']);
    const holder = node.op === 'attribute' ? '' : `${String(node.attributes['of'])} ${String(node.attributes['at'])}`;
    if (/^alphas?(?:_t)?$/.test(name)) alphas.set(holder, (alphas.get(holder) ?? new Set<Node>()).add(node));
    else if (formOf(name)?.of === 'level') withLevels.add(holder);
  }
  for (const [holder, nodes] of alphas) if (withLevels.has(holder)) for (const node of nodes) stepTables.add(node);
}

/** What the name of a leaf says of it. */
export const formOfLeaf = (node: Node, name: string): Form | null => (stepTables.has(node) ? ofStep : formOf(name));

const halfLog = signalLevel.find(({ id }) => id === 'half-log')!;

function saidBy(words: readonly string[]): Form | null {
  if (words.join(' ') === 'log mean') return { of: 'level', encoding: halfLog };
  let best: Form | null = null;
  let most = 0;
  let isOpen = false;
  const roles: readonly [Form['of'], Role, readonly Encoding[]][] = [
    ['level', level, signalLevel],
    ['alpha', alpha, stepLevel],
  ];
  for (const [of, role, encodings] of roles) {
    if (holdsAny(words, role.not)) continue;
    for (const encoding of encodings) {
      if (holdsAny(words, encoding.not) || (words.includes('log') && !encoding.id.includes('log'))) continue;
      for (const phrase of encoding.words) {
        if (phrase.length < Math.max(2, most) || !holds(words, phrase)) continue;
        isOpen = phrase.length === most && best?.encoding !== encoding;
        most = phrase.length;
        best = { of, encoding };
      }
    }
  }
  return isOpen ? null : best;
}

/** What a form holds, of the value that it is a form of. */
export const inForm = ({ encoding }: Form, value: Numbers): Numbers => encoding.encode(tensor(value, [draws])).values;

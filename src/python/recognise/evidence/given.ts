/** What is known of a value that a piece of code is given: its names, and where it comes from. */

import type { Origin } from '../../../formulas/reading.ts';
import { leaves, unwrap, usersOf, wrappers, type Node } from '../../expression/node.ts';
import { baseOf, isCountOfShape, isView } from '../cut.ts';
import { isDerivative, isForwardDerivative, isNearest } from './origins.ts';
import { isSchedule, scheduleIn, wordsFromMaking } from './tables.ts';
import { holdsAny, maskWords, scheduleWords, wordsOf } from './words.ts';

/** What a value is called. */
export interface Names {
  /** Words of its own name: of the variable, else of the attribute, parameter or call. */
  readonly own: readonly string[];
  /** Words of what it was called by, and of what that was given. */
  readonly around: readonly string[];
  /** All these words, the nearest first: its own, what it was called by, what that was given, and so on. */
  readonly layers: readonly (readonly string[])[];
  /** What an entry of a schedule is, by how the table was made: "sqrt alphas cumprod", without the spaces. */
  readonly made: ReadonlySet<string>;
}

export interface Given extends Names {
  readonly node: Node;
  /** The same object for values that are called the same. */
  readonly names: Names;
  readonly origins: ReadonlySet<Origin>;
  /** A number, by its name and use: a weight, a rate, a count. */
  readonly isNumber: boolean;
  /** A number that is not learned, by its name: it may be left out of a comparison. */
  readonly isWeight: boolean;
  readonly isMask: boolean;
  readonly isTiny: boolean;
  /** Something is raised to its power. */
  readonly isExponent?: boolean;
}

const cache = new WeakMap<Node, Given>();

export function given(node: Node): Given {
  const known = cache.get(node);
  if (known) return known;
  const names = namesFor(node);
  const { own, around } = names;
  const base = baseOf(node);
  const origins = originsOf(node, base, own);
  const found: Given = {
    node,
    ...names,
    names,
    origins,
    isNumber:
      base.op === 'size' ||
      base.op === 'count' ||
      isCountOfShape(base) ||
      isOfLoop(base) ||
      (base.op === 'parameter' &&
        (base.attributes['hint'] === 'float' || base.attributes['hint'] === 'int' || typeof base.attributes['default'] === 'number')),
    // The logarithm of a weight is no weight.
    isWeight: holdsAny(own, weightWords) && !own.some((word) => word.startsWith('log')),
    isMask: (holdsAny(own, maskWords) || holdsAny(around.slice(0, 3), maskWords)) && !origins.has('schedule'),
    // What is drawn or predicted is no small number, though it is called epsilon.
    isTiny: holdsAny(own, tinyWords) && !(origins.has('normal') || origins.has('call') || origins.has('computed')),
  };
  cache.set(node, found);
  return found;
}

/** How many rounds a loop has. */
const isOfLoop = (node: Node): boolean =>
  (node.op === 'parameter' || node.op === 'attribute') &&
  [node, ...usersOf(node).filter(({ op }) => op === 'let')].some((one) =>
    usersOf(one).some(({ op, attributes, args }) => op === 'opaque' && attributes['callee'] === 'range' && args.at(-1) === one),
  );

const called = new Map<string, Names>();
const mostCalled = 20_000;

/** As far as they are remembered, the same object for the same names, so that what they mean is worked out once. */
function namesFor(node: Node): Names {
  const names = namesOf(node);
  const own = names[0] ? wordsOf(names[0]) : [];
  const making = wordsOfTable(node);
  const layers = [own, names.slice(1).flatMap(wordsOf), ...making, ...argumentWords(node)];
  const key = `${making.length}|${layers.map((words) => words.join(' ')).join('|')}`;
  let known = called.get(key);
  if (!known) {
    if (called.size >= mostCalled) called.clear();
    called.set(key, (known = { own, around: layers.slice(1).flat(), layers, made: new Set(making.map((phrase) => phrase.join(''))) }));
  }
  return known;
}

const weightWords =
  'weight weights w lambda lam lambd lmbda lamda coef coeff coefficient beta gamma alpha scale factor annealing anneal ratio mult multiplier strength n num count batch size bs'.split(
    ' ',
  );
const tinyWords = ['eps', 'epsilon', 'tiny', 'small', 'stability'];

/** Its names, the nearest first: of variables, then of what they hold. */
export function namesOf(node: Node): string[] {
  const names: string[] = [];
  let inner = node;
  for (;;) {
    if (inner.op === 'let') names.push(inner.attributes['name'] as string);
    else if (inner.op === 'inline') names.push(inner.attributes['callee'] as string);
    else if (inner.op === 'parameter' || inner.op === 'attribute' || inner.op === 'global' || inner.op === 'carried') {
      const name = inner.attributes['name'];
      if (typeof name === 'string' && name !== 'self') names.push(name.split('.').at(-1)!);
    } else if (inner.op === 'opaque') names.push(inner.attributes['callee'] as string);
    // A function that only looks something up leaves its name.
    if (inner.op === 'inline' && names.length > 1 && !isView(inner)) return names;
    const next = inner.args[0];
    if (
      !next ||
      inner.op === 'opaque' ||
      inner.op === 'parameter' ||
      inner.op === 'global' ||
      inner.op === 'normal' ||
      inner.op === 'uniform' ||
      inner.op === 'gradient'
    )
      return names;
    if ((inner.op === 'inline' && !isView(inner)) || !followed.has(inner.op)) return names;
    inner = next;
  }
}

const followed: ReadonlySet<string> = new Set(
  'let inline detach reshape expand flatten expandDims squeeze permute swapAxes moveAxis part parts index tile rearrange einopsRepeat item gather attribute carried sigmoid softmax'.split(
    ' ',
  ),
);

/** Of an entry of a table of a schedule. */
function wordsOfTable(node: Node): readonly (readonly string[])[] {
  const table = scheduleIn(node);
  return table ? wordsFromMaking(table) : [];
}

/** Calls within calls whose names are looked at. */
const nearCalls = 3;

/** Words of two arguments are no phrase: `f(a, b)` does not speak of "ab". */
const between = ',';

/** Words of what a call was given, then of what the calls in that were given. */
function argumentWords(node: Node): string[][] {
  const layers: string[][] = [];
  let nodes: readonly Node[] = [node];
  for (let depth = 0; depth < nearCalls && nodes.length > 0; depth++) {
    const given: Node[] = [];
    for (let inner of nodes) {
      while (!isCall(inner) && followed.has(inner.op) && inner.args[0]) inner = inner.args[0];
      // What distribution it is says nothing of what was drawn from it.
      if (isCall(inner) && !inner.args.some(isShareDistribution)) given.push(...inner.args.slice(inner.op === 'inline' ? 1 : 0));
    }
    nodes = given;
    layers.push(given.flatMap((arg, place) => [...(place > 0 ? [between] : []), ...namesOf(arg).flatMap(wordsOf)]));
  }
  return layers;
}

const isCall = ({ op }: Node): boolean => op === 'opaque' || op === 'inline' || op === 'gradient';

const lookupWords = 'embedding embed codebook embeddings codes quantize'.split(' ');

function originsOf(node: Node, base: Node, own: readonly string[]): Set<Origin> {
  const origins = new Set<Origin>();
  let inner = node;
  while (inner !== base) {
    if (inner.op === 'inline') {
      const callee = inner.attributes['callee'] as string;
      if (isOfOwnSample(inner)) origins.add('ownDensity');
      origins.add(callee === 'log_prob' ? 'logDensity' : callee === 'rsample' || callee === 'sample' ? 'sample' : 'call');
    }
    if (inner.op === 'part' || inner.op === 'index') origins.add('part');
    if (isForwardDerivative(inner)) origins.add('gradient');
    if ((inner.op === 'index' || inner.op === 'gather') && isNearest(inner)) origins.add('lookup');
    if (inner.op === 'index' && inner.args.length > 1) {
      if (isSchedule(inner.args[0]!) || isDrawnTime(inner.args[1]!) || holdsAny(namesOf(inner.args[0]!).flatMap(wordsOf), scheduleWords))
        origins.add('schedule');
      if (holdsAny(namesOf(inner.args[0]!).flatMap(wordsOf), lookupWords)) origins.add('lookup');
    }
    inner = inner.args[0]!;
  }
  switch (base.op) {
    case 'carried':
      if (base.args[0] && isDrawn(base.args[0], 0)) origins.add('fromNoise');
      break;
    case 'uniform':
      origins.add('drawnShare').add('uniform');
      break;
    case 'normal':
    case 'gradient':
    case 'attribute':
    case 'parameter':
      origins.add(base.op);
      break;
    case 'opaque': {
      const callee = base.attributes['callee'] as string;
      origins.add('call');
      if (isDrawnShare(base, 0)) origins.add('drawnShare');
      if (densityCalls.has(callee)) origins.add('logDensity');
      if (isOfOwnSample(base)) origins.add('ownDensity');
      if (callee === 'rsample' || callee === 'sample') origins.add('sample');
      if (holdsAny(wordsOf(callee), lookupWords) || isNearest(base)) origins.add('lookup');
      if (isDerivative(base)) origins.add('gradient');
      if (callee === 'extract' || callee === '_extract' || callee === 'extract_into_tensor' || callee === '_extract_into_tensor')
        origins.add('schedule');
      break;
    }
    case 'item': {
      origins.add('part');
      let holder = base;
      while (holder.op === 'item' || wrappers.has(holder.op)) holder = holder.args[0]!;
      if (holder.op === 'opaque') origins.add('call');
      break;
    }
    case 'choice':
      for (const arg of base.args) for (const origin of given(arg).origins) origins.add(origin);
      break;
    default:
      // Of components, together.
      if (base.op === 'sum') for (const origin of given(base.args[0]!).origins) if (ofDensities.has(origin)) origins.add(origin);
      // A running product is what schedules are made by.
      if (base.op === 'cumulativeProduct') origins.add('schedule');
      if (isNearest(base)) origins.add('lookup');
      if (isDrawn(base, 0)) origins.add('normal');
      if (isDrawnShare(base, 0)) origins.add('drawnShare');
      if (base.op === 'exp' && isMadeOfDraw(base.args[0]!, 'normal', 0)) origins.add('logNormal');
      else if (!leaves.has(base.op) && base.op !== 'parts' && base.op !== 'number') origins.add('computed');
      break;
  }
  if (holdsAny(own, scheduleWords)) origins.add('schedule');
  return origins;
}

const densityCalls: ReadonlySet<string> = new Set(['log_prob', 'log_pdf', 'logpdf']);
const ofDensities: ReadonlySet<Origin> = new Set<Origin>(['logDensity', 'ownDensity']);
const sampleCalls: ReadonlySet<string> = new Set(['rsample', 'sample']);

/** Whether a log-density is of what was drawn from the same distribution. */
function isOfOwnSample({ op, attributes, args }: Node): boolean {
  if (!densityCalls.has(attributes['callee'] as string)) return false;
  const [distribution, point] = op === 'inline' ? args.slice(1) : args;
  for (let drawn = point; distribution && drawn; drawn = drawn.args[0]) {
    if (sampleCalls.has(drawn.attributes['callee'] as string))
      return unwrap((drawn.op === 'inline' ? drawn.args[1] : drawn.args[0]) ?? drawn) === unwrap(distribution);
    if (!followed.has(drawn.op)) return false;
  }
  return false;
}

/** Drawn, and something drawn added to it. */
function isDrawn(node: Node, depth: number): boolean {
  const inner = unwrap(node);
  if (inner.op === 'normal') return true;
  if (depth > 3) return false;
  if (inner.op === 'add') return inner.args.every((arg) => isDrawn(arg, depth + 1));
  return inner.op === 'multiply' && inner.args.some((arg) => isDrawn(arg, depth + 1));
}

const drawnTimes: ReadonlySet<string> = new Set(['randint', 'integers', 'random_integers']);

/** A whole number that was drawn. */
function isDrawnTime(node: Node): boolean {
  const base = baseOf(node);
  return base.op === 'opaque' && drawnTimes.has(base.attributes['callee'] as string);
}

const elementwise: ReadonlySet<string> = new Set(
  'let inline add subtract multiply divide negate square sqrt power cos sin clamp exp log log1p expm1 reciprocal reshape expand expandDims'.split(
    ' ',
  ),
);

/** One draw, moved by numbers. */
function isMadeOfDraw(node: Node, draw: string, depth: number): boolean {
  if (node.op === draw) return true;
  if (depth > 8 || !elementwise.has(node.op)) return false;
  const operands = wrappers.has(node.op) ? node.args.slice(0, 1) : node.args;
  const drawn = operands.filter((arg) => isMadeOfDraw(arg, draw, depth + 1));
  return drawn.length > 0 && operands.every((arg) => drawn.includes(arg) || isSetting(arg));
}

const isSetting = (node: Node): boolean => ['number', 'parameter', 'attribute', 'global'].includes(unwrap(node).op);

const isShareDistribution = ({ op, attributes }: Node): boolean =>
  op === 'opaque' && shares.has(String(attributes['callee']).split('.').at(-1)!);
const shares: ReadonlySet<string> = new Set(['Beta', 'Uniform', 'LogisticNormal', 'beta', 'Kumaraswamy']);

/** Drawn between 0 and 1. */
function isDrawnShare(node: Node, depth: number): boolean {
  const inner = unwrap(node);
  if (inner.op === 'opaque')
    return inner.args.concat(inner).some(({ attributes }) =>
      shares.has(
        String(attributes['callee'] ?? attributes['name'])
          .split('.')
          .at(-1)!,
      ),
    );
  return inner.op === 'sigmoid' ? isMadeOfDraw(inner.args[0]!, 'normal', depth) : isMadeOfDraw(inner, 'uniform', depth);
}

/** How many calls that are not followed, one of another, stand between a value and what it was computed from; null where it was not. */
export function callsBetween(node: Node, source: Node, limit = 4): number | null {
  const from = baseOf(source);
  let nodes: Node[] = [node];
  for (let calls = 0; calls <= limit && nodes.length > 0; calls++) {
    const given: Node[] = [];
    for (const one of nodes) {
      const base = baseOf(one);
      if (base === from) return calls;
      if (base.op === 'opaque') given.push(...base.args);
    }
    nodes = given;
  }
  return null;
}

/** Nodes within what something was computed from, through names and calls, that might be formulas themselves. */
export function sourcesOf(node: Node, limit = 60): Node[] {
  const found: Node[] = [];
  const seen = new Set<Node>([node]);
  const queue = [node];
  while (queue.length > 0 && seen.size < limit) {
    const next = queue.shift()!;
    for (const arg of next.args) {
      if (seen.has(arg)) continue;
      seen.add(arg);
      if (wrappers.has(arg.op) || arg.op === 'opaque') found.push(arg);
      else if (!followed.has(arg.op)) found.push(arg);
      queue.push(arg);
    }
  }
  return found;
}

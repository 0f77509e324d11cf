/** Layer and RMS normalisation over other axes than that of the features, or by a sum in place of a mean. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, usersOf, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, placeOf } from '../statements.ts';
import { factorsOf, isUnknown, moving, namesOn, termsOf } from './flow.ts';

export function* norms(statement: Computed, checked: Checked): Generator<Fault> {
  const said = saidOf(statement, checked);
  const kind = kindOf(statement, said);
  if (!kind) return;
  for (const node of ownNodes(statement)) {
    const normalised = node.op === 'divide' || node.op === 'multiply' ? normalisedIn(node) : null;
    if (!normalised) continue;
    const { of, reduced } = normalised;
    const at = checked.computed.some((one) => placeOf(one, reduced)) ? reduced : node;
    const told = { statement, at, related: [], nearly: null, change: null };
    if (kind === 'rms' && reduced.op === 'sum' && isScaledAfter(node)) {
      if (!isCountedIn(normalised.square) && !isWidened(node))
        yield {
          ...told,
          rule: 'another-reduction',
          message:
            'The squares are summed where RMS normalisation takes their mean: what comes out is smaller by the root of the number of features.',
        };
      continue;
    }
    if (kind === 'layer' && isCentred(reduced) && isShifted(node) && isWhole(node, of)) {
      yield {
        ...told,
        at: node,
        rule: 'another-value',
        severity: 'warning',
        message: 'The mean is not taken off what is divided by the deviation: what comes out has not the mean 0.',
      };
      continue;
    }
    const axis = axisOf(reduced);
    if (
      axis === null ||
      reduced.op === 'sum' ||
      !isScaledAfter(node) ||
      isAcross(statement, checked) ||
      isOfOne(reduced, statement, checked)
    )
      continue;
    const axes = axesOf(of, checked) ?? axesSaid(said);
    const isKept = reduced.attributes['keep'] === true;
    const isOfTokens = axis === -2 || (axis === 1 && axes !== null && axes.length === 3 && tokens.test(axes[1]!));
    const isOfBatch = axis === 0 && (axes === null ? isKept : axes.length > 1 && !features.test(axes[0]!));
    if (!isOfTokens && !isOfBatch) continue;
    const mean = meanBefore(normalised, checked);
    yield {
      ...told,
      at: mean ?? at,
      rule: 'another-axis',
      message: `The statistics are taken along axis ${axis}, ${axis === 0 ? 'over the batch' : 'over the tokens'}: ${kind === 'rms' ? 'RMS' : 'layer'} normalisation takes them over the features of each token, the last axis.`,
    };
  }
}

/** What is said above the first statement of a function. */
export function saidOf({ holder }: Computed, { textOf }: Pick<Checked, 'textOf'>): string {
  const [first] = holder?.body ?? [];
  const head = holder && first ? textOf({ start: holder.start, end: first.end }).slice(0, 300) : '';
  return /("""|''')[^]*?\1/.exec(head)?.[0] ?? '';
}

/** Whether layer or RMS normalisation is said to be computed: by the function, its class, or what is said of it. */
function kindOf({ around, target }: Computed, said: string): 'layer' | 'rms' | null {
  const names = [target, ...around, said].join(' ');
  if (/batch_?norm|instance|group_?norm/i.test(names)) return null;
  if (/rms/i.test(names)) return 'rms';
  return /layer[ _]?norm|(?:^|[ _])ln(?:[ _]|$)|\bLN\d?\b/i.test(names) ? 'layer' : null;
}

/** "(batch, tokens, features)" are three axes. */
const axesSaid = (said: string): readonly string[] | null => /\(((?:\w+, )+\w+)\)/.exec(said)?.[1]!.split(', ') ?? null;

const tokens = /^(?:t|n|l|s|m)$|tok|time|seq|len|pos|step|patch/i;
const features = /^(?:c|d|f)$|feat|chan|dim|hidden/i;

interface Normalised {
  readonly of: Node;
  /** The mean, or the sum, of squares. */
  readonly reduced: Node;
  /** All that is under the root. */
  readonly square: Node;
}

/** `x / sqrt(mean(x ** 2) + eps)`, or with what is off the mean. */
function normalisedIn(node: Node): Normalised | null {
  const factors = factorsOf(node);
  for (const { node: factor, below } of factors) {
    const inner = unwrap(factor);
    const root = below && inner.op === 'add' && unwrap(inner.args[0]!).op === 'sqrt' ? unwrap(inner.args[0]!) : inner;
    if (root.op !== (below ? 'sqrt' : 'rsqrt')) continue;
    const square = root.args[0]!;
    const reduced = reducedIn(square);
    if (!reduced) continue;
    const of = squaredIn(reduced);
    if (of && factors.some((one) => !one.below && isOf(one.node, of))) return { of, reduced, square };
  }
  return null;
}

/** The array itself, or what is left of it without its mean. */
const isOf = (node: Node, of: Node): boolean => {
  const inner = unwrap(node);
  return inner === of || (inner.op === 'subtract' && unwrap(inner.args[0]!) === of);
};

/** A variance, about the mean. */
const isCentred = (reduced: Node): boolean => {
  if (reduced.op === 'variance') return true;
  const of = reduced.op === 'mean' ? unwrap(unwrap(reduced.args[0]!).args[0]!) : null;
  return of?.op === 'subtract' && unwrap(of.args[1]!).op === 'mean';
};

/** A shift is added to all of the product: without one it may be meant to have none. */
const isShifted = (node: Node): boolean =>
  usersOf(node).some(({ op, args }) => op === 'add' && args.some((arg) => arg !== node && isGain(arg)));

/** What is divided is the array itself, from which nothing was taken off. */
const isWhole = (node: Node, of: Node): boolean =>
  factorsOf(node).some((one) => !one.below && unwrap(one.node) === of) && of.op !== 'subtract';

function reducedIn(square: Node): Node | null {
  for (const { node } of termsOf(square)) {
    for (const { node: factor, below } of factorsOf(node)) {
      const inner = unwrap(factor);
      if (!below && (inner.op === 'variance' || ((inner.op === 'mean' || inner.op === 'sum') && unwrap(inner.args[0]!).op === 'square')))
        return inner;
    }
  }
  return null;
}

/** The mean that is taken off, where it has been taken before: that is where the axis was first another. */
function meanBefore({ of, reduced }: Normalised, { computed }: Checked): Node | null {
  const mean = usersOf(of).find(({ op, attributes }) => op === 'mean' && String(attributes['axes']) === String(reduced.attributes['axes']));
  return mean && computed.some((one) => placeOf(one, mean)) ? mean : null;
}

/** What the variance, or the mean square, is of. */
function squaredIn(reduced: Node): Node | null {
  const inner = unwrap(reduced.args[0]!);
  if (reduced.op === 'variance') return inner;
  const of = unwrap(inner.args[0]!);
  if (of.op !== 'subtract') return of;
  return unwrap(of.args[1]!).op === 'mean' ? unwrap(of.args[0]!) : of;
}

function axisOf({ attributes: { axes } }: Node): number | null {
  const [axis] = Array.isArray(axes) && axes.length === 1 ? (axes as number[]) : [];
  return axis ?? null;
}

/** The sum is divided by a number somewhere: it is a mean after all. */
const isCountedIn = (square: Node): boolean =>
  termsOf(square).some(({ node }) => factorsOf(node).some(({ below, node: factor }) => below || unwrap(factor).op === 'reciprocal'));

/** A gain is given to what comes out, as it is to normalisation in a network, and it is no number of how many there are. */
function isScaledAfter(node: Node): boolean {
  const reached = new Set<Node>([node]);
  for (const one of reached) {
    if (reached.size > 12) return false;
    if (one !== node && one.op === 'multiply' && one.args.some((arg) => isGain(arg))) return true;
    if (factorsOf(one).some(({ node: factor, below }) => !below && isGain(factor))) return true;
    for (const user of usersOf(one)) if (/^(?:let|inline|multiply)$/.test(user.op) && user.args.includes(one)) reached.add(user);
  }
  return false;
}

const isGain = (node: Node): boolean => {
  const inner = unwrap(node);
  if (inner.op === 'add') return inner.args.some((arg) => numberOf(arg) === 1) && inner.args.some(isGain);
  let of = inner;
  while (moving.has(of.op) && of.args[0]) of = unwrap(of.args[0]);
  return of.op === 'attribute' || (of.op === 'parameter' && inner.op !== 'size') || (inner.op === 'index' && isUnknown(of));
};

/** Whether the features are not the last axis: gains have axes of their own, or it is said. */
export function isAcross(statement: Computed, checked: Checked): boolean {
  const { node, places } = statement;
  const [first] = axesSaid(saidOf(statement, checked)) ?? [];
  if (first !== undefined && features.test(first)) return true;
  const isSpread = (part: Node): boolean => {
    const inner = unwrap(part);
    const isMoved =
      inner.op === 'expandDims' || (inner.op === 'index' && /new$/.test(String(inner.attributes['spec']))) || inner.op === 'reshape';
    return isMoved && isUnknown(unwrap(inner.args[0]!));
  };
  return [node, ...places.map((place) => place.node)].some((part) => isSpread(part) || factorsOf(part).some((one) => isSpread(one.node)));
}

/** A function of JAX may be of one example, whose first axis is its only one, and lifted to a batch elsewhere. */
export const isOfOne = ({ attributes: { axes, keep } }: Node, { holder }: Computed, { textOf }: Pick<Checked, 'textOf'>): boolean =>
  keep !== true && String(axes) === '0' && holder !== null && /\bjnp\./.test(textOf(holder));

/** What the axes of an array are called where its shape is taken apart. */
function axesOf(of: Node, { computed }: Checked): readonly string[] | null {
  const taken = computed.find(({ node, target }) => node.op === 'shape' && unwrap(node.args[0]!) === of && /[\s,]/.test(target));
  return taken ? taken.target.split(/[\s,()]+/).filter(Boolean) : null;
}

/** The root of the width is multiplied to it, which makes up for the sum. */
function isWidened(node: Node): boolean {
  const reached = new Set<Node>([node]);
  for (const one of reached) {
    if (reached.size > 12) return false;
    if (factorsOf(one).some(({ node: factor }) => isRoot(factor))) return true;
    for (const user of usersOf(one)) if (/^(?:let|inline|multiply)$/.test(user.op)) reached.add(user);
  }
  return false;
}

const isRoot = (node: Node): boolean => {
  const { op, args } = unwrap(node);
  return (
    /scale|sqrt/i.test(namesOn(node)[0] ?? '') ||
    ((op === 'sqrt' || op === 'power') && unwrap(args[0]!).op !== 'add' && unwrap(args[0]!).op !== 'sum')
  );
};

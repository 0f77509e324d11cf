/** Layer and RMS normalisation over other axes than that of the features, by a sum in place of a mean, or without its root. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, usersOf, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Change, Fault } from '../fault.ts';
import { ownNodes, placeOf } from '../statements.ts';
import { make } from '../near/edit.ts';
import { titleOf } from '../near/says.ts';
import { textEdits } from '../near/write.ts';
import { factorsOf, isUnknown, moving, namesOn } from './flow.ts';
import { isCentred, isCountedIn, meanBefore, normalisedIn, type Normalised } from './normalised.ts';

export function* norms(statement: Computed, checked: Checked): Generator<Fault> {
  const said = saidOf(statement, checked);
  const kind = kindOf(statement, said);
  if (!kind) return;
  for (const node of ownNodes(statement)) {
    const normalised = node.op === 'divide' || node.op === 'multiply' ? normalisedIn(node) : null;
    if (!normalised) continue;
    const { of, reduced, square, isRooted } = normalised;
    const at = checked.computed.some((one) => placeOf(one, reduced)) ? reduced : node;
    const told = { statement, at, related: [], nearly: null, change: null };
    if (!isScaledAfter(node, of) && (isRooted || !isLayer(statement))) continue;
    if (normalised.isAbove) {
      if (kind !== 'any' && reduced.op !== 'sum')
        yield {
          ...told,
          at: node,
          rule: 'another-function',
          severity: 'warning',
          message: 'This is multiplied by the root and not divided by it: what is large becomes larger, and nothing is normalised.',
        };
      return;
    }
    if (!isRooted) {
      if (reduced.op !== 'sum' && isMadeHere(square, statement, checked))
        yield { ...told, at: square, ...withoutRoot(normalised), change: rootOf(normalised, node, statement, checked) };
      continue;
    }
    if (reduced.op === 'sum') {
      if ((kind === 'rms' || isMeanMeant(normalised, node)) && !isCountedIn(square) && !isWidened(normalised, node))
        yield {
          ...told,
          rule: 'another-reduction',
          message:
            'The squares are summed where normalisation takes their mean: what comes out is smaller by the root of the number of features.',
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
    if (kind === 'any' || axis === null || isAcross(statement, checked) || isOfOne(reduced, statement, checked)) continue;
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

/** Whether it is said that something is normalised, or it is scaled as in a layer. */
export const isNormalisation = (statement: Computed, checked: Checked, node: Node, of: Node): boolean =>
  kindOf(statement, saidOf(statement, checked)) !== null || isScaledAfter(node, of);

/** What is said above the first statement of a function. */
export function saidOf({ holder }: Computed, { textOf }: Pick<Checked, 'textOf'>): string {
  const [first] = holder?.body ?? [];
  const head = holder && first ? textOf({ start: holder.start, end: first.end }).slice(0, 300) : '';
  return /("""|''')[^]*?\1/.exec(head)?.[0] ?? '';
}

/** Whether layer or RMS normalisation is said to be computed, or any at all: by the function, its class, or what is said of it. */
function kindOf({ around, target }: Computed, said: string): 'layer' | 'rms' | 'any' | null {
  const names = [target, ...around, said].join(' ');
  if (/batch_?norm|instance|group_?norm/i.test(names)) return null;
  if (/rms|root[ _]?mean/i.test(names)) return 'rms';
  if (/layer[ _]?norm|(?:^|[ _])ln(?:[ _]|$)|\bLN\d?\b/i.test(names)) return 'layer';
  return /norm(?:ali[sz]\w*)?(?:$|[ _A-Z\d])/.test(around.join(' ').replaceAll('Norm', 'norm')) && !otherNorms.test(names) ? 'any' : null;
}

/** To length 1, of weights, of gradients, of energies. */
const otherNorms = /l2|unit|cos|sphere|spherical|weight|grad|spectral|power|energy|scale_?norm|clip|vector/i;

const isMadeHere = (node: Node, { holder }: Computed, { computed }: Checked): boolean =>
  computed.some((one) => one.holder === holder && placeOf(one, node));

function withoutRoot({ reduced }: Normalised): Pick<Fault, 'rule' | 'message'> {
  const isOfSquares = !isCentred(reduced);
  return {
    rule: 'function-missing',
    message: isOfSquares
      ? 'This divides by the mean of the squares itself: RMS normalisation divides by its root, so that what comes out does not depend on how large the input is.'
      : 'This divides by the variance itself: layer normalisation divides by its root, so that what comes out does not depend on how large the input is.',
  };
}

/** What a layer that is called so gives. */
const isLayer = ({ around: [holder = '', layer = ''], target }: Computed): boolean =>
  target === '' && /^_*(?:forward|call|norm)_*$/.test(holder) && /norm$/i.test(layer);

/** The root, taken where it is missing. */
function rootOf({ square }: Normalised, within: Node, statement: Computed, { computed, textOf, imports }: Checked): Change | null {
  const edit = { kind: 'missing function', there: square, wanted: make('sqrt', [square]), within: null, also: [] } as const;
  const source = { statement, computed, textOf, imports };
  const edits = textEdits({ ...edit, within }, source) ?? textEdits(edit, source);
  return edits && { title: titleOf(edits, source), edits };
}

/** A sum that is called a mean, or before gains that begin at 1: vectors of length 1 are scaled by more than that. */
const isMeanMeant = ({ reduced, of }: Normalised, node: Node): boolean => isCalledMean(reduced) || gainsAfter(node, of).some(startsAtOne);

const isCalledMean = (reduced: Node): boolean =>
  usersOf(reduced).some(({ op, attributes }) => op === 'let' && /mean|var|^ms$|_ms$/i.test(String(attributes['name'])));

const startsAtOne = (gain: Node): boolean => {
  const inner = unwrap(gain);
  if (isLearned(inner)) return inner.args.some((arg) => arg.op === 'global' && /^"?(?:.*\.)?ones"?$/.test(String(arg.attributes['name'])));
  return inner.op === 'attribute' && inner.args[0] !== undefined && numberOf(inner.args[0]) === 1;
};

/** `self.add_weight(...)` of Keras, `self.param(...)` of Flax. */
const isLearned = ({ op, attributes }: Node): boolean =>
  op === 'opaque' && /(?:^|\.)(?:add_weight|param|get_parameter|create_parameter)$/.test(String(attributes['callee']));

/** "(batch, tokens, features)" are three axes. */
const axesSaid = (said: string): readonly string[] | null => /\(((?:\w+, )+\w+)\)/.exec(said)?.[1]!.split(', ') ?? null;

const tokens = /^(?:t|n|l|s|m)$|tok|time|seq|len|pos|step|patch/i;
const features = /^(?:c|d|f)$|feat|chan|dim|hidden/i;

/** A shift is added to all of the product: without one it may be meant to have none. */
const isShifted = (node: Node): boolean =>
  usersOf(node).some(({ op, args }) => op === 'add' && args.some((arg) => arg !== node && isGain(arg)));

/** What is divided is the array itself, from which nothing was taken off. */
const isWhole = (node: Node, of: Node): boolean =>
  factorsOf(node).some((one) => !one.below && unwrap(one.node) === of) && of.op !== 'subtract';

function axisOf({ attributes: { axes } }: Node): number | null {
  const [axis] = Array.isArray(axes) && axes.length === 1 ? (axes as number[]) : [];
  return axis ?? null;
}

/** A gain is given to what comes out, as it is to normalisation in a network, and it is no number of how many there are. */
const isScaledAfter = (node: Node, of: Node): boolean => gainsAfter(node, of).length > 0;

function gainsAfter(node: Node, of: Node): readonly Node[] {
  const reached = new Set<Node>([node]);
  for (const one of reached) {
    if (reached.size > 12) return [];
    const gains = factorsOf(one).filter(({ node: factor, below }) => !below && unwrap(factor) !== of && isGain(factor));
    if (gains.length > 0) return gains.map(({ node: gain }) => gain);
    for (const user of usersOf(one)) if (/^(?:let|inline|multiply)$/.test(user.op) && user.args.includes(one)) reached.add(user);
  }
  return [];
}

const isGain = (node: Node): boolean => {
  const inner = unwrap(node);
  if (inner.op === 'add') return inner.args.some((arg) => numberOf(arg) === 1) && inner.args.some(isGain);
  let of = inner;
  while (moving.has(of.op) && of.args[0]) of = unwrap(of.args[0]);
  return (
    of.op === 'attribute' || isLearned(of) || (of.op === 'parameter' && inner.op !== 'size') || (inner.op === 'index' && isUnknown(of))
  );
};

/** Whether the features are not the last axis: gains have axes of their own, or it is said; or there is no axis of examples. */
export function isAcross(statement: Computed, checked: Checked): boolean {
  const { node, places, holder } = statement;
  // A parameter says which rows are of which example.
  if ((holder?.parameters.length ?? 0) > 1 && holder!.parameters.some(({ name }) => owners.test(name))) return true;
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

const owners = /^(?:batch(?:_(?:index|idx|ids?|vec|vector))?|segments?(?:_ids?)?|ptr|cu_seqlens\w*)$/;

/** A function of JAX may be of one example, whose first axis is its only one, and lifted to a batch elsewhere. */
export const isOfOne = ({ attributes: { axes, keep } }: Node, { holder }: Computed, { textOf }: Pick<Checked, 'textOf'>): boolean =>
  keep !== true && String(axes) === '0' && holder !== null && /\bjnp\./.test(textOf(holder));

/** What the axes of an array are called where its shape is taken apart. */
function axesOf(of: Node, { computed }: Checked): readonly string[] | null {
  const taken = computed.find(({ node, target }) => node.op === 'shape' && unwrap(node.args[0]!) === of && /[\s,]/.test(target));
  return taken ? taken.target.split(/[\s,()]+/).filter(Boolean) : null;
}

/** The root of the width is multiplied to it, which makes up for the sum. */
function isWidened({ reduced }: Normalised, node: Node): boolean {
  if (isCalledMean(reduced)) return false;
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

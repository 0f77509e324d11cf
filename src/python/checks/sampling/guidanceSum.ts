/**
 * Guidance goes along the line through two predictions of one network: whatever the scale, what they are multiplied by sums to one, and more
 * of it goes towards the condition.
 */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, usersOf, type Node } from '../../expression/node.ts';
import { namesOf } from '../../recognise/evidence/given.ts';
import { holdsAny, wordsOf } from '../../recognise/evidence/words.ts';
import { calledFor } from '../../recognise/findings.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { make } from '../near/edit.ts';
import { replaced } from '../near/remade.ts';
import { textEdits } from '../near/write.ts';
import { isMoved, madeFrom, under } from '../rules/flow.ts';
import { ownNodes } from '../statements.ts';
import { arithmetic, shares } from './linear.ts';
import { sideOfPrediction, type Side } from './sides.ts';

export function* guidanceSums({ computed, textOf, imports }: Checked, told: readonly Fault[]): Generator<Fault> {
  const known = new Set(told.map(({ statement }) => statement));
  for (const statement of computed) {
    const { node } = statement;
    if (known.has(statement) || node.op === 'let' || !arithmetic.has(unwrap(node).op) || calledFor(node) !== null) continue;
    const predictions = predictionsIn(statement);
    const sums = predictions && sumsOf(node, predictions);
    if (!sums) continue;
    const isLine = sums.total === 1 && sums.slope === 0;
    // A difference may be what is added to one of the two.
    const isBare = sums.total === 0 && isPrediction(statement) && !isAddedTo(node, predictions);
    if (isLine ? !sums.isAway : sums.total === 0 && !isBare) continue;
    const isExchanged = isLine && sums.atOne === 0;
    const flip = isExchanged ? null : turned(statement, predictions);
    const edits = flip && textEdits({ kind: 'sign', ...flip, within: null, also: [] }, { statement, computed, textOf, imports });
    yield {
      rule: 'guidance-not-conditional',
      message: isExchanged
        ? 'The two predictions have changed places: at scale 1 this is the unconditional one, and more goes away from the condition.'
        : isLine
          ? 'The difference of the two predictions is turned round: more of it goes away from the condition, and at scale 1 this is not the conditional one.'
          : isBare
            ? 'The difference of the two predictions is taken for the prediction: at scale 1 this is not the conditional one. It is added to the unconditional one.'
            : 'What the two predictions are multiplied by does not sum to one: guidance moves along the line through both, and at scale 1 it is the conditional one.',
      statement,
      at: flip?.there ?? node,
      related: [],
      nearly: null,
      change: edits ? { title: 'Turn the sign', makes: null, edits } : null,
    };
  }
}

const isPrediction = ({ target }: Computed): boolean =>
  holdsAny(wordsOf(target), predictionWords) && !/diff|delta|dir|grad|guidance|correction|shift/i.test(target);

/** Whether a value is a term of a sum with one of the two. */
const isAddedTo = (node: Node, { conditional, unconditional }: Predictions): boolean =>
  [...madeFrom(node, carrying, 20)].some((one) =>
    usersOf(one).some(
      ({ op, args }) =>
        (op === 'add' || op === 'subtract') &&
        args.some((arg) => arg !== one && (unwrap(arg) === unwrap(conditional) || unwrap(arg) === unwrap(unconditional))),
    ),
  );
const carrying: ReadonlySet<string> = new Set(['let', 'inline', 'multiply', 'detach']);

interface Predictions {
  readonly conditional: Node;
  readonly unconditional: Node;
  readonly scale: Node;
}

/** Two predictions of one network and a number that is called a scale, of which the statement is a sum. */
function predictionsIn({ node }: Computed): Predictions | null {
  const leavesOf = [...partsOf(node)];
  const numbers = leavesOf.filter((one) => numberOf(one) === null && isScale(one));
  const others = leavesOf.filter((one) => numberOf(one) === null && !isScale(one));
  const [first, second] = others;
  const [scale] = numbers;
  if (!first || !second || !scale || others.length !== 2 || numbers.length !== 1) return null;
  const sides = others.map(sideOfPrediction);
  const unconditional = others.find((_, at) => sides[at] === 'without');
  const conditional = others.find((one, at) => one !== unconditional && isOther(sides[at]!, one, unconditional));
  return conditional && unconditional && isOfOne(conditional, unconditional) ? { conditional, unconditional, scale } : null;
}

/** Called the other side, or asked of the same network. */
const isOther = (side: Side | null, one: Node, unconditional: Node | undefined): boolean =>
  side === 'with' || (side === null && unconditional !== undefined && callOf(one) !== null && callOf(one) === callOf(unconditional));

/** What sums and products are of: names that say a side are not taken apart. */
function* partsOf(node: Node): Generator<Node> {
  const seen = new Set<Node>([node]);
  for (const one of seen) {
    const inner = unwrap(one);
    if (arithmetic.has(inner.op)) for (const arg of inner.args) seen.add(arg);
    else if (isShaped(inner)) seen.add(inner.args[0]!);
    else yield one;
  }
}

/** A number in the shape that samples have; the halves of a batch are two things. */
const isShaped = ({ op, args }: Node): boolean =>
  /^(?:reshape|expand|expandDims|squeeze|index)$/.test(op) && args.length > 0 && isScale(args[0]!);

const isScale = (node: Node): boolean => {
  const [name = ''] = namesOf(node);
  return holdsAny(wordsOf(name), scaleWords) && sideOfPrediction(node) === null;
};
const scaleWords = ['guidance', 'guidance scale', 'cfg', 'cfg scale', 'scale', 'w', 's', 'guide', 'strength', 'gs', 'guidance weight'];

/** The network that was asked; null where it is something else. */
function callOf(node: Node): string | null {
  const inner = under(node, isMoved);
  return inner.op === 'opaque' ? String(inner.attributes['callee']) : null;
}

/** Of one network, or called predictions both. */
function isOfOne(one: Node, other: Node): boolean {
  const [a, b] = [callOf(one), callOf(other)];
  if (a !== null || b !== null) return a === b && !/loss|emb|encod|proj|criterion/i.test(a!);
  // Halves of what one call gave for both.
  const [half, otherHalf] = [unwrap(one), unwrap(other)];
  if (half.op === 'part' && otherHalf.op === 'part') return half.args[0] === otherHalf.args[0];
  return [one, other].every((node) => holdsAny(wordsOf(namesOf(node)[0] ?? ''), predictionWords));
}
const predictionWords = [
  'eps',
  'epsilon',
  'noise',
  'v',
  'velocity',
  'pred',
  'prediction',
  'denoised',
  'x0',
  'model output',
  'output',
  'out',
];

/** At which weights are computed: any other scale would do. */
const scaleAt = 0.37;

/**
 * What both are multiplied by together, how that changes with the scale, whether it is less of the condition as the scale rises, and how much
 * of the condition there is at scale 1.
 */
function sumsOf(
  node: Node,
  { conditional, unconditional, scale }: Predictions,
): { readonly total: number; readonly slope: number; readonly isAway: boolean; readonly atOne: number } | null {
  const found = shares(node, { ends: [conditional, unconditional], time: scale, at: scaleAt });
  if (!found) return null;
  const sum = (all: readonly number[]): number => {
    const total = all.reduce((before, value) => before + value, 0);
    return Math.abs(total - Math.round(total)) < 1e-9 ? Math.round(total) : total;
  };
  const [slope] = found.slopes;
  const atOne = sum([found.values[0]!, (1 - scaleAt) * slope!]);
  return { total: sum(found.values), slope: sum(found.slopes), isAway: slope! < 0, atOne };
}

/** The sum of the statement that has to be a difference, or the other way round. */
function turned(statement: Computed, predictions: Predictions): { readonly there: Node; readonly wanted: Node } | null {
  for (const there of ownNodes(statement)) {
    if (there.op !== 'add' && there.op !== 'subtract') continue;
    const wanted = make(there.op === 'add' ? 'subtract' : 'add', there.args);
    const sums = sumsOf(replaced(statement.node, there, wanted), predictions);
    if (sums?.total === 1 && sums.slope === 0 && !sums.isAway) return { there, wanted };
  }
  return null;
}

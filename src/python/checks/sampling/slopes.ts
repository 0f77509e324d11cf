/** Steps along the slope of a denoiser, (x − D) / σ, that lead away from what it makes of the sample. */

import type { Computed } from '../../expression/follow/context.ts';
import { unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { make } from '../near/edit.ts';
import { textEdits } from '../near/write.ts';
import { factorsOf, isMadeOf, isNumber, namesOn, termsOf, userIn } from '../rules/flow.ts';

export function* stepsAway({ computed, textOf, imports }: Checked, told: readonly Fault[]): Generator<Fault> {
  const known = new Set(told.map(({ statement }) => statement));
  for (const statement of computed) {
    if (known.has(statement)) continue;
    const wrong = wrongIn(statement);
    if (!wrong) continue;
    const { length, within, slope, isSlopeTurned } = wrong;
    const there = isSlopeTurned ? unwrap(unwrap(slope).args[0]!) : length;
    const turned = make('subtract', unwrap(there).args.toReversed());
    const around = isSlopeTurned ? unwrap(slope) : within;
    const edits = textEdits({ kind: 'order', there, wanted: turned, within: around, also: [] }, { statement, computed, textOf, imports });
    const [message, title] = isSlopeTurned ? said.slope : said.length;
    yield {
      rule: 'wrong-direction',
      message,
      statement,
      at: isSlopeTurned ? unwrap(slope) : length,
      related: [isSlopeTurned ? { node: length, message: 'The step.' } : { node: slope, message: 'The slope.' }],
      nearly: null,
      change: edits && { title, edits },
    };
  }
}

const said = {
  length: [
    'The slope (x − D) / σ leads to more noise as the noise level rises: with the level that is left less the one that is gone to, the step leads away from the denoised sample.',
    'Take the next level less the one that is left',
  ],
  slope: [
    'The slope is (x − D) / σ where the step is the next level less the one that is left: the other way round the step leads away from the denoised sample.',
    'Take the sample less the denoised one',
  ],
} as const;

interface Wrong {
  readonly length: Node;
  readonly within: Node;
  readonly slope: Node;
  /** The step is as long as the level changes, with its sign: it is the slope that is the other way round. */
  readonly isSlopeTurned: boolean;
}

function wrongIn({ node, places }: Computed): Wrong | null {
  const terms = termsOf(node);
  const own = new Set(places.map((place) => place.node));
  for (const { node: product, sign } of terms) {
    const factors = factorsOf(product, (one) => isSlope(unwrap(one)));
    const slope = factors.find((factor) => !factor.below && isSlope(unwrap(factor.node)));
    const length = factors.find((factor) => !factor.below && unwrap(factor.node).op === 'subtract');
    if (!slope || !length || factors.length !== 2 || !own.has(length.node)) continue;
    const [difference, level] = unwrap(slope.node).args;
    const [sample, denoised] = unwrap(difference!).args.map(unwrap);
    const x = terms.find((one) => one.node !== product && one.sign === 1 && [sample, denoised].includes(unwrap(one.node)));
    if (!x || terms.length !== 2) continue;
    const [from, to] = unwrap(length.node).args.map(unwrap);
    const left = plain(level!);
    const isBack = plain(from!) === left && plain(to!) !== left;
    const isOn = plain(to!) === left && plain(from!) !== left;
    if (isBack === isOn) continue;
    const way = sign * (unwrap(x.node) === sample ? 1 : -1) * (isOn ? 1 : -1);
    const within = way < 0 ? userIn(product, length.node) : null;
    const isSlopeTurned = isOn && sign === 1 && unwrap(x.node) === denoised;
    if (within) return { length: length.node, within, slope: slope.node, isSlopeTurned };
  }
  return null;
}

/** A difference of sample and denoised sample, over a level. */
const isSlope = ({ op, args }: Node): boolean => op === 'divide' && unwrap(args[0]!).op === 'subtract' && isPrediction(unwrap(args[0]!));

/** By what a network gives, or by what it is called. */
const isPrediction = ({ args }: Node): boolean =>
  args.some(
    (arg) =>
      unwrap(arg).op === 'opaque' ||
      namesOn(arg).some((name) =>
        /^(?:(?:pred_?)?x_?0(?:_?pred)?|(?:pred_?)?x_?start|(?:pred_?)?original(?:_sample)?|denoised)$/i.test(name),
      ),
  );

/** A level, in whatever shape: also with ones in the shape of a batch, or with dimensions that are put after its own. */
function plain(node: Node): Node {
  const inner = unwrap(node);
  if (/^(?:reshape|expand|expandDims|squeeze)$/.test(inner.op) || isExtended(inner)) return plain(inner.args[0]!);
  const [one, other] = inner.op === 'multiply' ? inner.args : [];
  if (one && other && (isNumber(one, 1) || isNumber(other, 1))) return plain(isNumber(one, 1) ? other : one);
  return inner;
}

/** `x[(...,) + (None,) * n]` */
const isExtended = ({ op, args }: Node): boolean =>
  op === 'index' &&
  args[1] !== undefined &&
  isMadeOf(args[1], (part) => part.op === 'global' && part.attributes['name'] === 'ellipsis', 20);

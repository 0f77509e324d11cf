/** Steps of several slopes that are not those of any method: how much each counts does not fit to where it was taken. */

import { catalogue } from '../../../formulas/catalogue.ts';
import type { Computed } from '../../expression/follow/context.ts';
import { argumentsOf, numberOf, unwrap, wrappers, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { isMadeOf, made } from '../rules/flow.ts';
import { arithmetic, isPassing, shares } from './linear.ts';

/**
 * For slopes that count b_i together as B, taken after moves of a_i, a step is of second order where the sum of b_i a_i is B² / 2. It holds
 * for Heun's steps, for those with a midpoint, and for all of higher order.
 */
export function* slopesOfSteps({ computed }: Checked, told: readonly Fault[]): Generator<Fault> {
  const known = new Set(told.map(({ statement }) => statement));
  for (const statement of computed) {
    if (known.has(statement) || statement.node.op === 'let') continue;
    const wrong = wrongIn(statement);
    if (wrong === null) continue;
    yield {
      rule: 'other-factor',
      message:
        wrong === 'twice'
          ? 'One slope stands for both: the mean of it and of the other belongs here (Heun step).'
          : `What the slopes count does not fit to where they were taken: the step is not of second order (${catalogue.get('heun_step')!.name}).`,
      statement,
      at: statement.node,
      related: [],
      nearly: null,
      change: null,
    };
  }
}

function wrongIn({ node }: Computed): 'twice' | 'order' | null {
  if (node.op !== 'add' && node.op !== 'subtract') return null;
  const used = slopesIn(node);
  const ends = [...new Set(used)];
  const callees = new Set(ends.map((slope) => calleeOf(slope)));
  if (used.length < 2 || callees.size !== 1 || !hasStep(node)) return null;
  const all = [...new Set([...ends, ...ends.flatMap((slope) => [...slopesUnder(pointOf(slope))])])];
  const step = shares(node, { ends: all, time: null, at: 0 });
  if (!step) return null;
  const moves: number[] = [];
  for (const slope of all) {
    const point = pointOf(slope);
    const found = point && shares(point, { ends: all, time: null, at: 0 });
    // Of another sample, or of one that is scaled.
    if (!found || Math.abs(found.rest - step.rest) > 1e-9) return null;
    moves.push(found.values.reduce((sum, value) => sum + value, 0));
  }
  if (used.length > ends.length && ends.length === 1) return 'twice';
  if (moves.every((move) => move === 0)) return null;
  const count = step.values.reduce((sum, value) => sum + value, 0);
  const moved = step.values.reduce((sum, value, at) => sum + value * moves[at]!, 0);
  return Math.abs(moved - count ** 2 / 2) > 1e-9 ? 'order' : null;
}

/** Slopes that a statement adds to a sample, as often as it does; not those that the sample itself came by. */
function slopesIn(node: Node): Node[] {
  const terms = node.op === 'add' || node.op === 'subtract' ? node.args.flatMap(ownTerms) : [];
  const found: Node[] = [];
  let samples = 0;
  for (const term of terms) {
    const slopes = [...occurrences(term)];
    const rest = slopes.length === 0 ? null : shares(term, { ends: [...new Set(slopes)], time: null, at: 0 });
    if (rest && rest.rest === 0) found.push(...slopes);
    else samples++;
  }
  return samples === 1 ? found : [];
}

const ownTerms = (node: Node): readonly Node[] => (node.op === 'add' || node.op === 'subtract' ? node.args.flatMap(ownTerms) : [node]);

/** As often as they stand in it; of a value that stands in itself many times over, up to so many steps. */
function* occurrences(node: Node): Generator<Node> {
  const open = [node];
  for (let steps = 0; steps < mostSteps; steps++) {
    const one = open.pop();
    if (!one) return;
    const slope = slopeOf(one);
    if (slope) yield slope;
    else if (isPassing(one) && one.args[0]) open.push(one.args[0]);
    else if (arithmetic.has(one.op)) open.push(...one.args.toReversed());
  }
}

const mostSteps = 500;

const slopesUnder = (node: Node | null): ReadonlySet<Node> => new Set(node ? occurrences(node) : []);

/** What a network says, or the slope of what it says. */
function slopeOf(node: Node): Node | null {
  if (wrappers.has(node.op)) return null;
  return node.op === 'opaque' || denoisedIn(node) ? node : null;
}

interface Denoised {
  readonly sample: Node;
  readonly call: Node;
}

/** Of (x − D) / σ the sample, and the network that was asked for D. */
function denoisedIn({ op, args }: Node): Denoised | null {
  const difference = op === 'divide' ? unwrap(args[0]!) : null;
  if (difference?.op !== 'subtract') return null;
  for (const [sample, denoised] of [difference.args, difference.args.toReversed()])
    for (const call of made(denoised!, 60))
      if (call.op === 'opaque' && argumentsOf(call).some((arg) => unwrap(arg) === unwrap(sample!))) return { sample: sample!, call };
  return null;
}

/** The sample that a slope is of: the first that the network was given. */
const pointOf = (slope: Node): Node | null => denoisedIn(slope)?.sample ?? argumentsOf(slope).find((arg) => numberOf(arg) === null) ?? null;

const calleeOf = (slope: Node): string => String((denoisedIn(slope)?.call ?? slope).attributes['callee']);

/** Something else than numbers counts: a step of that length. */
const hasStep = (node: Node): boolean => isMadeOf(node, ({ op, args }) => op === 'multiply' && args.some(isLength), 60);

const isLength = (node: Node): boolean => {
  const inner = unwrap(node);
  return numberOf(inner) === null && inner.op !== 'opaque' && occurrences(inner).next().done === true;
};

/** Both halves of a discriminator's loss with one target: it does not tell real from generated. */

import type { Computed } from '../../expression/follow/context.ts';
import { argumentsOf, leaves, numberOf, operandsOf, unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, placeOf } from '../statements.ts';
import { isMadeOf, isUnknown, namesOn, source, termsOf } from './flow.ts';

export const targets = (statement: Computed, checked: Checked): Generator<Fault> => halvesAlike(statement, checked, false);

/** Also of a critic, whose answers are drawn up or down as they are. */
export const targetsOfCritics = (statement: Computed, checked: Checked): Generator<Fault> =>
  halvesAlike(statement, checked, isLoss(statement));

function* halvesAlike(statement: Computed, { computed }: Checked, isOfCritic: boolean): Generator<Fault> {
  const inner = new Set<Node>();
  for (const node of ownNodes(statement)) {
    if (node.op !== 'add' || inner.has(node)) continue;
    for (const arg of node.args) inner.add(unwrap(arg));
    const terms = termsOf(node);
    for (const [at, real] of terms.entries())
      for (const fake of terms.slice(at + 1)) {
        const side = real.sign === fake.sign ? sideOfFirst(real.node, fake.node, isOfCritic) : null;
        if (!side) continue;
        const [ofReal, ofFake] = side === 'real' ? [real.node, fake.node] : [fake.node, real.node];
        const wrong = slopeOf(ofReal, real.sign) === 1 ? ofReal : ofFake;
        yield {
          rule: 'targets-alike',
          message: 'Both halves of this loss, of what is real and of what is generated, have the same target: it does not tell them apart.',
          statement,
          at: computed.some((one) => one.holder === statement.holder && placeOf(one, wrong)) ? unwrap(wrong) : node,
          related: [{ node: unwrap(wrong === ofReal ? ofFake : ofReal), message: 'The other half.' }],
          nearly: null,
          change: null,
        };
        return;
      }
  }
}

const most = 400;

/** Which way a half goes as the answer in it rises; null where that is not told by its operations. What is real is to be answered high. */
function slopeOf(half: Node, sign: 1 | -1): 1 | -1 | null {
  let [inner, slope] = [unwrap(half), sign];
  for (let steps = 0; steps < 12 && inner.args[0]; steps++) {
    const [a, b] = inner.args as [Node, Node | undefined];
    const value = b === undefined ? null : (numberOf(a) ?? numberOf(b));
    const rest = b !== undefined && numberOf(a) !== null ? b : a;
    if (inner.op === 'negate' || (inner.op === 'subtract' && value !== null && rest === b)) slope = slope === 1 ? -1 : 1;
    else if ((inner.op === 'multiply' || inner.op === 'divide') && value !== null) slope = value < 0 ? (slope === 1 ? -1 : 1) : slope;
    else if (!((inner.op === 'add' || inner.op === 'subtract') && value !== null) && !rising.has(inner.op)) break;
    inner = unwrap(rest);
  }
  return isUnknown(source(inner)) ? slope : null;
}

const rising: ReadonlySet<string> = new Set(['mean', 'sum', 'relu', 'softplus', 'logSigmoid', 'flatten', 'reshape', 'squeeze']);

/**
 * Of the same function of what is called real and of what is called fake, and one that draws each to a side, the side of the first; null
 * where it is no such.
 */
function sideOfFirst(first: Node, second: Node, isOfCritic: boolean): 'real' | 'fake' | null {
  const pairs: (readonly [Node, Node])[] = [];
  if (!alike(first, second, pairs, new Set()) || pairs.length === 0) return null;
  // What they are to be is another for each, if they differ in more than one thing.
  if (new Set(pairs.map(([x, y]) => `${source(x).id} ${source(y).id}`)).size > 1) return null;
  const [a, b] = [sideOf(pairs.map(([x]) => x)), sideOf(pairs.map(([, y]) => y))];
  if (a === null || b === null || a === b) return null;
  // Of a critic the mean is drawn up or down.
  if (isOfCritic && pairs.every((pair) => pair.every((one) => isAsked(source(one))))) return a;
  return isMadeOf(first, (part) => part.op === 'softplus' || part.op === 'relu' || isToNumber(part) || isCriterion(part), most) ? a : null;
}

const isLoss = ({ target, around: [holder = ''] }: Computed): boolean => /loss|err|cost/i.test(target === '' ? holder : target);

/** A discriminator's answer. */
const isAsked = ({ op, attributes }: Node): boolean =>
  op === 'opaque' && attributes['bound'] === true && callsDiscriminator.test(String(attributes['callee']));
const callsDiscriminator = /(?:^|_|net)d(?:is\w*)?(?:_|$)|critic/i;

/** A criterion that is given a number to reach. */
const isCriterion = ({ op, args, attributes }: Node): boolean =>
  op === 'opaque' &&
  /bce|criterion|adv\w*_loss|gan_?loss/i.test(String(attributes['callee'])) &&
  args.slice(1).some((arg) => numberOf(arg) !== null);

/** `(x - 1) ** 2`, `(1 - x) ** 2`: towards something that is not 0. */
const isToNumber = ({ op, args }: Node): boolean => {
  const inner = op === 'square' ? unwrap(args[0]!) : null;
  if (inner?.op !== 'subtract' && inner?.op !== 'add') return false;
  return inner.args.some((arg) => (numberOf(arg) ?? 0) !== 0) || isLabel(unwrap(inner.args[1]!));
};

/** `(x - b) ** 2` where b is a number unless it is given, or is called a label. */
const isLabel = ({ op, attributes: { default: fallback, name } }: Node): boolean =>
  op === 'parameter' && ((typeof fallback === 'number' && fallback !== 0) || /label|target/i.test(String(name)));

/** Whether two values are computed alike; what they are computed of where that differs. `known`: pairs that are, each looked at once. */
function alike(a: Node, b: Node, pairs: (readonly [Node, Node])[], known: Set<string>): boolean {
  if (a === b) return true;
  const key = `${a.id} ${b.id}`;
  if (known.has(key)) return true;
  if (known.size > most) return false;
  known.add(key);
  // Where both are called by what they are of, that is what they are.
  if (!isCriterion(source(a)) && isUnknown(source(a)) && isUnknown(source(b)) && sideOf([a]) !== null && sideOf([b]) !== null) {
    pairs.push([a, b]);
    return true;
  }
  const [x, y] = [unwrap(a), unwrap(b)];
  if (x === y || isSmoothed(x, y)) return true;
  if (x.op === 'number' || y.op === 'number' || x.op !== y.op || x.args.length !== y.args.length) return false;
  const areAlike = (some: readonly Node[], others: readonly Node[]): boolean =>
    some.every((arg, at) => alike(arg, others[at]!, pairs, known));
  if (leaves.has(x.op)) return x.op === 'opaque' && x.attributes['callee'] === y.attributes['callee'] && areAlike(x.args, y.args);
  return JSON.stringify(x.attributes) === JSON.stringify(y.attributes) && areAlike(operandsOf(x), operandsOf(y));
}

/** One label, of which a little may have been taken off: 1 and 0.9, 0 and 0.1. */
const isSmoothed = (x: Node, y: Node): boolean => {
  const [a, b] = [numberOf(x), numberOf(y)];
  const isLabelLike = (value: number | null): value is number => value !== null && value >= 0 && value <= 1;
  return isLabelLike(a) && isLabelLike(b) && Math.abs(a - b) <= 0.3 && a > 0.5 === b > 0.5;
};

function sideOf(nodes: readonly Node[]): 'real' | 'fake' | null {
  const sides = nodes.map((node) => {
    // What was asked says more than what the answer is called.
    const asked = answerSideOf(source(node));
    if (asked) return asked;
    const names = namesOn(node).join(' ');
    const [real, fake] = [/real|^(?:d_?)?(?:r|x)$/i.test(names), /fake|(?:^|[ _])gen(?:erated)?(?:$|[ _])|^(?:d_?)?(?:f|gz)$/i.test(names)];
    return real === fake ? null : real ? 'real' : 'fake';
  });
  return sides.every((side) => side === sides[0]) ? sides[0]! : null;
}

/** Of what a network was asked: of what is called generated, or of an input that is held by nobody. */
function answerSideOf(call: Node): 'real' | 'fake' | null {
  if (!isAsked(call)) return null;
  const names = argumentsOf(call).map((arg) => namesOn(arg).join(' '));
  if (names.some((name) => /fake|(?:^|[ _])gen(?:erated)?(?:$|[ _])/i.test(name))) return 'fake';
  return names.some((name) => /^(?:x|real\w*|images?|imgs?|data|batch|inputs?)$/i.test(name)) ? 'real' : null;
}

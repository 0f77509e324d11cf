/** Distillation in which the temperature softens one side, or is not made up for. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { deepNodes, isCallOfFile, ownNodes, placeOf, reached, reachedWithin } from '../statements.ts';
import { factorsOf, isMadeOf, isUnknown, made, moving, namesOn, termsOf } from './flow.ts';
import { lossesIn } from './losses.ts';

export function* distillation(statement: Computed, { computed }: Checked): Generator<Fault> {
  for (const { node, taken } of lossesIn(deepNodes(statement))) {
    if (taken.loss !== 'divergence' || !taken.target) continue;
    const [student, teacher] = [softened(taken.value), softened(taken.target.value)];
    if (!student || !teacher || !isOfTwo(student.of, teacher.of)) continue;
    // What a function of the file does with both is told of there.
    if (isOfCalled(statement, node) && !placeOf(statement, student.made) && !placeOf(statement, teacher.made)) continue;
    const sharpened = [student, teacher].filter((one) => one.isSharpened);
    if (sharpened.length === 1 && student.by === teacher.by) {
      const [{ made, of }] = sharpened as [Softened];
      yield {
        rule: 'minimum-elsewhere',
        message: `${nameOf(of)} is multiplied by the temperature that the other side is divided by: the divergence is not least where both give the same.`,
        statement,
        at: computed.some((one) => placeOf(one, made)) ? made : node,
        related: [],
        nearly: null,
        change: null,
      };
      return;
    }
    if (sharpened.length > 0 || (student.by === null) === (teacher.by === null)) continue;
    const [plain, other] = student.by === null ? [student, teacher] : [teacher, student];
    if (!softens(other.by!, statement, computed)) continue;
    const at = computed.some((one) => placeOf(one, plain.made)) ? plain.made : node;
    yield {
      rule: 'minimum-elsewhere',
      message: `${nameOf(other.of)} is divided by a temperature and ${nameOf(plain.of)} is not: the divergence is not least where both give the same.`,
      statement,
      at,
      related: [],
      nearly: null,
      change: null,
    };
    return;
  }
  yield* unscaled(statement, computed);
}

const isOfCalled = (statement: Computed, node: Node): boolean =>
  [...ownNodes(statement)].some((call) => isCallOfFile(call) && reachedWithin(call).has(node));

/** What the student is taught is no gradient of its own: its side of the divergence is held constant, or both are. */
export function* heldStudents(statement: Computed, { computed }: Checked): Generator<Fault> {
  if (statement.detached) return;
  for (const { node, taken } of lossesIn(deepNodes(statement))) {
    if (taken.loss !== 'divergence' || !taken.target) continue;
    const student = heldIn(taken.value);
    if (!student || !isOfTwo(student, taken.target.value, true)) continue;
    const making = computed.find((one) => one.holder === statement.holder && placeOf(one, student));
    yield {
      rule: 'held-side',
      severity: 'warning',
      message: 'The student is held constant in what is to teach it: this term trains it nothing. It is the teacher that is held.',
      statement: making ?? statement,
      at: making ? student : node,
      related: [],
      nearly: null,
      change: null,
    };
  }
}

/** What is held constant on the way to log-probabilities. */
function heldIn(node: Node): Node | null {
  let inner = unwrap(node);
  for (let steps = 0; steps < 12 && inner.args[0]; steps++) {
    if (inner.op === 'detach') return inner;
    if (!/^(?:log|softmax|logSoftmax|divide|multiply|add)$/.test(inner.op) && !moving.has(inner.op)) return null;
    inner = unwrap(inner.args[0]);
  }
  return null;
}

interface Softened {
  readonly of: Node;
  /** The temperature. */
  readonly by: Node | null;
  readonly made: Node;
  /** It multiplies. */
  readonly isSharpened?: true;
}

/** What a softmax, or its logarithm, is of, and what that was divided by. */
function softened(node: Node): Softened | null {
  const made = unwrap(node);
  if (made.op === 'log') return softened(made.args[0]!);
  // A small number keeps the logarithm finite.
  if (made.op === 'add' && numberOf(made.args[1]!) !== null) return softened(made.args[0]!);
  if ((made.op === 'detach' || moving.has(made.op)) && made.args[0]) return softened(made.args[0]);
  if (made.op !== 'softmax' && made.op !== 'logSoftmax') return null;
  const inner = unwrap(made.args[0]!);
  const at = inner.op === 'multiply' ? inner.args.findIndex(isTemperature) : -1;
  if (at >= 0) return { of: inner.args[1 - at]!, by: unwrap(inner.args[at]!), made, isSharpened: true };
  if (inner.op !== 'divide') return isUnknown(inner) ? { of: made.args[0]!, by: null, made } : null;
  return isTemperature(inner.args[1]!) ? { of: inner.args[0]!, by: unwrap(inner.args[1]!), made } : null;
}

/** It softens: below 1 it sharpens what is a target, which is another thing. */
function isTemperature(node: Node): boolean {
  const inner = unwrap(node);
  const value = numberOf(inner) ?? inner.attributes['default'];
  if (typeof value === 'number' && value <= 1) return false;
  return typeof value === 'number' || namesOn(node).some((name) => /^(?:T|t|tau|temp|temperature)$|_temp(?:erature)?$/.test(name));
}

/** It is known to be above 1, or its square makes up for it: what is sharpened is a target of another kind. */
function softens(by: Node, { holder }: Computed, computed: readonly Computed[]): boolean {
  const value = numberOf(by) ?? by.attributes['default'];
  if (typeof value === 'number') return value > 1;
  return computed.some((one) => one.holder === holder && isMadeOf(one.node, (part) => scalesBy(part, by), 200));
}

const scalesBy = ({ op, args }: Node, by: Node): boolean =>
  (op === 'multiply' || op === 'square' || op === 'power') && args.some((arg) => isPower(arg, by));

const nameOf = (node: Node): string => namesOn(node)[0] ?? 'One side';

/** A student and its teacher, by their names. */
const isOfTwo = (student: Node, teacher: Node, isDeep = false): boolean => {
  const [a, b] = [student, teacher].map((node) => [...made(node, isDeep ? 20 : 6)].flatMap(namesOn).join(' '));
  if (isDeep) return /student|stu/i.test(a!) && !/student|stu/i.test(b!);
  return /student|(?:^|_| )s(?:_|$| )|stu/i.test(a!) && /teacher|(?:^|_| )t(?:_|$| )|tea/i.test(b!);
};

/** Where another power of the temperature multiplies than its square, or none beside another loss. */
function* unscaled(statement: Computed, computed: readonly Computed[]): Generator<Fault> {
  const terms = termsOf(statement.node);
  const isOther = (node: Node): boolean => isMadeOf(node, ({ op }) => op === 'crossEntropy' || op === 'square', 40);
  const isAlone = terms.length < 2 || !terms.some(({ node }) => isOther(node));
  for (const { node } of terms) {
    const soft = [...lossesIn(new Set(made(node, 200)))].find(({ taken }) => taken.loss === 'divergence' && taken.target);
    if (!soft) continue;
    const [student, teacher] = [softened(soft.taken.value), softened(soft.taken.target!.value)];
    if (!student?.by || student.by !== teacher?.by || !isOfTwo(student.of, teacher.of)) continue;
    const { by } = student;
    const power = powerOn(node, by);
    if (power === 2 || (power === 0 && (isAlone || isMadeOf(node, (part) => scalesBy(part, by), 200)))) continue;
    const holder = computed.find((one) => one.holder === statement.holder && one.target !== '' && reached(one.node).has(soft.node));
    yield {
      rule: 'other-factor',
      message:
        power !== 0
          ? `The gradient of what is softened shrinks by the square of the temperature, and this is ${power > 0 ? 'multiplied by' : 'divided by'} ${Math.abs(power) === 1 ? 'the temperature' : 'its square'}: it is multiplied by T².`
          : 'The gradient of what is softened shrinks by the square of the temperature, and nothing makes up for it: how much it counts beside the labels changes with the temperature. It is multiplied by T².',
      statement: holder ?? statement,
      at: holder ? holder.node : node,
      related: [],
      nearly: null,
      change: null,
    };
    return;
  }
}

/** By which power of the temperature a term is multiplied, outside of what it softens. */
function powerOn(term: Node, by: Node): number {
  // A number may be a weight as well.
  if (numberOf(by) !== null) return 0;
  let power = 0;
  for (const { node, below } of factorsOf(term)) {
    const { op, args } = unwrap(node);
    const isSquare = op === 'square' || (op === 'power' && numberOf(args[1]!) === 2);
    const own = unwrap(node) === by ? 1 : isSquare && unwrap(args[0]!) === by ? 2 : 0;
    power += below ? -own : own;
  }
  return power;
}

/** Of a number, it may have been worked out. */
const isPower = (node: Node, by: Node): boolean => {
  const inner = unwrap(node);
  const [value, temperature] = [numberOf(inner), numberOf(by)];
  if (value !== null && temperature !== null) return value === temperature || Math.abs(value - temperature ** 2) < 1e-9;
  return inner === by || ((inner.op === 'square' || inner.op === 'power') && unwrap(inner.args[0]!) === by);
};

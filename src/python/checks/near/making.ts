/** Where a slip is told: of a value that only leads to the formula it is in its making, not where its name is used. */

import { gaussianDivergences } from '../../../formulas/elboRoles.ts';
import { affinity } from '../../recognise/binding/affinity.ts';
import { given } from '../../recognise/evidence/given.ts';
import { leaves, numberOf, operandsOf, unwrap, wrappers, type Node } from '../../expression/node.ts';
import type { Cut } from '../../recognise/cut.ts';
import { make, type Edit } from './edit.ts';
import type { NearMiss } from './search.ts';

/** The same change, made where the value is that it is done to; as it was where that is a part of the formula, or used elsewhere too. */
export function atMaking(near: NearMiss): Edit {
  const { edit, cut, match } = near;
  const { kind, there, wanted, also } = edit;
  if (also.length > 0) return edit;
  const isIntermediate = (node: Node): boolean => {
    if (node.op !== 'let' || cut.inputs.includes(node) || leaves.has(unwrap(node).op)) return false;
    const users = cut.order.filter((one) => operandsOf(one).includes(node) && !wrappers.has(one.op));
    return users.length === 1 && !match.reading.roles.some((role) => (affinity(given(node), role) ?? 0) >= 2);
  };
  // Where the formula adds the difference, as it does with the logarithms of spreads, that was taken the wrong way round.
  const [, added] = kind === 'sign' && there.op === 'add' && wanted.op === 'subtract' && wanted.args[1] === there.args[1] ? there.args : [];
  if (added && gaussianDivergences.includes(match.formula.id) && isIntermediate(added) && unwrap(added).op === 'subtract') {
    const made = unwrap(added);
    return { ...edit, kind: 'order', there: made, wanted: make('subtract', made.args.toReversed(), made.attributes), within: null };
  }
  // A margin is made to be raised: where the loss falls as it rises, it is the difference in it that was taken the wrong way round.
  if (kind === 'sign' && wanted.op === 'negate' && wanted.args[0] === there && isIntermediate(there) && signIn(cut, there) === -1) {
    const taken = differenceIn(unwrap(there));
    if (taken)
      return { ...edit, kind: 'order', there: taken, wanted: make('subtract', taken.args.toReversed(), taken.attributes), within: null };
  }
  if (kind !== 'missing function' || wanted.args.length !== 1 || wanted.args[0] !== there || !isIntermediate(there)) return edit;
  if (implied[wanted.op]?.test(String(there.attributes['name'])) !== true) return edit;
  const made = unwrap(there);
  return { ...edit, there: made, wanted: make(wanted.op, [made], wanted.attributes), within: null };
}

/** The difference that a value is, but for what it is weighted with. */
function differenceIn(value: Node): Node | null {
  if (value.op === 'subtract') return numberOf(value.args[0]!) === null && numberOf(value.args[1]!) === null ? value : null;
  if (value.op !== 'multiply' && value.op !== 'divide') return null;
  const [one, other] = value.args.map(differenceIn);
  return one && other ? null : (one ?? (value.op === 'multiply' ? other! : null));
}

/** Whether a piece of code rises (1) or falls (-1) with a value that it uses once; null where that is not told by its operations. */
function signIn({ root }: Cut, value: Node): 1 | -1 | null {
  const known = new Map<Node, 1 | -1 | null>();
  const of = (node: Node): 1 | -1 | null => {
    let sign = known.get(node);
    if (sign === undefined) known.set(node, (sign = visit(node)));
    return sign;
  };
  const visit = (node: Node): 1 | -1 | null => {
    if (node === value) return 1;
    const { op, args } = node;
    const [a, b] = args;
    if (op === 'negate') return turned(of(a!));
    if (rising.has(op)) return of(a!);
    if (op === 'add') return of(a!) ?? of(b!);
    if (op === 'subtract') return of(a!) ?? turned(of(b!));
    return null;
  };
  return of(root);
}

const turned = (sign: 1 | -1 | null): 1 | -1 | null => sign && (sign === 1 ? -1 : 1);
const rising: ReadonlySet<string> = new Set('let inline mean sum logSigmoid sigmoid softplus exp log relu detach'.split(' '));

/** Names that say that a function has been taken already. */
const implied: Readonly<Record<string, RegExp>> = {
  sqrt: /norm|slope|length|std|root|rms|dist/i,
  square: /sq|pen|quad/i,
  exp: /ratio|^w$|weights|prob/i,
  log: /log|^lp/i,
};

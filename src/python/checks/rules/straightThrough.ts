/** Straight-through estimators whose value and gradient are exchanged, that hand nothing on, or that are off by a sign. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import { isNearest } from '../../recognise/evidence/origins.ts';
import type { Checked } from '../checked.ts';
import type { Change, Fault } from '../fault.ts';
import { ownNodes, placeOf } from '../statements.ts';
import { renamed } from './changes.ts';
import { isUnknown, moving, namesOn, termsOf } from './flow.ts';

export function* straightThrough(statement: Computed, { textOf }: Checked): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    if (node.op !== 'add' && node.op !== 'subtract') continue;
    const lost = withoutGradient(node);
    // `n += round(n * scale) - n` is a step to another number.
    if (lost === 'held' || (lost && !/^[^=]*\+=/.test(textOf(statement))))
      yield {
        ...{ rule: 'held-side', severity: 'warning', statement, at: node, related: [], nearly: null, change: null },
        message:
          lost === 'held'
            ? 'All of it is held constant, so that nothing is handed on: of a straight-through estimator what is quantised stands outside of what is held.'
            : 'Nothing of it is held constant: this is the code itself, with its gradient, and nothing reaches what was quantised. The difference is held.',
      };
    const mirrored = mirroredIn(node);
    if (mirrored)
      yield {
        ...{ rule: 'other-sign', statement, at: node, related: [], nearly: null, change: turned(statement, mirrored) },
        message:
          'The difference is the other way round: the value of this is twice what was quantised less its code, and it has to be the code.',
      };
    const sides = exchanged(node);
    if (!sides) continue;
    const [code, given] = sides.map((side) => namesOn(side)[0]);
    const names =
      code && given && /^\w+$/.test(code) && /^\w+$/.test(given)
        ? new Map([
            [code, given],
            [given, code],
          ])
        : null;
    yield {
      rule: 'straight-through-exchanged',
      message: `The value of this is what is quantised and its gradient goes to the code${code ? ` (${code})` : ''}: the estimator has the value of the code and hands its gradient to what was quantised.`,
      statement,
      at: node,
      related: [],
      nearly: null,
      change: names && renamed('Exchange value and gradient', node, names),
    };
  }
}

/** `z.detach() + (code - z).detach()`, or `z + (code - z)` */
function withoutGradient(node: Node): 'held' | 'free' | null {
  const terms = termsOf(node).map(({ node: term, sign }) => ({ term: unwrap(term), sign }));
  if (terms.length === 2 && terms.every(({ term, sign }) => term.op === 'detach' && sign === 1)) {
    const inner = terms.map(({ term }) => termsOf(term.args[0]!));
    const [given] = inner.find((one) => one.length === 1) ?? [];
    const [code, minus] = inner.find((one) => one.length === 2) ?? [];
    return given &&
      code?.sign === 1 &&
      minus?.sign === -1 &&
      unwrap(minus.node) === unwrap(given.node) &&
      isCode(code.node) &&
      !isCode(given.node)
      ? 'held'
      : null;
  }
  const [a, b] = node.op === 'add' ? node.args : [];
  const inner = b && unwrap(b);
  if (!a || inner?.op !== 'subtract' || unwrap(inner.args[1]!) !== unwrap(a)) return null;
  return isCode(inner.args[0]!) && !isCode(a) ? 'free' : null;
}

interface Parts {
  readonly free: readonly Term[];
  /** What is taken off, and what is added, held constant. */
  readonly minus: readonly Term[];
  readonly plus: readonly Term[];
}

interface Term {
  readonly node: Node;
  readonly sign: number;
}

/** Both of a difference may be held apart: code + given.detach() - code.detach(). */
function partsOf(node: Node): Parts {
  const held: Term[] = [];
  const free: Term[] = [];
  for (const term of termsOf(node)) {
    const inner = unwrap(term.node);
    if (inner.op !== 'detach') free.push(term);
    else for (const one of termsOf(inner.args[0]!)) held.push({ node: one.node, sign: one.sign * term.sign });
  }
  return { free, minus: held.filter(({ sign }) => sign === -1), plus: held.filter(({ sign }) => sign === 1) };
}

/** `z + (z - code).detach()`: the difference in it. */
function mirroredIn(node: Node): Node | null {
  const { free, minus, plus } = partsOf(node);
  const [given] = free;
  if (!given || free.length > 1 || given.sign !== 1 || minus.length !== 1 || plus.length !== 1) return null;
  if (unwrap(plus[0]!.node) !== unwrap(given.node) || !isCode(minus[0]!.node) || isCode(given.node)) return null;
  const held = termsOf(node).find((term) => unwrap(term.node).op === 'detach');
  return held ? unwrap(unwrap(held.node).args[0]!) : null;
}

/** The difference with its two sides exchanged. */
function turned(statement: Computed, difference: Node): Change | null {
  if (difference.op !== 'subtract' || !placeOf(statement, difference)) return null;
  const [a, b] = difference.args.map((arg) => namesOn(arg)[0]);
  const isNamed = a !== undefined && b !== undefined && [a, b].every((name) => /^\w+$/.test(name));
  return isNamed
    ? renamed(
        'Turn the difference round',
        difference,
        new Map([
          [a, b],
          [b, a],
        ]),
      )
    : null;
}

/** `code + (given - code).detach()`, in whichever way it is written. */
function exchanged(node: Node): readonly [code: Node, given: Node] | null {
  const { free, minus, plus } = partsOf(node);
  const taken = new Set(minus.map((term) => unwrap(term.node)));
  // What is taken off, held constant, is what stands there free: one value, or the terms of a sum.
  if (plus.length !== 1 || free.some((term) => term.sign !== 1 || !taken.has(unwrap(term.node))) || taken.size !== free.length) return null;
  const code = free.length === 1 ? free[0]!.node : node.args.find((arg) => unwrap(arg).op !== 'detach');
  const given = plus[0]!.node;
  return code && isCode(code) && !isCode(given) ? [code, given] : null;
}

/**
 * The nearest entry of a table, something rounded, one of several chosen, or a sum of such; or what is called so or given by what is, where
 * nothing else tells.
 */
function isCode(node: Node): boolean {
  const all = termsOf(node);
  if (all.length > 1) {
    const terms = all.filter((term) => numberOf(term.node) !== 0 && unwrap(term.node).op !== 'carried');
    return terms.length > 0 && terms.every((term) => term.sign === 1 && isCode(term.node));
  }
  let inner = unwrap(node);
  while (inner.args[0]) {
    if (isNearest(inner)) return true;
    if (!moving.has(inner.op) && inner.op !== 'multiply' && inner.op !== 'divide') break;
    inner = unwrap(inner.args[0]);
  }
  if (inner.op === 'where' && inner.args.slice(1).every((arg) => numberOf(arg) !== null)) return true;
  if (isNearest(inner) || /^(?:round|sign|floor|oneHot|argmax|greater|less|greaterEqual|lessEqual)$/.test(inner.op)) return true;
  if (inner.op === 'opaque' && /quanti[sz]|code_?book|lookup|^vq/i.test(String(inner.attributes['callee']))) return true;
  return (
    isUnknown(inner) &&
    namesOn(node).some((name) => /^(?:z_?q|quant(?:ized|ised)?|x_?q|e_k|codes?|z_?hat_?q|hard|q_?z|codeword|quantized_\w+)$/i.test(name))
  );
}

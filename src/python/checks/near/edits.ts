/** What a piece of code would compute with one thing in it changed. */

import { measuring, numberOf, wrappers, type Attributes, type Node } from '../../expression/node.ts';
import { argsOf, type Cut } from '../../recognise/cut.ts';
import { make, number, type Edit } from './edit.ts';
import { remade, withArgs, withRoot, type Way } from './remade.ts';
import { isComplement } from './possible.ts';
import { changesOf, factors, inverses, otherAxes, type Scale } from './repertoire.ts';

/** The code as it would be. */
export interface Edited {
  readonly cut: Cut;
  readonly edit: Edit;
}

/** Every change of one thing in what a piece of code computes itself. `isPossible` is asked before an edit is made. */
export function* editsOf(cut: Cut, way: Way, others: readonly Node[], isPossible: (edit: Edit) => boolean): Generator<Edited> {
  const { order, inputs } = cut;
  const given = new Set(inputs);
  const beside = new Set(others);
  const exponents = new Set(order.flatMap(({ op, args }) => (op === 'power' && numberOf(args[1]!) === null ? [args[1]!] : [])));
  const around = {
    given,
    exponents,
    shared: sharedIn(cut, way),
    scales: scalesIn(cut),
    isMeasured: order.some(({ op }) => measuring.has(op)),
    axes: axesOf(cut),
  };
  for (const { node, place, arg } of usesOf(cut, way)) {
    for (const { wanted, kind } of changesOf(arg, around, node, others)) {
      // A sign of the whole is told by the factor.
      if (!node && wanted.op === 'negate') continue;
      const edit = { kind, there: arg, wanted, within: node, also: [] };
      if (!isPossible(edit)) continue;
      const changed = node ? remade(cut, (one, args) => withArgs(one, one === node ? args.with(place, wanted) : args)) : wanted;
      yield { cut: withRoot(cut, changed, beside, way), edit };
    }
  }
  for (const { root: changed, edit } of [...swapsIn(cut, way), ...axesIn(cut), ...pairsIn(cut, way), ...termsIn(cut, way)])
    if (edit.kind !== 'missing function' || [edit, ...edit.also].every((one) => isPossible({ ...edit, ...one })))
      yield { cut: withRoot(cut, changed, beside, way), edit };
}

/** Each once. */
function axesOf({ order, inputs }: Cut): (readonly number[])[] {
  const given = new Set(inputs);
  const all = order.flatMap((node) =>
    !given.has(node) && Array.isArray(node.attributes['axes']) ? [node.attributes['axes'] as number[]] : [],
  );
  return [...new Map(all.map((axes) => [axes.join(), axes])).values()];
}

/** An edit, and what the whole then is. */
interface Rooted {
  readonly root: Node;
  readonly edit: Edit;
}

/** Of a score or a density that is divided by a temperature; of a logarithm that is divided by the rest of an order, times it as well. */
function scalesIn({ order, inputs }: Cut): Scale[] {
  const given = new Set(inputs);
  return order.flatMap(({ op, args: [of, by] }): Scale[] => {
    if (op !== 'divide' && op !== 'multiply') return [];
    if (given.has(of!) && given.has(by!)) return [{ op, of: of!, by: by! }];
    const isRest = op === 'divide' && isComplement(by!) && given.has(by!.args[1]!);
    return isRest ? (['divide', 'multiply'] as const).map((one) => ({ op: one, of: of!, by: by! })) : [];
  });
}

function sharedIn({ order, inputs }: Cut, way: Way): Set<Node> {
  const given = new Set(inputs);
  const uses = new Map<Node, number>();
  for (const node of order) if (!given.has(node)) for (const arg of argsOf(node, way)) uses.set(arg, (uses.get(arg) ?? 0) + 1);
  return new Set(
    order.filter((node) => !given.has(node) && (uses.get(node) ?? 0) > 1 && node.args.length === 1 && given.has(node.args[0]!)),
  );
}

/** Two given values that have changed places, wherever they stand. */
function* swapsIn(cut: Cut, way: Way): Generator<Rooted> {
  const { root, inputs } = cut;
  if (argsOf(root, way).length === 0) return;
  for (const [at, one] of inputs.entries()) {
    for (const other of inputs.slice(at + 1)) {
      const swap = (node: Node): Node => (node === one ? other : node === other ? one : node);
      // Lengths are asked of either.
      const swapped = remade(cut, (node, args) => (measuring.has(node.op) ? node : withArgs(node, args.map(swap))));
      if (swapped === root) continue;
      const back = { there: other, wanted: one, within: null };
      yield { root: swapped, edit: { kind: 'swapped', there: one, wanted: other, within: null, also: [back] } };
    }
  }
}

/** One axis for another, wherever it stands. */
function* axesIn(cut: Cut): Generator<Rooted> {
  const { order, inputs } = cut;
  const given = new Set(inputs);
  const along = (node: Node): string => JSON.stringify(node.attributes['axes'] ?? null);
  const reducing = order.filter((node) => !given.has(node) && otherAxes(node).length > 0 && 'axes' in node.attributes);
  const first = reducing[0];
  if (!first || reducing.length < 2 || reducing.some((node) => along(node) !== along(first))) return;
  for (const axes of otherAxes(first)) {
    const attributesOf = (node: Node): Attributes => (reducing.includes(node) ? { ...node.attributes, axes } : node.attributes);
    const [all, ...also] = reducing.map((node) => ({ there: node, wanted: make(node.op, node.args, attributesOf(node)), within: null }));
    yield { root: remade(cut, (node, args) => withArgs(node, args, attributesOf(node))), edit: { kind: 'axis', ...all!, also } };
  }
}

/** The same function left out, or put in, at two places at once. */
function* pairsIn(cut: Cut, way: Way): Generator<Rooted> {
  const uses = usesOf(cut, way).filter(
    (use): use is Use & { node: Node } => use.node !== null && (use.node.op === 'multiply' || use.node.op === 'divide'),
  );
  const changes = [
    ...doubled.map((op) => ({
      kind: 'missing function' as const,
      on: uses.filter(({ arg }) => arg.op !== inverses[op]),
      to: (arg: Node) => make(op, [arg]),
    })),
    ...doubled.map((op) => ({
      kind: 'extra function' as const,
      on: uses.filter(({ arg }) => arg.op === op),
      to: (arg: Node) => arg.args[0]!,
    })),
  ];
  for (const { kind, on, to } of changes)
    for (const [at, one] of on.entries())
      for (const other of on.slice(at + 1)) {
        if (one.node === other.node) continue;
        const by = new Map([one, other].map(({ node, place, arg }) => [node, { place, wanted: to(arg) }]));
        const changed = remade(cut, (node, args) => {
          const edit = by.get(node);
          return withArgs(node, edit ? args.with(edit.place, edit.wanted) : args);
        });
        const [made, further] = [one, other].map(({ node, arg }) => ({ there: arg, wanted: by.get(node)!.wanted, within: node }));
        if (changed !== cut.root) yield { root: changed, edit: { kind, ...made!, also: [further!] } };
      }
}

const doubled = ['sqrt', 'square'] as const;

/** Two terms of a sum with the other sign, or another factor. */
function* termsIn(cut: Cut, way: Way): Generator<Rooted> {
  const given = new Set(cut.inputs);
  const isSum = (node: Node): boolean => !given.has(node) && (node.op === 'add' || node.op === 'subtract');
  const within = new Set(cut.order.filter(isSum).flatMap((node) => argsOf(node, way).filter(isSum)));
  for (const whole of cut.order.filter((node) => isSum(node) && !within.has(node))) {
    const terms = termsOf(whole, isSum);
    if (terms.length < 3 || terms.length > mostTerms) continue;
    for (const [at, one] of terms.entries())
      for (const other of terms.slice(at + 1)) {
        if (one.node === other.node) continue;
        for (const change of together) {
          const by = new Map([one, other].map(({ node, place, arg }) => [node, { place, wanted: change.to(arg) }]));
          const root = remade(cut, (node, args) => {
            const edit = by.get(node);
            return withArgs(node, edit ? args.with(edit.place, edit.wanted) : args);
          });
          const [made, further] = [one, other].map(({ node, arg }) => ({ there: arg, wanted: by.get(node)!.wanted, within: node }));
          yield { root, edit: { kind: change.kind, ...made!, also: [further!] } };
        }
      }
  }
}

const mostTerms = 6;
const together = [
  { kind: 'sign' as const, to: (arg: Node): Node => make('negate', [arg]) },
  ...factors.map((factor) => ({ kind: 'factor' as const, to: (arg: Node): Node => make('multiply', [number(factor), arg]) })),
];

function termsOf(sum: Node, isSum: (node: Node) => boolean): (Use & { readonly node: Node })[] {
  return sum.args.flatMap((arg, place) => (isSum(arg) ? termsOf(arg, isSum) : [{ node: sum, place, arg }]));
}

interface Use {
  /** null: the whole. */
  readonly node: Node | null;
  readonly place: number;
  readonly arg: Node;
}

/** What is only compared decides between cases. */
const comparing: ReadonlySet<string> = new Set(
  'equal notEqual less lessEqual greater greaterEqual logicalAnd logicalOr logicalNot'.split(' '),
);

/** Where values are used. */
function usesOf({ root, order, inputs }: Cut, way: Way): Use[] {
  const given = new Set(inputs);
  const uses: Use[] = [{ node: null, place: 0, arg: root }];
  for (const node of order) {
    if (given.has(node) || measuring.has(node.op) || comparing.has(node.op)) continue;
    const held = argsOf(node, way);
    for (const arg of held) {
      const place = node.args.indexOf(arg);
      // What a name holds is changed where it is made, or where it is used.
      if (!(wrappers.has(node.op) && (given.has(arg) || wrappers.has(arg.op)))) uses.push({ node, place, arg });
    }
  }
  return uses;
}

/** Rotary embeddings that do not turn pairs of numbers: they would keep the length of every pair. */

import type { Computed } from '../../expression/follow/context.ts';
import { unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { isCallOfFile, ownNodes, placeOf } from '../statements.ts';
import { bracketed, rewritten } from './changes.ts';
import { factorsOf, termsOf } from './flow.ts';
import { exchangedIn, pieceOf, tableOf, type Exchanged, type Table } from './halves.ts';

export function* rotations(statement: Computed, { computed }: Checked): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    const whole = node.op === 'add' || node.op === 'subtract' ? ofWhole(node) : null;
    const wrong = whole && wrongWith(whole);
    // What a function of the file turns is told where it does.
    if (!whole || !wrong || (wrong.isOfTurned && isToldOf(whole.turned.at))) continue;
    // Where the halves are exchanged by a statement of its own, that is where the minus belongs.
    const { stacked } = whole.turned;
    const made = wrong.isOfTurned && computed.find((one) => one !== statement && one.holder === statement.holder && placeOf(one, stacked));
    if (made) yield told(made, wrong.message, stacked, withMinus(made, whole.turned));
    else if (wrong.laidBy && computed.some((one) => one.holder === statement.holder && placeOf(one, wrong.laidBy!)))
      yield { ...told(statement, wrong.message, wrong.laidBy), related: [{ node, message: 'They are used here.' }] };
    else yield told(statement, wrong.message, node, wrong.isOfTurned ? withMinus(statement, whole.turned) : null);
  }
  for (const node of ownNodes(statement)) {
    const turned = isNamedTurn(statement) && node === unwrap(statement.node) ? exchangedIn(node) : null;
    if (turned && turned.signs[0] === turned.signs[1]) yield told(statement, withoutMinus, node, withMinus(statement, turned));
  }
}

/** Queries and keys turned by the same angles, one forwards and one backwards: their products depend on the sum of their places. */
export function* turnedApart(statement: Computed, { computed }: Checked): Generator<Fault> {
  const own = [...ownNodes(statement)].flatMap((node) => turnIn(node) ?? []);
  if (own.length === 0) return;
  const before = computed.slice(0, computed.indexOf(statement)).filter((one) => one.holder === statement.holder);
  for (const one of own) {
    const isAgainst = (other: Turn): boolean =>
      other.sense !== one.sense && other.angles.every((angle, at) => angle === one.angles[at]) && other.of !== one.of;
    const other = before.find((earlier) => [...ownNodes(earlier)].some((node) => isAgainst(turnIn(node) ?? one)));
    if (!other) continue;
    yield {
      ...told(
        statement,
        'This is turned the other way than its counterpart by the same angles: the products of queries and keys depend on the sum of their places then, not on their distance.',
        one.node,
      ),
      related: [{ node: other.node, message: 'The other one.' }],
    };
    return;
  }
}

interface Turn {
  readonly node: Node;
  readonly of: Node;
  readonly sense: 1 | -1;
  readonly angles: readonly [Node, Node];
}

/** A whole that is a rotation, and which way it turns. */
function turnIn(node: Node): Turn | null {
  const whole = node.op === 'add' || node.op === 'subtract' ? ofWhole(node) : null;
  if (!whole || wrongWith(whole)) return null;
  const { turned, tables, signs } = whole;
  return {
    node,
    of: turned.of,
    sense: (signs[0] * signs[1] * turned.signs[0]) as 1 | -1,
    angles: [tables[0].of, tables[1].of],
  };
}

/** Written out for each of the two numbers of a pair, together or in statements of their own. */
export function* rotationsByRows(statement: Computed, { computed }: Checked): Generator<Fault> {
  if (!isCalledSo(statement)) return;
  for (const node of ownNodes(statement)) {
    const rows = node.op === 'concatenate' || node.op === 'stack' ? node.args.map(rowOf) : [];
    const reason = rows.length === 2 ? wrongOf(rows[0]!, rows[1]!) : null;
    if (reason) yield told(statement, reason, placeOf(statement, node.args[1]!) ? node.args[1]! : node);
  }
  const before = computed[computed.indexOf(statement) - 1];
  if (!before || before.holder !== statement.holder || statement.target !== '') return;
  const reason = wrongOf(rowOf(before.node), rowOf(statement.node));
  if (reason) yield told(statement, reason, statement.node);
}

const told = (statement: Computed, message: string, at: Node, change: Fault['change'] = null): Fault => ({
  ...{ rule: 'no-rotation', message, statement, at, related: [], nearly: null, change },
});

const rotary = /rot(?:ary|at)|rope/i;
const isCalledSo = ({ target, around }: Computed): boolean => [target, ...around].some((name) => rotary.test(name));
/** `rotate_half`: it is a turn by itself, by 90 degrees. */
const turns = /rotate_?(?:half|every|pairs?|two|interleaved|neox|gptj)/i;
const isNamedTurn = ({ target, around: [holder = ''] }: Computed): boolean => target === '' && turns.test(holder);
const isToldOf = (node: Node): boolean => isCallOfFile(node) && turns.test(String(node.attributes['callee']));

const withoutMinus =
  'The two halves are exchanged and neither has a minus: this is no rotation, and the lengths of queries and keys change. It is (−x₂, x₁).';

interface Whole {
  readonly turned: Exchanged;
  /** What multiplies the array itself, and what multiplies its exchanged halves. */
  readonly tables: readonly [Table, Table];
  readonly signs: readonly [1 | -1, 1 | -1];
}

/** `x * cos + rotate_half(x) * sin` */
function ofWhole(sum: Node): Whole | null {
  const both = termsOf(sum);
  const terms = both.map(({ node }) => factorsOf(node));
  if (terms.length !== 2 || terms.some((factors) => factors.length !== 2 || factors.some(({ below }) => below))) return null;
  const [one, another] = both.map(({ sign }) => sign) as [1 | -1, 1 | -1];
  for (const [itself, other, signs] of [
    [terms[0]!, terms[1]!, [one, another]],
    [terms[1]!, terms[0]!, [another, one]],
  ] as const) {
    for (const { node: candidate } of other) {
      const turned = exchangedIn(candidate);
      const factor = turned && itself.find(({ node }) => unwrap(node) === turned.of);
      if (!factor) continue;
      const own = tableOf(itself.find((one) => one !== factor)!.node);
      const its = tableOf(other.find(({ node }) => node !== candidate)!.node);
      if (own && its) return { turned, tables: [own, its], signs };
    }
  }
  return null;
}

interface Wrong {
  readonly message: string;
  readonly isOfTurned: boolean;
  /** What lays out the angles for other pairs. */
  readonly laidBy?: Node;
}

function wrongWith({ turned, tables: [own, its] }: Whole): Wrong | null {
  if (turned.signs[0] === turned.signs[1]) return { message: withoutMinus, isOfTurned: true };
  if (own.kind === its.kind)
    return {
      message: `Both parts are multiplied by the ${own.kind === 'cos' ? 'cosine' : 'sine'}: a rotation has the cosine on x and the sine on its turned halves.`,
      isOfTurned: false,
    };
  const { layout, by } = own.laid ?? its.laid ?? {};
  if (!layout || layout === turned.layout) return null;
  const [pairs, halves] = ['neighbours', 'halves'];
  return {
    message: `The angles are laid out for pairs of ${layout === 'pairs' ? pairs : halves}, and what is turned are pairs of ${turned.layout === 'pairs' ? pairs : halves}: two numbers of a pair get different angles, which is no rotation.`,
    isOfTurned: false,
    ...(by && { laidBy: by }),
  };
}

/** One of the two coordinates: what the first and the second piece are multiplied by. */
type Row = readonly [first: Entry, second: Entry, of: Node];
type Entry = Table & { readonly sign: 1 | -1 };

/** `x1 * cos - x2 * sin` */
function rowOf(node: Node): Row | null {
  const terms = termsOf(node);
  if (terms.length !== 2) return null;
  const entries: Entry[] = [];
  let of: Node | null = null;
  for (const { node: term, sign } of terms) {
    const factors = factorsOf(term);
    if (factors.length !== 2 || factors.some(({ below }) => below)) return null;
    const part = factors.find((factor) => pieceOf(factor.node));
    const piece = part && pieceOf(part.node);
    const table = part && tableOf(factors.find((one) => one !== part)!.node);
    if (!piece || !table || (of && of !== piece.of)) return null;
    ({ of } = piece);
    entries[piece.side] = { ...table, sign };
  }
  return entries[0] && entries[1] && of ? [entries[0], entries[1], of] : null;
}

/** Rows are those of a rotation where they have one length, are at right angles, and keep the orientation. */
function wrongOf(first: Row | null, second: Row | null): string | null {
  if (!first || !second || first[2] !== second[2]) return null;
  const [[a, b], [c, d]] = [first, second];
  if (new Set([a, b, c, d].map(({ of }) => of)).size > 2) return null;
  if (a.kind === b.kind || c.kind === d.kind || a.kind !== d.kind)
    return 'The two numbers of a pair do not get one cosine and one sine each: this is no rotation. It is (x₁ cos − x₂ sin, x₁ sin + x₂ cos).';
  if (a.sign === d.sign && b.sign !== c.sign) return null;
  return 'The signs are not those of a rotation, which keeps the length of every pair and turns it: (x₁ cos − x₂ sin, x₁ sin + x₂ cos).';
}

/** A minus before what comes first, where that is written here. */
function withMinus(statement: Computed, { stacked, signs }: Exchanged): Fault['change'] {
  const [first] = stacked.args;
  if (signs[0] !== 1 || !first) return null;
  return rewritten(statement, 'Turn the sign of the first', stacked, first, (text) => `-${bracketed(text)}`);
}

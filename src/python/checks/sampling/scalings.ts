/** What EDM multiplies a network's input and output by, told by name, with other numbers of the level and the spread of the data. */

import { catalogue } from '../../../formulas/catalogue.ts';
import type { Computed } from '../../expression/follow/context.ts';
import { leaves, numberOf, type Node } from '../../expression/node.ts';
import { argsOf } from '../../recognise/cut.ts';
import { namesOf } from '../../recognise/evidence/given.ts';
import { compile, execute } from '../../recognise/screening/pointwise.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { isMoved, under } from '../rules/flow.ts';

/** They have one level and one spread in them, and nothing else: then input, target and output of the network have variance 1. */
export function* scalings({ computed }: Checked, told: readonly Fault[]): Generator<Fault> {
  const known = new Set(told.map(({ statement }) => statement));
  for (const statement of computed) {
    const kind = kindIn(statement);
    const piece = kind && !known.has(statement) && statement.node.op !== 'let' ? pieceOf(statement.node) : null;
    if (!kind || !piece || (kind !== 'noise') !== (piece.spread !== null) || points.every((at) => isRight(kind, piece, at))) continue;
    if (kind === 'noise' && !points.every((at) => Math.abs((valueOf(piece, at) ?? NaN) - 0.25 * at.level) < 1e-9)) continue;
    yield {
      rule: kind === 'noise' ? 'function-missing' : 'marginals-differ',
      message:
        kind === 'noise'
          ? `The network is told a quarter of the level, and not of its logarithm (${name}).`
          : `\`${statement.target}\` is ${formulas[kind]}, with which what the network is given and what it has to say have variance 1 at every level; this is another number (${name}).`,
      statement,
      at: statement.node,
      related: [],
      nearly: null,
      change: null,
    };
  }
}

const name = catalogue.get('edm_precond')!.name;

type Kind = 'skip' | 'out' | 'in' | 'noise';
const formulas: Readonly<Record<Kind, string>> = {
  skip: 'σ_d² / (σ² + σ_d²)',
  out: 'σ σ_d / √(σ² + σ_d²)',
  in: '1 / √(σ² + σ_d²)',
  noise: 'ln σ / 4',
};

function kindIn({ target }: Computed): Kind | null {
  const [, kind] = /^(?:self\.)?c_?(skip|out|in|noise)$/.exec(target) ?? [];
  return (kind as Kind | undefined) ?? null;
}

interface Point {
  readonly level: number;
  readonly spread: number;
}
const points: readonly Point[] = [
  { level: 0.7, spread: 0.5 },
  { level: 2.3, spread: 0.9 },
  { level: 0.2, spread: 1.4 },
];

function isRight(kind: Kind, piece: Piece, { level, spread }: Point): boolean {
  const value = valueOf(piece, { level, spread });
  const total = level ** 2 + spread ** 2;
  const wanted = {
    skip: spread ** 2 / total,
    out: (level * spread) / Math.sqrt(total),
    in: 1 / Math.sqrt(total),
    noise: Math.log(level) / 4,
  }[kind];
  // A velocity may be the negative of another's.
  const found = value !== null && kind === 'out' ? Math.abs(value) : value;
  return found === null || !Number.isFinite(found) || Math.abs(found - wanted) < 1e-9;
}

interface Piece {
  readonly root: Node;
  readonly order: readonly Node[];
  readonly level: Node;
  /** null where a quarter of the level needs none. */
  readonly spread: Node | null;
}

/** What is computed of one level and one spread alone; null where something else counts. */
function pieceOf(root: Node): Piece | null {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const spreads = new Set<Node>();
  const levels = new Set<Node>();
  const visit = (node: Node): boolean => {
    if (seen.has(node)) return true;
    seen.add(node);
    const [called = ''] = namesOf(node);
    const isNamed = leaves.has(node.op) || node.op === 'let';
    if (isNamed && isSpread.test(called)) spreads.add(node);
    else if (isLevel(node, called)) levels.add(node);
    else if (leaves.has(node.op) || !argsOf(node, { alternative: 0 }).every(visit)) return false;
    order.push(node);
    return order.length < 60;
  };
  if (!visit(root)) return null;
  const [[level, otherLevel], [spread, otherSpread]] = [[...levels], [...spreads]];
  // Of a level that is scaled first it is that of another one.
  if (order.some((node) => ![0, 0.25, 0.5, 1, 2, 4].includes(Math.abs(numberOf(node) ?? 0)))) return null;
  return level && !otherLevel && !otherSpread ? { root, order, level, spread: spread ?? null } : null;
}

const isSpread = /sigma_?data|^sd$|^sigma_?d$|data_?(?:std|sigma)|std_data/i;

/** Called so, in whatever shape. */
function isLevel(node: Node, called: string): boolean {
  if (!/^(?:sigmas?|s|t|noise_level|sig|t_hat|sigma_t|std)$/.test(called)) return false;
  const inner = under(node, isMoved);
  return leaves.has(inner.op) && numberOf(inner) === null;
}

function valueOf({ root, order, level, spread }: Piece, at: Point): number | null {
  const inputs = spread ? [level, spread] : [level];
  const none = { constant: new Set<Node>(), measured: new Set<Node>(), operations: new Set<string>(), literals: [] };
  const program = compile({ root, order, inputs, ...none }, 0);
  if (!program) return null;
  program.values[program.places.get(level)!] = at.level;
  if (spread) program.values[program.places.get(spread)!] = at.spread;
  execute(program);
  return program.values[program.result]!;
}

/** Steps along velocities, and which way the time goes meanwhile: a velocity is dx/dt, so that a step is as long as the time moves. */

import type { Span } from '../../maths/nesting.ts';
import type { Diagnostic } from '../../protocol/python.ts';
import type { Computed } from '../expression/follow/context.ts';
import { argumentsOf, numberOf, unwrap, wrappers, type Node } from '../expression/node.ts';
import { holdsAny, wordsOf } from '../recognise/evidence/words.ts';
import type { Found } from '../recognise/findings.ts';
import { endsOf } from './contradictions.ts';
import { factorsOf, isMadeOf, isMoved, namesOn, termsOf } from './rules/flow.ts';
import { indexWay } from './rules/loops.ts';
import { ownNodes } from './statements.ts';
import { shares } from './sampling/linear.ts';

/** A step x + h v(x, t), or a velocity that is learned. */
export interface Direction extends Span {
  /** What is asked for the velocity; empty where one is learned. */
  readonly network: string;
  /** The class; empty outside of one. */
  readonly around: string;
  /** Whether it goes along the velocity as the time rises, and against it as the time falls. */
  readonly isAlong: boolean;
}

export function directionsIn(found: readonly Found[], statements: readonly Computed[]): Direction[] {
  const directions: Direction[] = [];
  const seen = new Set<Node>();
  for (const statement of statements) {
    const { node, start, end, around } = statement;
    if (node.op === 'let' || seen.has(node)) continue;
    const step = stepIn(statement);
    if (!step) continue;
    seen.add(node);
    directions.push({ start, end, around: around.slice(1).join('.'), ...step });
  }
  return [...directions, ...learned(found)];
}

/** Where the network is asked on a path, and told of the way from its start to its end. */
function* learned(found: readonly Found[]): Generator<Direction> {
  for (const { computed: path, recognition } of found) {
    const ends = recognition.formula.id === 'fm_interp' ? endsOf(recognition) : null;
    if (!ends) continue;
    const isWay = ({ op, args }: Node): boolean =>
      op === 'subtract' && unwrap(args[0]!) === ends.target && unwrap(args[1]!) === ends.source;
    const target = found.find(({ computed, recognition: other }) => {
      const isTarget = other.formula.id === 'fm_target' || other.formula.id === 'fm_loss';
      return isTarget && computed.holder === path.holder && [...ownNodes(computed)].some(isWay);
    });
    if (!target) continue;
    const { start, end, around } = target.computed;
    yield { start, end, network: '', around: around.slice(1).join('.'), isAlong: true };
  }
}

function stepIn(statement: Computed): Pick<Direction, 'network' | 'isAlong'> | null {
  const terms = termsOf(statement.node);
  const sample = terms.find(({ node, sign }) => sign === 1 && isSample(unwrap(node)));
  const moved = terms.find((term) => term !== sample);
  if (!sample || !moved || terms.length !== 2) return null;
  const factors = factorsOf(moved.node, (one) => unwrap(one).op === 'opaque');
  const calls = factors.filter(({ node, below }) => !below && isVelocityOf(unwrap(node), unwrap(sample.node)));
  const [call] = calls;
  if (!call || calls.length > 1) return null;
  const lengths = factors.filter((factor) => factor !== call);
  const asked = unwrap(call.node);
  const network = String(asked.attributes['callee']);
  if ([network, ...namesOn(call.node)].some((name) => holdsAny(wordsOf(name), otherWords))) return null;
  const by = shares(statement.node, { ends: [asked], time: null, at: 0 })?.values[0];
  if (!by) return null;
  for (const time of argumentsOf(asked)) {
    if (unwrap(time) === unwrap(sample.node)) continue;
    const way = wayByLevels(time, lengths) ?? wayByIndex(time, lengths, statement);
    if (way === null || way === 0) continue;
    // A length that is a difference has the sign that it has; any other one is positive but for what is said of it.
    return { network, isAlong: way > 0 === lengthSign(statement.node, asked, lengths) > 0 };
  }
  return null;
}

type Factor = ReturnType<typeof factorsOf>[number];

const isSample = ({ op }: Node): boolean => op === 'carried' || op === 'parameter';

const isVelocityOf = (call: Node, sample: Node): boolean => call.op === 'opaque' && argumentsOf(call).some((arg) => unwrap(arg) === sample);

/** What points from noise to data or to the noise whatever the time does. */
const otherWords = ['score', 'scores', 'eps', 'epsilon', 'noise', 'grad', 'energy', 'denoise', 'denoised', 'denoiser', 'langevin'];

/** The sign of what the velocity is multiplied by, with every difference of two levels taken as the first less the second. */
function lengthSign(step: Node, call: Node, lengths: readonly Factor[]): number {
  const levels = lengths.flatMap(({ node }) => (unwrap(node).op === 'subtract' ? [unwrap(node)] : []));
  const sign = Math.sign(shares(step, { ends: [call], time: null, at: 0 })!.values[0]!);
  // Its own sign is left out: it says nothing.
  return levels.reduce((all, level) => all * Math.sign(shares(level, { ends: [], time: null, at: 0 })!.rest), sign);
}

/** How the time goes by a step of b − a, or of a − b, with the velocity at a, of which b is the next: then 1, or −1. */
function wayByLevels(time: Node, lengths: readonly Factor[]): number | null {
  const [length, ...others] = lengths.filter(({ node }) => unwrap(node).op === 'subtract');
  if (!length || length.below || others.length > 0 || lengths.some((one) => one !== length && numberOf(one.node) === null)) return null;
  const [a, b] = unwrap(length.node).args.map(unwrap);
  for (const [left, next, sign] of [
    [b!, a!, 1],
    [a!, b!, -1],
  ] as const) {
    if (!isNext(next, left)) continue;
    const change = shares(time, { ends: [], time: left, at: 0.5 })?.slope;
    if (change) return sign * Math.sign(change);
  }
  return null;
}

/** `ts[i + 1]` after `ts[i]`, or the two of `zip(ts[:-1], ts[1:])`. */
function isNext(next: Node, left: Node): boolean {
  const [table, index] = next.args.map(unwrap);
  const [otherTable, otherIndex] = left.args.map(unwrap);
  if (isAt(next) && isAt(left))
    return table === otherTable && index!.op === 'add' && unwrap(index!.args[0]!) === otherIndex && numberOf(index!.args[1]!) === 1;
  if (next.op !== 'item' || left.op !== 'item') return false;
  return isSlice(table!, 'slice:f', 1) && isSlice(otherTable!, 'slice:t', -1) && unwrap(table!.args[0]!) === unwrap(otherTable!.args[0]!);
}

const isAt = ({ op, attributes }: Node): boolean => op === 'index' && attributes['spec'] === 'at';
const isSlice = ({ op, attributes, args }: Node, spec: string, at: number): boolean =>
  op === 'index' && attributes['spec'] === spec && numberOf(args[1]!) === at;

/** How the time goes that is told of the round of a loop, by steps of a length that only numbers and the time itself are made of. */
function wayByIndex(time: Node, lengths: readonly Factor[], statement: Computed): number | null {
  const isCounted = lengths.every(({ node }) => !isMadeOf(node, (part) => isOpen(part) && !isMadeOf(time, (one) => one === part, 60), 40));
  const rounds = isCounted && lengths.length > 0 ? [...roundsIn(time)] : [];
  const [round] = rounds;
  if (!round || rounds.length > 1) return null;
  const way = wayOf(round, statement);
  const change = way && shares(time, { ends: [], time: unwrap(round), at: 0.5 })?.slope;
  return way && change ? way * Math.sign(change) : null;
}

/** A number of which nothing is known, not even its sign. */
const isOpen = (node: Node): boolean =>
  !wrappers.has(node.op) && node.args.length === 0 && numberOf(node) === null && !holdsAny(namesOn(node).flatMap(wordsOf), countWords);
const countWords = ['steps', 'n', 'num', 'count', 'nfe', 'n steps', 'num steps', 'timesteps'];

/** What changes from round to round in a time, with its name. */
function* roundsIn(time: Node): Generator<Node> {
  const seen = new Set<Node>([time]);
  const found = new Set<Node>();
  for (const one of seen) {
    const inner = unwrap(one);
    if (inner.op === 'item' || (isAt(inner) && unwrap(inner.args[1]!).op === 'item')) {
      if (!found.has(inner)) yield one;
      found.add(inner);
    } else for (const arg of inner.args.slice(0, isMoved(inner) ? 1 : undefined)) seen.add(arg);
  }
}

/** 1 where it rises from round to round, −1 where it falls; null where the code does not tell. */
function wayOf(round: Node, statement: Computed): number | null {
  const inner = unwrap(round);
  const [table, index] = inner.args;
  const levels = wayOfTable(table!);
  if (inner.op === 'item') return levels ?? indexWay(namesOn(round)[0] ?? '', statement);
  const way = indexWay(namesOn(index!)[0] ?? '', statement);
  return levels && way && levels * way;
}

/** Of numbers evenly spaced between two that are known, which may have been turned round. */
function wayOfTable(table: Node): number | null {
  const inner = unwrap(table);
  const [from, to] = inner.args;
  if (inner.op === 'linspace') {
    const [first, last] = [numberOf(from!), numberOf(to!)];
    return first === null || last === null ? null : Math.sign(last - first) || null;
  }
  const way = from && (inner.op === 'flip' || inner.op === 'index') ? wayOfTable(from) : null;
  if (way === null) return null;
  if (inner.op === 'flip' || isSlice(inner, 'slice:s', -1)) return -way;
  return /^slice:[ft]$/.test(String(inner.attributes['spec'])) ? way : null;
}

/** Steps against the velocity of which others of the same class, or of the functions of a file, go along with it. */
export function againstVelocities(directions: readonly Direction[]): Diagnostic[] {
  return directions.flatMap(({ start, end, network, around, isAlong }) => {
    const like = directions.filter((one) => one.around === around && (one.network === network || one.network === ''));
    const right = like.filter((one) => one.isAlong);
    if (isAlong || right.length === 0 || right.length < like.length - right.length) return [];
    return [
      {
        start,
        end,
        rule: 'wrong-direction',
        severity: 'warning' as const,
        message:
          'This goes the other way along the velocity than the time does: a velocity is dx/dt, and a step is as long as the time moves, with its sign.',
        related: right.map((one) => ({
          start: one.start,
          end: one.end,
          message: one.network === '' ? 'The velocity that is learned.' : 'Here both go the same way.',
        })),
        fix: null,
        compared: null,
      },
    ];
  });
}

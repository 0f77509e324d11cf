/** A statement cut at its names in several ways, and what each way computes: worked out when it is asked for, once. */

import type { Formula } from '../../formulas/formula.ts';
import type { ValueReading } from '../../formulas/reading.ts';
import { leaves, wrappers, type Node } from '../expression/node.ts';
import { cut, isPieceOfView, type Cut } from './cut.ts';
import { asksForSurroundings, nowhere, outlookOn, type Surroundings } from './evidence/evidence.ts';
import { matches, type Budget, type Match } from './comparison/match.ts';

export interface Piece {
  readonly cut: Cut;
  readonly alternative: number;
  readonly budget: Budget;
  /** The same again for what stands around it where it is met another time. */
  readonly budgets: Map<Surroundings, Budget>;
  readonly found: Map<ValueReading, Map<Surroundings, readonly Match[]>>;
}

/** Names and calls that are followed from a statement into what it was made of. */
const deepest = 4;
/** Names of names, and functions that only pass something on, are followed beside them. */
const deepestThroughNames = 9;
const alternatives = 3;
const viewings = ['none', 'shared', 'all'] as const;
/** No formula has more parts than this, weights and masks included. */
const mostInputs = 9;
/** Beyond the names of the statement itself, code that is longer than this is not one formula. */
const mostFollowed = 60;
/** Bindings that are tried for one statement, and for it as it is cut in one way. */
const mostTries = 1200;
const mostTriesOfOne = 240;
/** Ways in which one formula may be read into a piece, where what speaks for it decides between them. */
const mostMatches = 3;

/** The piece of code as it stands, then with more and more of its names followed. */
export function* cutsOf(node: Node, isKnown: (node: Node) => boolean = () => false): Generator<Piece> {
  const tried = new Set<string>();
  let left = mostTries;
  const isNew = ({ inputs, order }: Cut): boolean => {
    const key = `${inputs.map(({ id }) => id).join(',')}|${order.length}`;
    return !tried.has(key) && tried.add(key).size > 0;
  };
  function* offered(piece: Cut, alternative: number): Generator<Piece> {
    const budget: Budget = { left: Math.min(left, mostTriesOfOne) };
    left -= budget.left;
    yield {
      cut: piece,
      alternative,
      budget,
      budgets: new Map([[nowhere, { left: budget.left }]]),
      found: new Map<ValueReading, Map<Surroundings, readonly Match[]>>(),
    };
    // What was not needed here is left for the next.
    left += Math.max(0, budget.left);
  }
  const ways = hasChoice(node) ? alternatives : 1;
  // Ways in which there is nothing more to follow.
  const ended = new Set<string>();
  let limit = deepest;
  let before = 0;
  for (let depth = 0; depth <= limit; depth++) {
    for (let alternative = 0; alternative < ways; alternative++) {
      let isAny = false;
      for (const views of viewings) {
        const way = `${alternative} ${views}`;
        if (ended.has(way)) continue;
        const piece = cut(node, { depth, alternative, views });
        // What is made of nothing but what is given is the same in every way.
        if (views === 'none' && alternative === 0 && piece) {
          const computed = computedIn(piece);
          if (computed === before && limit < deepestThroughNames) limit++;
          before = computed;
        }
        if (piece?.inputs.every(({ op }) => leaves.has(op)) === true) {
          ended.add(way);
          if (views === 'none') for (const other of ['shared', 'all']) ended.add(`${alternative} ${other}`);
        }
        // Nor is anything larger one formula.
        const isTooLong = !piece ? views !== 'shared' : depth > 1 && piece.order.length > mostFollowed;
        if (isTooLong) ended.add(way);
        if (!piece || isTooLong || piece.inputs.length > mostInputs || !isNew(piece)) continue;
        isAny = true;
        yield* offered(piece, alternative);
        // Labels that are one on from what they are predicted from.
        if (
          views !== 'none' ||
          (!piece.operations.has('crossEntropy') && !piece.operations.has('gather')) ||
          !piece.order.some(isPieceOfView)
        )
          continue;
        const parted = cut(node, { depth, alternative, views, pieces: true });
        if (parted && isNew(parted)) yield* offered(parted, alternative);
      }
      // Another alternative may have more to follow than one that has ended.
      if (!isAny && !viewings.every((views) => ended.has(`${alternative} ${views}`))) break;
    }
    if (depth > 0) continue;
    // Names of what is a formula by itself are kept, all others followed: as far as they go, else once.
    for (let alternative = 0; alternative < ways; alternative++) {
      for (const far of [deepest, 1]) {
        const piece = cut(node, { depth: far, alternative, views: 'none', isKnown });
        if (!piece || piece.inputs.length > mostInputs || !piece.inputs.some((input) => input.op === 'let' && isKnown(input))) continue;
        if (isNew(piece)) yield* offered(piece, alternative);
      }
    }
  }
}

/** How much is computed, names left out. */
const computedIn = ({ order, inputs }: Cut): number => order.reduce((n, { op }) => (wrappers.has(op) ? n : n + 1), -inputs.length);

const choosing = new WeakMap<Node, boolean>();

/** Whether what is computed depends on a condition that was met. */
function hasChoice(node: Node): boolean {
  let known = choosing.get(node);
  if (known === undefined) {
    choosing.set(node, false);
    choosing.set(node, (known = node.op === 'choice' || node.args.some(hasChoice)));
  }
  return known;
}

/** How the piece computes a formula that it may be by its operations, as far as names speak for it; empty where it does not. */
export function matchesOf(piece: Piece, formula: Formula, reading: ValueReading, surroundings: Surroundings): readonly Match[] {
  let all = piece.found.get(reading);
  if (!all) piece.found.set(reading, (all = new Map<Surroundings, readonly Match[]>()));
  const key = asksForSurroundings(reading.evidence) ? surroundings : nowhere;
  const known = all.get(key);
  if (known) return known;
  const found: Match[] = [];
  const outlook = outlookOn(reading, key);
  for (const match of outlook?.start === 0 ? [] : matches(piece.cut, formula, reading, piece.alternative, budgetOf(piece, key), outlook)) {
    found.push(match);
    if (!reading.evidence || found.length >= mostMatches) break;
  }
  all.set(key, found);
  return found;
}

/** What was tried where a value is computed leaves as much to try where it is used. */
function budgetOf({ budget, budgets }: Piece, key: Surroundings): Budget {
  if (key === nowhere) return budget;
  let known = budgets.get(key);
  if (!known) budgets.set(key, (known = budgets.size > 1 ? { left: budgets.get(nowhere)!.left } : budget));
  return known;
}

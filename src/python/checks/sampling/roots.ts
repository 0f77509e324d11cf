/** Noise of a step of a stochastic equation, which has the variance dt: it is multiplied by the root. */

import type { Computed } from '../../expression/follow/context.ts';
import { leaves, numberOf, operandsOf, unwrap, wrappers, type Node } from '../../expression/node.ts';
import { namesOf } from '../../recognise/evidence/given.ts';
import { holdsAny, wordsOf } from '../../recognise/evidence/words.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { make } from '../near/edit.ts';
import { textEdits } from '../near/write.ts';
import { factorsOf, isMadeOf, source, termsOf, userIn } from '../rules/flow.ts';

export function* noiseOfSteps({ computed, textOf, imports }: Checked, told: readonly Fault[]): Generator<Fault> {
  const known = new Set(told.map(({ statement }) => statement));
  for (const statement of computed) {
    if (known.has(statement)) continue;
    const squared = squaredIn(statement);
    if (squared) {
      const { square, within, term } = squared;
      const edits = textEdits(
        { kind: 'extra function', there: square, wanted: unwrap(square).args[0]!, within, also: [] },
        { statement, computed, textOf, imports },
      );
      yield {
        rule: 'noise-times-variance',
        message:
          'The noise of a step is multiplied by the square that the score is: that is the rate of its variance, and the noise has the root of it.',
        statement,
        at: term,
        related: [],
        nearly: null,
        change: edits && { title: 'Leave out the square', edits },
      };
      continue;
    }
    const wrong = wrongIn(statement);
    if (!wrong) continue;
    const { term, length, within } = wrong;
    const edits = textEdits(
      { kind: 'missing function', there: length, wanted: make('sqrt', [length]), within, also: [] },
      { statement, computed, textOf, imports },
    );
    yield {
      rule: 'noise-times-variance',
      message: 'The noise of a step is multiplied by the length of the step, which is its variance: the deviation is the root of that.',
      statement,
      at: term,
      related: [],
      nearly: null,
      change: edits && { title: 'Take the root of the step', edits },
    };
  }
}

interface Wrong {
  readonly term: Node;
  /** The step, and what uses it. */
  readonly length: Node;
  readonly within: Node | null;
}

function wrongIn({ node, places }: Computed): Wrong | null {
  const terms = termsOf(node).map((one) => one.node);
  if (terms.length < 2) return null;
  const noise = terms.filter((term) => factorsOf(term).some((factor) => isDrawn(factor.node)));
  const [term] = noise;
  if (noise.length !== 1 || !term || degreeOf(term) !== 1) return null;
  // Something else moves by the step, and something does not.
  const others = terms.filter((one) => one !== term).map(degreeOf);
  if (!others.includes(1)) return null;
  const own = new Set(places.map((place) => place.node));
  for (const one of partsOf(term))
    for (const arg of operandsOf(one)) if (isLength(arg) && own.has(arg)) return { term, length: arg, within: one };
  return null;
}

/** A square of the noise's size before noise, where the same square stands before the score. */
function squaredIn({ node, places }: Computed): { readonly square: Node; readonly within: Node; readonly term: Node } | null {
  const terms = termsOf(node).map((one) => one.node);
  const own = new Set(places.map((place) => place.node));
  const noise = terms.filter((term) => factorsOf(term).some((factor) => isDrawn(factor.node)));
  const [term] = noise;
  if (noise.length !== 1 || !term || terms.length < 2) return null;
  const factors = factorsOf(term);
  const squares = factors.filter((factor) => !factor.below && unwrap(factor.node).op === 'square');
  const [square] = squares;
  if (squares.length !== 1 || !square || !own.has(square.node) || factors.some((factor) => factor.below)) return null;
  const size = source(unwrap(square.node).args[0]!);
  const isRate = (part: Node): boolean => part.op === 'square' && source(part.args[0]!) === size;
  const isBeforeScore = (part: Node): boolean =>
    part.op === 'multiply' && factorsOf(part).some((one) => isRate(unwrap(one.node))) && factorsOf(part).some((one) => isScore(one.node));
  const within = userIn(term, square.node);
  return within && terms.some((one) => one !== term && isMadeOf(one, isBeforeScore, 80)) ? { square: square.node, within, term } : null;
}

export const isScore = (node: Node): boolean =>
  holdsAny(namesOf(node).slice(0, 1).flatMap(wordsOf), ['score', 'scores']) || /score/i.test(String(unwrap(node).attributes['callee']));

function* partsOf(node: Node): Generator<Node> {
  const seen = new Set<Node>([node]);
  for (const one of seen) {
    yield one;
    if (!isLength(one) && !leaves.has(one.op)) for (const arg of operandsOf(one)) seen.add(arg);
  }
}

export function isDrawn(node: Node): boolean {
  const { op, args } = unwrap(node);
  return op === 'normal' || ((op === 'choice' || op === 'reshape') && args.some(isDrawn));
}

/** A step of time, by its name. */
export const isLength = (node: Node): boolean =>
  (leaves.has(node.op) || node.op === 'let') && holdsAny(namesOf(node).slice(0, 1).flatMap(wordsOf), stepWords) && node.op !== 'normal';
const stepWords = ['dt', 'delta t', 'd t', 'step size', 'stepsize', 'dtau', 'tau step'];

/** The power with which the step multiplies it; null where that is not one power. */
function degreeOf(node: Node): number | null {
  if (isLength(node)) return 1;
  if (numberOf(node) !== null || leaves.has(node.op)) return 0;
  const [a, b] = node.args;
  if (!a) return 0;
  if (wrappers.has(node.op) || passing.has(node.op)) return degreeOf(a);
  switch (node.op) {
    case 'multiply':
    case 'divide': {
      const [x, y] = [degreeOf(a), degreeOf(b!)];
      return x === null || y === null ? null : node.op === 'multiply' ? x + y : x - y;
    }
    case 'sqrt':
    case 'square': {
      const inner = degreeOf(a);
      return inner === null ? null : node.op === 'sqrt' ? inner / 2 : inner * 2;
    }
    case 'add':
    case 'subtract': {
      const [x, y] = [degreeOf(a), degreeOf(b!)];
      return x === y ? x : null;
    }
    default:
      return isMadeOf(node, isLength) ? null : 0;
  }
}

const passing: ReadonlySet<string> = new Set('negate abs reshape expand expandDims squeeze detach index'.split(' '));

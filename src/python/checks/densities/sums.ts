/** Logarithms of densities that are added and taken off. */

import type { Computed } from '../../expression/follow/context.ts';
import { leaves, numberOf, unwrap, type Node } from '../../expression/node.ts';
import { given, namesOf } from '../../recognise/evidence/given.ts';
import { holdsAny, wordsOf } from '../../recognise/evidence/words.ts';
import type { Checked } from '../checked.ts';
import { densityOf, densityOfSubject, type Density, type Kind } from './kinds.ts';

export interface Term extends Density, SignedNode {}

export interface Sum {
  readonly terms: readonly Term[];
  /** Whether anything else is added. */
  readonly hasRest: boolean;
}

export const itself = (node: Node): SignedNode[] => [{ node, sign: 1 }];

/** What a statement's value is called: of all that a function gives, the function's name. */
export function nameOf({ target, around, node, places, start }: Computed, { textOf }: Pick<Checked, 'textOf'>): string {
  if (target !== '') return inWords(target.split(/[.[]/).findLast(Boolean) ?? '');
  const given = places.findLast((place) => place.node === node);
  return given && textOf({ start, end: given.start }).replace(/[\s(]/g, '') === 'return' ? inWords(around[0] ?? '') : '';
}

const inWords = (name: string): string => wordsOf(name).join('_');

export type Names = ReadonlyMap<Node, string>;

/** What values of a statement are called where they stand in it: `prior.log_prob(z)` is the prior's. */
export function namesIn({ places, start }: Computed, text: string): Names {
  const names = new Map<Node, string>();
  // Most statements have none.
  if (!/\.log_?prob\(/.test(text)) return names;
  for (const place of places) {
    const code = text.slice(place.start - start, place.end - start);
    const owner = /^(?:\w+\.)*(?<owner>\w+?)(?:_dist|_d|_dist\w*)?\.log_?prob\([^()]*\)(?:\.(?:sum|mean)\([^()]*\))?$/.exec(code)?.groups?.[
      'owner'
    ];
    if (owner !== undefined) names.set(place.node, `${owner}_log_prob`);
  }
  return names;
}

export interface SignedNode {
  readonly node: Node;
  readonly sign: 1 | -1;
}

/** What values add up, each with its sign. `areLogarithms`: whether names need not say that they are. */
export function sumOf(nodes: readonly SignedNode[], names: Names, areLogarithms = false): Sum {
  const terms: Term[] = [];
  let hasRest = false;
  let steps = 0;
  const visit = (one: Node, sign: 1 | -1): void => {
    const density =
      ++steps > mostSteps
        ? null
        : (densityAt(one, names) ?? (areLogarithms && one.op === 'let' ? densityOfSubject(one.attributes['name'] as string) : null));
    if (density) {
      terms.push({ ...density, node: one, sign });
      return;
    }
    const { op, args } = one;
    const [a, b] = args;
    if (steps > mostSteps || leaves.has(op) || !a) hasRest ||= numberOf(one) === null;
    else if (op === 'add') {
      visit(a, sign);
      visit(b!, sign);
    } else if (op === 'subtract') {
      visit(a, sign);
      visit(b!, sign === 1 ? -1 : 1);
    } else if (op === 'negate') visit(a, sign === 1 ? -1 : 1);
    else if (op === 'multiply' && b) visitProduct(a, b, sign);
    else if (op === 'divide' || passing.has(op)) visit(a, sign);
    else hasRest = true;
  };
  // A weight or a mask leaves the sign as it is; weighted by probabilities it is a mean over others.
  const visitProduct = (a: Node, b: Node, sign: 1 | -1): void => {
    const inner = isFactor(a) ? b : isFactor(b) ? a : null;
    if (!inner) {
      hasRest = true;
      return;
    }
    const factor = inner === a ? b : a;
    const isNegative = (numberOf(factor) ?? 1) < 0 || unwrap(factor).op === 'negate';
    visit(inner, isNegative ? (sign === 1 ? -1 : 1) : sign);
  };
  for (const { node, sign } of nodes) visit(node, sign);
  return { terms: resolved(terms), hasRest };
}

const mostSteps = 60;
const passing: ReadonlySet<string> = new Set(
  'let inline mean sum detach leftOut reshape expand expandDims squeeze permute swapAxes flatten select gather'.split(' '),
);

function isFactor(node: Node): boolean {
  if (numberOf(node) !== null) return true;
  const inner = node.op === 'negate' ? node.args[0]! : node;
  const { isWeight, isMask, isNumber, own } = given(inner);
  return isWeight || isMask || isNumber || holdsAny(own, factorWords);
}

const factorWords = ['coef', 'coeff', 'ctl', 'beta', 'weight', 'lambda', 'alpha', 'gamma', 'mask', 'scale'];

function densityAt(node: Node, names: Names): Density | null {
  const here = names.get(node);
  if (here !== undefined) {
    const found = densityOf(here);
    if (found) return found;
  }
  if (node.op === 'let') return densityOf(node.attributes['name'] as string);
  return leaves.has(node.op) && node.op !== 'opaque' ? densityOf(namesOf(node)[0] ?? '') : null;
}

/** What a name leaves open is told by what stands beside it. */
function resolved(terms: readonly Term[]): readonly Term[] {
  const has = (...kinds: Kind[]): boolean => terms.some(({ kind }) => kinds.includes(kind));
  const p: Kind = has('reference', 'old') && !has('posterior') ? 'policy' : 'prior';
  const isAlone = !has('product', 'posterior');
  const q: Kind = has('product', 'posterior') && !has('aggregate') ? 'aggregate' : 'posterior';
  const kinds: Partial<Record<Kind, Kind>> = { p, q, ...(isAlone && { aggregate: 'posterior' as const }) };
  return terms.map((term) => ({ ...term, kind: kinds[term.kind] ?? term.kind }));
}

/** Names of a pair: "rec_a" and "rec_b", "x1" and "x2", "image_features" and "text_features". */

import { argumentsOf, operandsOf, unwrap, type Node } from '../../expression/node.ts';
import { wordsOf } from '../../recognise/evidence/words.ts';
import { factorsOf, moving, namesOn } from './flow.ts';

/** "i2t" is one word: from one to the other. */
const parts = (name: string): readonly string[] => wordsOf(name.replace(/([A-Za-z])(\d)(?![A-Za-z])/g, '$1_$2'));

/** The word in which two names differ, where it is one and all the others are the same. */
export function difference(a: string, b: string): readonly [string, string] | null {
  const [x, y] = [parts(a), parts(b)];
  if (x.length !== y.length) return null;
  const differing = x.flatMap((word, at) => (word === y[at] ? [] : [[word, y[at]!] as const]));
  return differing.length === 1 ? differing[0]! : null;
}

/** The name of the counterpart: with one of a pair of words in place of the other. */
export const holdsWord = (name: string, word: string): boolean => parts(name).includes(word);

export interface Comparison {
  readonly sides: readonly [Node, Node];
  /** What compares them. */
  readonly at: Node;
}

const reducing: ReadonlySet<string> = new Set('mean sum square abs sqrt norm let inline'.split(' '));
const criteria = /l1|l2|mse|mae|crit|dist|loss|recon|cycle/i;

/** The two things that a term of a loss compares: by a difference, or by a criterion that it is given. */
export function comparedIn(term: Node): Comparison | null {
  for (const { node } of factorsOf(term)) {
    let inner = node;
    let isError = false;
    while (reducing.has(inner.op) && inner.args[0]) {
      isError ||= inner.op === 'square' || inner.op === 'abs' || inner.op === 'norm';
      inner = operandsOf(inner)[0]!;
    }
    if (inner.op === 'subtract' && isError) return { sides: inner.args as readonly [Node, Node], at: unwrap(node) };
    const given = inner.attributes['bound'] === true ? inner.args.slice(1) : inner.args;
    if (inner.op === 'opaque' && given.length === 2 && criteria.test(String(inner.attributes['callee'])))
      return { sides: given as unknown as readonly [Node, Node], at: inner };
  }
  return null;
}

/** The names of what a value is of, whatever was averaged, held constant, put elsewhere, taken from a list or asked of a network. */
export function namesUnder(node: Node): readonly string[] {
  const names = [...namesOn(node)];
  let inner = unwrap(node);
  for (let steps = 0; steps < 12; steps++) {
    const given = inner.op === 'opaque' ? argumentsOf(inner) : [];
    const next = inner.op === 'opaque' ? (given.length === 1 ? given[0] : undefined) : passing.has(inner.op) ? inner.args[0] : undefined;
    if (!next) break;
    names.push(...namesOn(next));
    inner = unwrap(next);
  }
  return [...new Set(names)];
}

const passing: ReadonlySet<string> = new Set([...moving, 'mean', 'sum', 'detach', 'item']);

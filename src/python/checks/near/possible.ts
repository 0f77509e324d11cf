/** Edits that are worth making: where names do not speak against them. */

import { leaves, numberOf, unwrap, type Node } from '../../expression/node.ts';
import { namesOf } from '../../recognise/evidence/given.ts';
import { holdsAny, scheduleWords, wordsOf } from '../../recognise/evidence/words.ts';
import type { Edit } from './edit.ts';

/** Whether one value may have been taken for another: by their names, by what stands beside it, or both are rates of one schedule. */
function areAlike({ there, wanted, within }: Edit): boolean {
  // `exp(a)` beside `exp(b)`
  if (isOfOne(there) && there.op === wanted.op)
    return areAlike({ there: there.args[0]!, wanted: wanted.args[0]!, within, kind: 'another value', also: [] });
  if (unwrap(wanted).op === 'normal' && unwrap(there).op === 'uniform') return true;
  const one = wordsIn(there);
  const other = wordsIn(isComplement(wanted) ? wanted.args[1]! : wanted);
  if (isComplement(wanted)) return holdsAny(one, scheduleWords) && holdsAny(other, scheduleWords);
  if (areOfOneKind(there, wanted)) return true;
  const stems = other.map(stemOf);
  // `noise` beside `pred_noise`.
  const beside = (within?.args ?? []).filter((arg) => arg !== there && unwrap(arg) !== unwrap(wanted)).flatMap(wordsIn);
  return beside.some((word) => word.length > 1 && stems.includes(stemOf(word)));
}

/** By their names: they share a word, or are two of queries, keys and values. */
export function areOfOneKind(one: Node, other: Node): boolean {
  const [words, others] = [one, other].map((node) => wordsIn(node).map(stemOf));
  return words!.some((word) => others!.includes(word)) || [words!, others!].every((all) => /^[qkv]$/.test(all[0] ?? ''));
}

/** `1 - x` or `x - 1`. */
export const isLessOne = ({ op, args }: Node): boolean => op === 'subtract' && args.some((arg) => numberOf(arg) === 1);

const isOfOne = ({ op, args }: Node): boolean => /^(?:exp|log|sqrt|rsqrt|square|negate)$/.test(op) && args.length === 1;

const wordsIn = (node: Node): readonly string[] => (isNamed(node) ? namesOf(node).slice(0, 2).flatMap(wordsOf) : []);

/** `x1`, `xt` and `x` are of one kind. */
const stemOf = (word: string): string => word.replace(/(?<=.)(?:\d+|[ts])$/, '');

const isNamed = (node: Node): boolean => node.op === 'let' || leaves.has(node.op) || node.op === 'index' || node.op === 'part';

/** `1 - alpha` */
export const isComplement = ({ op, args }: Node): boolean => op === 'subtract' && numberOf(args[0]!) === 1;

/** Whether an edit is worth making: names must not speak against it. */
export function isPossible(edit: Edit): boolean {
  const { kind, there, wanted } = edit;
  if (kind === 'another value')
    return (
      areAlike(edit) &&
      !namesOf(wanted)
        .slice(0, 1)
        .some((name) => /coef|weight|lambda|lam$/i.test(name))
    );
  const called = kind === 'missing function' ? alreadyCalled[wanted.op] : undefined;
  return (
    !called ||
    !(there.op === 'let' || leaves.has(there.op)) ||
    !namesOf(there)
      .slice(0, 1)
      .some((name) => called.test(name))
  );
}

/** What a name says has been done already. */
const alreadyCalled: Readonly<Record<string, RegExp>> = { square: /sq|2$|squared|var/i, sqrt: /sqrt|root|std/i, exp: /exp/i, log: /log/i };

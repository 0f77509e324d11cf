/** What a statement says of itself beside its value: what it is called, and by which notation it is known. */

import type { Surroundings } from '../recognise/evidence/evidence.ts';
import type { Statement, Statements } from './statements.ts';
import { within, type Name, type Tree } from './tree.ts';
import { wordOf, wordsWithin } from './words.ts';

export function surroundingsOf({ left }: Statement, side: Tree, { draws }: Statements): Surroundings {
  const name = left?.kind === 'name' ? left : left?.kind === 'call' ? left.of : null;
  const words = left && left !== side ? wordsWithin(left).join('_') : '';
  const isOther = name && left !== side;
  return { target: isOther && isSmoothed(name, side) ? 'y_smooth' : words, around: notationOf(side, draws) };
}

/** y' of y and of one over the number of classes. */
function isSmoothed(name: Name, side: Tree): boolean {
  if (!/^[yq]$/.test(name.base) || name.marks.length + name.labels.length === 0) return false;
  const others = [...within(side)].filter((inner): inner is Name => inner.kind === 'name');
  return others.some((other) => other.base === name.base) && others.some(({ base }) => base === 'epsilon' || base === 'alpha');
}

/** Notation that is of one kind of model. */
function notationOf(side: Tree, draws: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  const all = [...within(side)];
  const words = new Set(wordsWithin(side));
  const has = (...names: string[]): boolean => names.some((name) => words.has(name));
  if (all.some((inner) => inner.kind === 'apply' && inner.op === 'detach') && has('z_e', 'e', 'z_q', 'e_k')) found.push('vq');
  // log pi - log pi_ref of what pi says.
  if ([...draws.values()].some((from) => from.startsWith('pi'))) found.push('kl_estimate');
  if (has('L_T', 'L_0') && all.some((inner) => inner.kind === 'apply' && inner.op === 'divergence')) found.push('variational_bound');
  if (all.some((inner) => inner.kind === 'name' && wordOf(inner) === 'J_w')) found.push('path_length');
  if (judgesBoth(all)) found.push('discriminator');
  return found;
}

/** The same function of what is given and of what was generated: by G, from its distribution, or by a tilde. */
function judgesBoth(all: readonly Tree[]): boolean {
  const calls = all.filter((tree): tree is Tree & { kind: 'call' } => tree.kind === 'call' && /^[Df]$/.test(tree.of.base));
  const isDrawn = all.some((tree) => tree.kind === 'expectation' && tree.draws.some(([, from]) => /\bg\b/.test(from)));
  const isMade = ({ args: [asked] }: Tree & { kind: 'call' }): boolean =>
    asked !== undefined &&
    ((asked.kind === 'name' && asked.marks.includes('tilde')) ||
      [...within(asked)].some((inner) => inner.kind === 'call' && /^[Gg]$/.test(inner.of.base)));
  return calls.length > 1 && (isDrawn || (calls.some(isMade) && !calls.every(isMade)));
}

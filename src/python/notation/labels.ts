/** What stands below a letter. */

import type { Token } from './tokens.ts';
import type { Name } from './tree.ts';
import { Unread } from './unread.ts';

export interface Label {
  readonly text: string;
  /** An index that is summed over, or stands beside one: an axis rather than part of the name. */
  readonly bound: boolean;
}

/** Letters that are mostly indices. */
const isIndex = (text: string): boolean => /^[ijkmn]$/.test(text);

/** @throws Unread */
export function labelsOf(tokens: readonly Token[], bound: readonly string[], base: string): Label[] {
  const found: Label[] = [];
  let run = '';
  const flush = (): void => {
    if (run === '') return;
    const letters = [...run];
    // `ij` are two indices, `ref` is a word.
    const areIndices = letters.length <= 3 && letters.every((letter) => isIndex(letter) || bound.includes(letter));
    if (areIndices && letters.some((letter) => bound.includes(letter) || letters.length === 2))
      found.push(...letters.map((text) => ({ text, bound: true })));
    else found.push({ text: run, bound: bound.includes(run) });
    run = '';
  };
  for (let at = 0; at < tokens.length; at++) {
    const { kind, text } = tokens[at]!;
    if (kind === 'letter' && /^[a-zA-Z]$/.test(text)) {
      run += text;
      continue;
    }
    // `t-1`, `t+1`, `t-\Delta t`, `<t`.
    const rest = tokens.slice(at + 1).map((token) => token.text);
    if (kind === 'symbol' && (text === '-' || text === '+') && run !== '' && rest.length >= 1) {
      if (bound.includes(run)) found.push({ text: run, bound: true });
      found.push({ text: `${bound.includes(run) ? '' : run}${text}${rest.join('')}`, bound: false });
      return found;
    }
    flush();
    if (kind === 'symbol') {
      if (text === ',' || text === '{' || text === '}') continue;
      if (text === '+' || text === '-' || text === '*') {
        found.push({ text: text === '+' ? 'pos' : text === '-' ? 'neg' : 'star', bound: false });
        continue;
      }
      if (text === '_' || text === '^' || text === '<' || text === '>' || text === ':' || text === '|' || text === '(' || text === ')')
        continue;
      throw new Unread();
    }
    if (kind === 'row' || kind === 'gap') throw new Unread();
    found.push({ text, bound: false });
  }
  flush();
  if (found.length > 8 || base === '') throw new Unread();
  return found;
}

/** Names of functions, where a parenthesis behind them is what they are applied to. */
export function isFunctionName({ base, marks, labels }: Name): boolean {
  if (labels.some((label) => /^(?:theta|phi|psi|omega|vartheta|w|ref|old|data|xi)$/.test(label)) && !(base === 'pi' && marks.length > 0))
    return true;
  if (base.length > 1 && /^[a-zA-Z]/.test(base) && base !== base.toLowerCase() && !greekCapitals.has(base)) return true;
  return /^(?:[DGFEfghkpqPQVIJ]|pi|sim|enc|dec|rot)$/.test(base);
}

const greekCapitals: ReadonlySet<string> = new Set(['Delta', 'Sigma', 'Gamma', 'Theta', 'Lambda', 'Omega', 'Phi', 'Psi', 'Xi', 'Pi']);

/** What the text view says. Pure, so that each sentence can be tested. */

import type { Granularity, TextState, TextSymbols } from '../../../src/protocol/attention.ts';
import type { MapSource } from '../../../src/protocol/inference.ts';
import { counted, formatShare, formatWeight } from '../../shared/numbers.ts';
import { shortTokenLabel } from '../../shared/tokenLabel.ts';
import { plainText, type Sentence } from '../words.ts';
import type { Group, Groups } from './groups.ts';

/** What a text's groups are named from. */
export interface NamedText {
  readonly text: string;
  /** The text's first line in its document, from 1. */
  readonly firstLine: number;
}

/** One group in a sentence: a token or word with its position, a line with its number. */
export function groupName({ granularity }: Groups, { tokens, start, end, name }: Group, { text, firstLine }: NamedText): Sentence {
  const quoted = text.slice(start, end);
  if (name) {
    const [first, last] = [lineBreaks(text, start), lineBreaks(text, start + quoted.trimEnd().length)];
    return [{ quoted: shortTokenLabel(name, 40) }, ` (${lineRange(firstLine + first, firstLine + last)})`];
  }
  if (granularity === 'line') {
    const line = `line ${firstLine + lineBreaks(text, start)}`;
    return quoted.trim() === '' ? [`${line} (blank)`] : [`${line} `, { quoted: shortTokenLabel(quoted.trim(), 40) }];
  }
  return [{ quoted: shortTokenLabel(quoted), ...(tokens[0] === undefined ? {} : { position: tokens[0] }) }];
}

export interface Shading {
  readonly groups: Groups;
  /** Groups that are chosen. */
  readonly chosen: readonly number[];
  /** By group; NaN is masked. */
  readonly values: Float64Array;
  readonly direction: TextState['direction'];
}

/** Groups by their values, the largest first; masked ones not. */
export function strongest({ values }: Shading, count: number): number[] {
  return [...values.keys()]
    .filter((index) => values[index]! > 0)
    .sort((a, b) => values[b]! - values[a]!)
    .slice(0, count);
}

/** "Layer 2, head 2: `transpose` 95 attends most to `(` 69 (0.95)". */
export function textSentence(name: string, shading: Shading, text: NamedText): Sentence {
  const { groups, chosen, values, direction } = shading;
  const nameOf = (index: number): Sentence => groupName(groups, groups.all[index]!, text);
  const several = chosen.length !== 1;
  const who: Sentence = several ? [counted(chosen.length, groups.granularity)] : nameOf(chosen[0]!);
  const [best] = strongest(shading, 1);
  const start = [`${name}: `];
  if (best === undefined)
    return direction === 'from'
      ? [...start, ...who, ` attend${several ? '' : 's'} to nothing: all keys are masked`]
      : [...start, 'nothing attends to ', ...who, ': it is masked everywhere'];
  const share = ` (${formatShare(values[best]!)}${several ? ', summed' : ''})`;
  if (direction === 'to') return [...start, ...nameOf(best), ' attends most to ', ...who, share];
  const own = !several && best === chosen[0];
  return [...start, ...who, ` attend${several ? '' : 's'} most to `, ...(own ? ['itself'] : nameOf(best)), share];
}

/** A group with its number, and of how many tokens that is. */
export function groupSentence({ groups, values }: Shading, index: number, text: NamedText): Sentence {
  const group = groups.all[index];
  if (!group) return [];
  const value = values[index]!;
  const size = groups.granularity === 'token' ? [] : [`, ${counted(group.tokens.length, 'token')}`];
  return [...groupName(groups, group, text), `: ${Number.isNaN(value) ? 'masked' : formatWeight(value)}`, ...size];
}

/** All groups with a weight as text, a line each, the largest first. */
export function listText(shading: Shading, text: NamedText): string {
  const { groups, values } = shading;
  return strongest(shading, groups.all.length)
    .map((index) => `${formatWeight(values[index]!)}\t${plainText(groupName(groups, groups.all[index]!, text))}`)
    .join('\n');
}

/** How a group's number comes from the weights, in full. */
export function shadingText(direction: TextState['direction'], granularity: Granularity, chosen: number, map: MapSource): string {
  const plain = granularity === 'token';
  const shown =
    direction === 'from'
      ? plain
        ? 'weights of the keys'
        : `weights summed over the tokens of each ${granularity} (keys)`
      : plain
        ? 'weights of the queries'
        : `weights averaged over the tokens of each ${granularity} (queries)`;
  const own = plain
    ? ''
    : direction === 'from'
      ? `, averaged over the tokens of the chosen ${granularity} (queries)`
      : `, summed over the tokens of the chosen ${granularity} (keys)`;
  const sum = chosen > 1 ? `, summed over the ${counted(chosen, granularity)} chosen` : '';
  const kind =
    map.kind === 'rollout'
      ? ' A rollout multiplies the layers’ mean maps, with half of each layer for what passes by its heads (Abnar & Zuidema 2020): a heuristic.'
      : map.kind === 'max'
        ? ' The largest weight of the heads: rows do not sum to 1.'
        : '';
  return `Shades: ${shown}${own}${sum}.${kind}`;
}

/** Where the functions and classes are from. */
export function symbolsText(symbols: TextSymbols | null): string {
  if (!symbols || symbols.symbols.length === 0)
    return ' No functions or classes are known in this text: no language support in the editor names any, and it was not read as Python.';
  return symbols.source === 'editor'
    ? ' Functions and classes are those of the editor’s language support.'
    : ' Functions and classes are read from the text as Python.';
}

/** What leaving the first token out took away. */
export function removedText(direction: TextState['direction'], removed: number | null): string {
  const start = 'The first token is left out and each row scaled to sum to 1 again; row 0 is undefined.';
  if (removed === null) return start;
  return direction === 'from'
    ? `${start} It held ${formatShare(removed)} of the chosen rows’ weight.`
    : `${start} It held ${formatShare(removed)} of a row’s weight on average.`;
}

const lineRange = (first: number, last: number): string => (first === last ? `line ${first}` : `lines ${first}–${last}`);

function lineBreaks(text: string, end: number): number {
  return (text.slice(0, end).match(/\r\n|\r|\n/g) ?? []).length;
}

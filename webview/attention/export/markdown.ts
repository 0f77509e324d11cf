/** A map as Markdown: what it is, its strongest pairs, and where it is from. Pure. */

import type { AttentionResult } from '../../../src/protocol/attention.ts';
import { counted, formatCount, formatWeight } from '../../shared/numbers.ts';
import { shortTokenLabel } from '../../shared/tokenLabel.ts';
import { linesSentence, providerName } from '../words.ts';

export interface Pair {
  readonly query: number;
  readonly key: number;
  readonly weight: number;
}

/** Collects the largest weights of a map, row by row; of equal ones, the earlier. */
export class StrongestPairs {
  readonly #count: number;
  #pairs: Pair[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  /** @param row [keys], NaN where masked */
  add(query: number, row: Float32Array): void {
    const least = this.#pairs.length < this.#count ? 0 : this.#pairs.at(-1)!.weight;
    const fresh: Pair[] = [];
    row.forEach((weight, key) => {
      if (weight > least) fresh.push({ query, key, weight });
    });
    if (fresh.length > 0) this.#pairs = [...this.#pairs, ...fresh].sort((a, b) => b.weight - a.weight).slice(0, this.#count);
  }

  get pairs(): readonly Pair[] {
    return this.#pairs;
  }
}

export interface MarkdownContent {
  /** "Layer 3, head 0". */
  readonly name: string;
  readonly result: AttentionResult;
  readonly queries: number;
  readonly keys: number;
  readonly pairs: readonly Pair[];
  readonly query: (index: number) => string;
  readonly key: (index: number) => string;
}

export function mapMarkdown({ name, result, queries, keys, pairs, query, key }: MarkdownContent): string {
  const { run, subject } = result;
  const lines = linesSentence(subject);
  const token = (label: (index: number) => string, index: number): string => `${codeSpan(shortTokenLabel(label(index)), true)} ${index}`;
  const rows = pairs.map(
    (pair, place) => `| ${place + 1} | ${formatWeight(pair.weight)} | ${token(query, pair.query)} | ${token(key, pair.key)} |`,
  );
  return [
    `## ${name}: attention of ${codeSpan(subject.title)}`,
    '',
    `Attention weights, ${formatCount(queries)} queries by ${formatCount(keys)} keys: how much of its attention a query (the token that looks) gives to a key (the token looked at), from 0 to 1.${pairs.length === 0 ? ' No weight is above 0.' : ` The ${counted(pairs.length, 'largest weight')}:`}`,
    ...(pairs.length === 0 ? [] : ['', '| | weight | query | key |', '|---:|---:|:---|:---|', ...rows]),
    '',
    'Behind each token stands its position, from 0; `·` is a space, `↵` a line’s end, `⇥` a tab.',
    '',
    `Model: ${codeSpan(subject.modelName)} (sha256 ${codeSpan(run.recipe.sha256.slice(0, 12))}) on ${providerName(run.provider.used)}${lines === null ? '' : `; text: ${codeSpan(subject.title)}, ${lines}`}.`,
    '',
  ].join('\n');
}

/**
 * Text as code: fenced by more backticks than it has in a row, and padded where it begins or ends with one, or with spaces alone
 * (CommonMark 0.31, section 6.1). In a table a pipe has a backslash before it (GitHub Flavored Markdown, section 4.10).
 */
export function codeSpan(text: string, inTable = false): string {
  const line = text.replace(/[\r\n]+/g, ' ');
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  const padded = /^`|`$/.test(line) || (/^ .* $/s.test(line) && line.trim() !== '') || line === '' ? ` ${line} ` : line;
  return `${fence}${inTable ? padded.replaceAll('|', '\\|') : padded}${fence}`;
}

/** What the panel says in words. Pure, so that each sentence can be tested. */

import type { AttentionResult, AttentionSubject } from '../../src/protocol/attention.ts';
import type { AttentionRun } from '../../src/protocol/inference.ts';
import { counted, formatCount, formatShare } from '../shared/numbers.ts';

/** A sentence: plain text, and tokens or names that are set apart, with the position that finds them. */
export type Sentence = readonly (string | { readonly quoted: string; readonly position?: number })[];

const providers: Readonly<Record<string, string>> = {
  cpu: 'CPU',
  cuda: 'CUDA',
  webgpu: 'WebGPU',
  coreml: 'Core ML',
  directml: 'DirectML',
  auto: 'automatic',
};

export function providerName(provider: string): string {
  return providers[provider] ?? provider;
}

/** What the overview shows, from the run: how much was looked at. */
export function overviewSentence({ run, subject }: AttentionResult): Sentence {
  const cross = run.sites.some((site) => site.kind === 'cross');
  const verb = cross ? ' attend' : ' attend to each other';
  if (run.tokens) return [`How ${counted(run.tokens.length, 'token')} of `, { quoted: subject.title }, verb];
  const queries = run.sites.reduce((most, site) => Math.max(most, site.queries), 0);
  return [`How ${counted(queries, 'position')} of `, { quoted: subject.title }, verb];
}

export interface RowSummary {
  /** Key with the largest weight; null where all are masked. */
  readonly strongest: number | null;
  readonly weight: number;
  /** exp of the row's entropy: over how many keys a uniform row of the same entropy would be spread. */
  readonly spread: number;
}

/** Of one query's weights; NaN is masked. */
export function summarizeRow(row: Float32Array): RowSummary {
  let strongest: number | null = null;
  let weight = 0;
  let sum = 0;
  let sumLog = 0;
  row.forEach((value, key) => {
    if (Number.isNaN(value)) return;
    if (strongest === null || value > weight) {
      strongest = key;
      weight = value;
    }
    sum += value;
    if (value > 0) sumLog += value * Math.log(value);
  });
  // Rows of a softmax sum to 1; with an attention sink they may sum to less.
  return { strongest, weight, spread: sum > 0 ? Math.exp(Math.log(sum) - sumLog / sum) : 0 };
}

/** Below this the largest weight says less than how far the row is spread. */
const weak = 0.2;

/** What one query of a head attends to. Tokens come ready to be read. */
export function headSentence(name: string, query: number, queryToken: string, key: (index: number) => string, row: RowSummary): Sentence {
  const start: Sentence = [`${name}: `, { quoted: queryToken, position: query }, ' '];
  if (row.strongest === null) return [...start, 'attends to nothing: all keys are masked'];
  const { strongest, weight, spread } = row;
  const target: Sentence = [strongest === query && key(query) === queryToken ? 'itself' : { quoted: key(strongest), position: strongest }];
  const share = ` (${formatShare(weight)})`;
  if (weight >= weak) return [...start, 'attends most to ', ...target, share];
  return [...start, `spreads over about ${counted(Math.round(spread), 'key')}, most to `, ...target, share];
}

/** "lines 120–188 of 2,410"; null where there are none to tell. */
export function linesSentence({ lines, windowed }: AttentionSubject): string | null {
  if (!lines) return null;
  const { first, last, total } = lines;
  if (!windowed && first === 1 && last === total) return counted(total, 'line');
  return `${first === last ? `line ${formatCount(first)}` : `lines ${formatCount(first)}–${formatCount(last)}`} of ${formatCount(total)}`;
}

/** How the weights were had, in full. */
export function sourceSentence({ source }: AttentionRun): string {
  if (source.kind === 'weights') return 'The weights are those that the model computed in this run, kept whole.';
  const difference = source.maxDifference === 0 ? '0' : source.maxDifference.toExponential(1);
  return `The weights are recomputed from the queries and keys of this run by the model's own operations; at most ${difference} from the model's own weights.`;
}

export function plainText(sentence: Sentence): string {
  return sentence.map((part) => (typeof part === 'string' ? part : part.quoted)).join('');
}

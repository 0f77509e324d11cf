/** What the sampling view says. Pure, so that each sentence can be tested. */

import type { DecodingSettings, GeneratedToken, Generation, GenerationEnd } from '../../src/protocol/generation.ts';
import { defaultDecoding } from '../../src/protocol/generation.ts';
import type { SamplingModel, SamplingRun, TextTarget } from '../../src/protocol/sampling.ts';
import { diffusionTold } from './diffusion/diffusionWords.ts';
import { counted, formatCount, formatShare } from '../shared/numbers.ts';
import { shortTokenLabel } from '../shared/tokenLabel.ts';

export const familyNames: Readonly<Record<SamplingModel['family'], string>> = {
  transformer: 'Transformer',
  vae: 'VAE',
  gan: 'GAN',
  diffusion: 'Diffusion',
};

export function formatBytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** "VAE · 1.5 MB" */
export function modelFacts({ family, bytes, bundled }: SamplingModel): string {
  return [familyNames[family], ...(bytes === null ? [] : [formatBytes(bytes)]), ...(bundled ? [] : ['added'])].join(' · ');
}

/** What happens when it is started. */
export function startSentence(model: SamplingModel, source: 'file' | 'prompt', target: TextTarget | null): string {
  if (source === 'prompt') return `${model.title} continues the prompt.`;
  if (!target) return 'No text is open to be continued: open one, or write a prompt.';
  return `${model.title} continues ${target.name} behind the cursor, in line ${formatCount(target.line)}.`;
}

const endings: Readonly<Record<GenerationEnd, string>> = {
  maxTokens: 'as many as were asked for',
  stop: 'a stop string came',
  endOfText: 'the model ended the text',
  context: 'the context is full',
};

/** "64 tokens, as many as were asked for; 182 tokens/s" */
export function outcomeSentence({ tokens: count, end, stepsMs, promptMs }: Generation): string {
  if (count === 0) return `No token came: ${endings[end]}.`;
  // The first token comes of the prompt's own run.
  const seconds = (count > 1 ? stepsMs : promptMs) / 1000;
  const speed = seconds > 0 ? `${formatCount(Math.round(Math.max(1, count - 1) / seconds))} tokens/s` : null;
  return [`${counted(count, 'token')}, ${endings[end]}`, speed].filter((part) => part !== null).join('; ');
}

/** What is seen of a continuation: how well the model expected it, and where the least. */
export function runSentence(run: readonly GeneratedToken[]): string {
  if (run.length === 0) return 'The model reads the text.';
  const bits = run.reduce((sum, { logProbability }) => sum - logProbability / Math.LN2, 0) / run.length;
  const least = run.reduce((worst, { logProbability }, at) => (logProbability < run[worst]!.logProbability ? at : worst), 0);
  const { text, logProbability } = run[least]!;
  const where = `${shortTokenLabel(text)} (token ${formatCount(least + 1)}, probability ${formatShare(Math.exp(logProbability))})`;
  return `${counted(run.length, 'token')}, expected at ${bits.toFixed(2)} bits each; the least expected is ${where}.`;
}

/** What is known of one token, for its name and the line under the text. */
export function tokenSentence(token: GeneratedToken, position: number): string {
  const { text, logProbability, rank, candidates, drawn } = token;
  const probability = `probability ${formatShare(Math.exp(logProbability))}, rank ${formatCount(rank)}`;
  const choice = candidates > 1 ? `, drawn with ${formatShare(drawn)} from ${formatCount(candidates)}` : '';
  return `${shortTokenLabel(text)} (token ${formatCount(position + 1)}): ${probability}${choice}`;
}

/** Settings as they differ from those that a run has by itself, in few words. */
export function settingsSummary(settings: DecodingSettings): string {
  const { method, temperature, topK, topP, minP, repetitionPenalty, beams, lengthPenalty, seed, stop, maxTokens } = settings;
  const parts: string[] = [];
  if (method === 'sample') {
    parts.push(`T ${temperature}`);
    if (topK > 0) parts.push(`top-k ${topK}`);
    if (topP < 1) parts.push(`top-p ${topP}`);
    if (minP > 0) parts.push(`min-p ${minP}`);
  } else parts.push(method === 'greedy' ? 'greedy' : `${beams} beams`);
  if (method === 'beam' && lengthPenalty !== defaultDecoding.lengthPenalty) parts.push(`length penalty ${lengthPenalty}`);
  if (repetitionPenalty !== 1) parts.push(`repetition penalty ${repetitionPenalty}`);
  if (stop.length > 0) parts.push(`stop ${stop.map((each) => JSON.stringify(each)).join(' ')}`);
  parts.push(counted(maxTokens, 'token'));
  if (method === 'sample') parts.push(`seed ${seed}`);
  return parts.join(' · ');
}

/** What two runs differ in, name by name; empty where it is nothing. */
export function differences(a: SamplingRun, b: SamplingRun): { name: string; a: string; b: string }[] {
  const [before, after] = [told(a), told(b)];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .filter((name) => shownAs(before[name]) !== shownAs(after[name]))
    .map((name) => ({ name, a: briefly(before[name]), b: briefly(after[name]) }));
}

/** All that a run was made from, by name. */
const told = (run: SamplingRun): Record<string, unknown> => ({
  model: run.model,
  ...(run.kind === 'text' ? { text: run.from.text } : run.kind === 'pictures' ? { around: run.around?.name ?? 'the prior' } : {}),
  ...(run.kind === 'diffusion' ? diffusionTold(run.settings) : run.settings),
});
const shownAs = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
const briefly = (value: unknown): string => lastLine(shownAs(value));

/** The end of a text, on one line. */
export function lastLine(text: string, length = 40): string {
  const line = text.trimEnd().split('\n').at(-1)?.trim() ?? '';
  return line.length > length ? `…${line.slice(1 - length)}` : line;
}

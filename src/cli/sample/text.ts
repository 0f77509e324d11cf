/** Continuations of a text by a transformer. */

import { resolve } from 'node:path';
import type { EngineClient } from '../../engine/client.ts';
import { checkDecoding } from '../../models/decodingSettings.ts';
import type { DecodingSettings, GeneratedToken, Generation } from '../../protocol/generation.ts';
import type { ModelSource } from '../../protocol/inference.ts';
import type { SampleArguments } from '../arguments.ts';
import { describeProvider, withModel } from '../engine.ts';
import { readText } from '../inputFile.ts';
import { lineRange } from '../lines.ts';
import type { Terminal } from '../terminal.ts';
import { readSettingsFile } from './settingsFile.ts';
import { writeFiles } from './writeFiles.ts';

interface Continuation {
  seed: number;
  generation: Generation;
  tokens: readonly GeneratedToken[];
}

export async function sampleText(args: SampleArguments, terminal: Terminal): Promise<void> {
  const decoding = await readSettings(args);
  const { count = 1 } = args;
  const prompt = args.input === undefined ? '' : 'text' in args.input ? args.input.text : await readText(args.input.file);
  await withModel(terminal, args.model, args.settings, async (client, source) => {
    const made: Continuation[] = [];
    for (let i = 0; i < count; i++) {
      const seed = decoding.seed + i;
      if (!args.json && count > 1) terminal.print(`${i === 0 ? '' : '\n'}--- seed ${seed}\n`);
      made.push(await continueText(client, prompt, { ...decoding, seed }, args.json, terminal));
      if (i === 0) noteFirst(made[0]!, prompt, terminal);
    }
    const content = `${JSON.stringify(report(args, source, prompt, decoding, made, terminal.version), null, 2)}\n`;
    if (args.json) terminal.print(content);
    if (args.out === undefined) return;
    const texts = made.map(({ seed, generation }) => [`${seed}.txt`, generation.text] as const);
    await writeFiles(resolve(args.out), [['sample.json', content], ...texts]);
  });
}

async function readSettings({ settingsFile, seed, count = 1 }: SampleArguments): Promise<DecodingSettings> {
  const settings = checkDecoding(await readSettingsFile(settingsFile, 'decoding'), settingsFile ?? 'The settings');
  const first = seed ?? settings.seed;
  // That of the last is checked as well, before anything is drawn.
  checkDecoding({ ...settings, seed: first + count - 1 }, `Seed ${first}, ${count} ${count === 1 ? 'time' : 'times'}`);
  return { ...settings, seed: first };
}

/** Prints the text as it comes, where it is wanted as text. */
async function continueText(
  client: EngineClient,
  prompt: string,
  settings: DecodingSettings,
  quiet: boolean,
  terminal: Terminal,
): Promise<Continuation> {
  const tokens: GeneratedToken[] = [];
  let last = '';
  const generation = await client.generate(
    { prompt, continuation: [], settings },
    {
      signal: terminal.signal,
      // Once text comes, it shows how far it is.
      onProgress: (progress) => tokens.length === 0 && terminal.progress(progress),
      onItem: (come) => {
        tokens.push(...come);
        const added = come.map((token) => token.added).join('');
        if (quiet || added === '') return;
        last = added;
        terminal.print(added);
      },
    },
  );
  if (!quiet && !last.endsWith('\n')) terminal.print('\n');
  return { seed: settings.seed, generation, tokens };
}

function noteFirst({ generation: { window, provider, cached, tokens, stepsMs } }: Continuation, prompt: string, terminal: Terminal): void {
  if (window.start > 0) {
    const { first, total } = lineRange(prompt, window.start, window.end);
    terminal.note(
      `the prompt has ${window.totalTokens} tokens, more than fit: it was read from line ${first} of ${total} on (${window.tokens} tokens)`,
    );
  }
  if (!cached) terminal.note('the model has no cache that could be used: every step runs the whole text');
  if (provider.reason !== undefined) terminal.note(`provider: ${describeProvider(provider)}`);
  if (tokens > 1) terminal.note(`${tokens} tokens, ${((1000 * (tokens - 1)) / stepsMs).toPrecision(3)} tokens/s`);
}

function report(
  { settings: engine }: SampleArguments,
  source: ModelSource,
  prompt: string,
  settings: DecodingSettings,
  made: readonly Continuation[],
  version: string,
): object {
  const { provider, sha256 } = made[0]!.generation;
  return {
    recipe: { model: source.id, sha256, prompt, settings, count: made.length, engine, provider, genlens: version },
    samples: made.map(({ seed, generation, tokens }) => {
      const { end, text, meanLogProbability, window, promptMs, stepsMs, cached, endTokens } = generation;
      return { seed, text, end, meanLogProbability, window, endTokens, cached, promptMs, stepsMs, tokens };
    }),
  };
}

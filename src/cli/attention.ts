/** `genlens attention`: a model's attention weights as files, as a report, or both. */

import { resolve } from 'node:path';
import { readNpz } from '../formats/npz.ts';
import type { AttentionRequest, AttentionRun } from '../protocol/inference.ts';
import type { Progress } from '../protocol/rpc.ts';
import type { AttentionArguments } from './arguments.ts';
import { describeProvider, withModel } from './engine.ts';
import { readText, readWithin } from './inputFile.ts';
import { lineRange } from './lines.ts';
import { prepareReport } from './reportFile.ts';
import type { Terminal } from './terminal.ts';
import { chooseSites, writeWeightFiles } from './weightFiles.ts';

const maximumInputBytes = 4 * 2 ** 30;

async function readRequest(input: AttentionArguments['input']): Promise<AttentionRequest> {
  if ('text' in input) return { text: input.text };
  if ('file' in input) return { text: await readText(input.file) };
  try {
    const arrays = await readNpz(await readWithin(input.inputs, maximumInputBytes));
    return { feeds: Object.fromEntries(arrays) };
  } catch (error) {
    const { message } = error as Error;
    throw message.startsWith(input.inputs) ? error : new Error(`${input.inputs}: ${message}`);
  }
}

function describeWindow({ tokens, window }: AttentionRun, text: string): string | undefined {
  if (!window || !tokens || (window.start === 0 && window.end === text.length)) return undefined;
  const { first, last, total } = lineRange(text, window.start, window.end);
  return `the text has ${window.totalTokens} tokens, more than fit: lines ${first} to ${last} of ${total} were run (${tokens.length} tokens)`;
}

export async function attention(args: AttentionArguments, terminal: Terminal): Promise<void> {
  const request = await readRequest(args.input);
  await withModel(terminal, args.model, args.settings, async (client, source) => {
    const options = { signal: terminal.signal, onProgress: (progress: Progress) => terminal.progress(progress) };
    const run = await client.attention(request, options);
    const sites = chooseSites(run, args);

    const report =
      args.html === undefined ? null : await prepareReport(client, source, run, request, args.input, resolve(args.html), terminal);
    try {
      const weights =
        args.out === undefined
          ? null
          : await writeWeightFiles(client, source, run, sites, { out: resolve(args.out), head: args.head }, terminal);
      await report?.finish();

      const cut = request.text === undefined ? undefined : describeWindow(run, request.text);
      if (cut !== undefined) terminal.note(cut);
      if (run.provider.reason !== undefined) terminal.note(`provider: ${describeProvider(run.provider)}`);
      if (args.json && weights) terminal.print(weights.json);
      else terminal.print(`${summary(source.name, run)}${weights?.summary ?? ''}${report?.summary ?? ''}`);
    } finally {
      report?.discard();
    }
  });
}

function summary(name: string, run: AttentionRun): string {
  const tokens = run.tokens ? `${run.tokens.length} tokens, ` : '';
  return `${name}: ${tokens}${run.sites.length} attention ${run.sites.length === 1 ? 'site' : 'sites'}, ${Math.round(run.runMs)} ms on ${run.provider.used}\n`;
}

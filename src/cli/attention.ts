/** `genlens attention`: a model's attention weights as files. */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text as readStream } from 'node:stream/consumers';
import { readNpz } from '../formats/npz.ts';
import { isSystemError, systemReason } from '../engine/systemError.ts';
import type { AttentionRequest, AttentionRun, SiteRun } from '../protocol/inference.ts';
import type { Progress } from '../protocol/rpc.ts';
import type { AttentionArguments } from './arguments.ts';
import { describeProvider, withModel } from './engine.ts';
import type { Terminal } from './terminal.ts';

/** A text of more bytes is no text that someone wants to see the attention of. */
const maximumTextBytes = 64 * 2 ** 20;
const maximumInputBytes = 4 * 2 ** 30;

/** An error about a path, in words; the path is not repeated by Node's own message. */
function about(what: string, path: string, error: unknown): Error {
  return new Error(`${path}: cannot ${what}: ${systemReason(error)}`);
}

async function readWithin(path: string, limit: number): Promise<Buffer> {
  let size: number;
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    size = found.size;
    if (size <= limit) return await readFile(path);
  } catch (error) {
    throw about('read', path, error);
  }
  throw new Error(`${path}: ${size} bytes are more than the ${limit} that are read`);
}

async function readRequest(input: AttentionArguments['input']): Promise<AttentionRequest> {
  if ('text' in input) return { text: input.text };
  if ('file' in input) {
    if (input.file === '-') return { text: await readStream(process.stdin) };
    return { text: (await readWithin(input.file, maximumTextBytes)).toString('utf8') };
  }
  try {
    const arrays = await readNpz(await readWithin(input.inputs, maximumInputBytes));
    return { feeds: Object.fromEntries(arrays) };
  } catch (error) {
    const { message } = error as Error;
    throw message.startsWith(input.inputs) ? error : new Error(`${input.inputs}: ${message}`);
  }
}

/** Sites of the layer that was asked for; all where none was. */
function chooseSites(run: AttentionRun, { layer, head }: AttentionArguments): SiteRun[] {
  const chosen = run.sites.filter((site) => layer === undefined || site.layer === layer);
  if (chosen.length === 0) {
    const layers = [...new Set(run.sites.map((site) => site.layer))].sort((a, b) => a - b);
    throw new Error(`there is no layer ${layer}; the model has ${layers.join(', ')}`);
  }
  const few = chosen.find(({ heads }) => head !== undefined && head >= heads);
  if (few) throw new Error(`there is no head ${head}; layer ${few.layer} (${few.name}) has heads 0 to ${few.heads - 1}`);
  return chosen;
}

/** Lines (from 1) that a part of a text covers. */
function lineRange(text: string, start: number, end: number): { first: number; last: number; total: number } {
  const count = (until: number): number => {
    let lines = 1;
    for (let at = text.indexOf('\n'); at >= 0 && at < until; at = text.indexOf('\n', at + 1)) lines++;
    return lines;
  };
  return { first: count(start), last: count(Math.max(start, end - 1)), total: count(text.length) };
}

function describeWindow({ tokens, window }: AttentionRun, text: string): string | undefined {
  if (!window || !tokens || (window.start === 0 && window.end === text.length)) return undefined;
  const { first, last, total } = lineRange(text, window.start, window.end);
  return `the text has ${window.totalTokens} tokens, more than fit: lines ${first} to ${last} of ${total} were run (${tokens.length} tokens)`;
}

/**
 * Folder for files in the making, inside of DIR so that a rename moves them; DIR is made where it is not there. At one go, so that no
 * interrupt comes between its making and the note that it is to be removed.
 */
function prepareFolder(out: string): { staging: string; made: string | undefined } {
  try {
    const made = mkdirSync(out, { recursive: true });
    return { staging: mkdtempSync(join(out, '.genlens-')), made };
  } catch (error) {
    throw about('write to this folder', out, error);
  }
}

/**
 * Moves a result into its folder, in the place of an earlier one. The index goes first and comes last: where there is one, the files
 * that it names are its own.
 */
async function replaceFiles(from: string, to: string, files: readonly string[], index: string): Promise<void> {
  await rm(join(to, index), { force: true });
  const moved: string[] = [];
  for (const file of [...files, index]) {
    const path = join(to, file);
    try {
      await rename(join(from, file), path);
      moved.push(path);
    } catch (error) {
      await Promise.all(moved.map((done) => rm(done, { force: true })));
      throw about('write', path, error);
    }
  }
}

export async function attention(args: AttentionArguments, terminal: Terminal): Promise<void> {
  const request = await readRequest(args.input);
  const out = resolve(args.out);
  await withModel(terminal, args.model, args.settings, async (client, source) => {
    const options = { signal: terminal.signal, onProgress: (progress: Progress) => terminal.progress(progress) };
    const run = await client.attention(request, options);
    const sites = chooseSites(run, args);

    const { staging, made } = prepareFolder(out);
    const forget = terminal.onInterrupt(() => {
      rmSync(staging, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
      if (made !== undefined) rmSync(made, { recursive: true, force: true });
    });
    try {
      const digits = String(run.sites.length - 1).length;
      const files = sites.map(({ index }) => `attention-${String(index).padStart(digits, '0')}.npy`);
      for (const [i, { index }] of sites.entries()) {
        terminal.progress({ message: `Writing ${files[i]!}`, fraction: i / sites.length });
        const head = args.head === undefined ? {} : { head: args.head };
        await client.writeWeights({ runId: run.runId, site: index, ...head, path: join(staging, files[i]!) }, { signal: terminal.signal });
      }
      const report = {
        model: source.id,
        sha256: run.recipe.sha256,
        provider: run.provider,
        source: run.source,
        ...(run.window && { window: run.window }),
        ...(run.tokens && { tokens: run.tokens }),
        sites: sites.map(({ name, layer, kind, batch, heads, queries, keys }, i) => ({
          name,
          layer,
          kind,
          batch,
          ...(args.head === undefined ? { heads } : { heads: 1, head: args.head }),
          queries,
          keys,
          file: files[i]!,
        })),
      };
      const json = `${JSON.stringify(report, null, 2)}\n`;
      await writeFile(join(staging, 'attention.json'), json);
      await replaceFiles(staging, out, files, 'attention.json');
      await rmdir(staging);
      forget();

      const cut = request.text === undefined ? undefined : describeWindow(run, request.text);
      if (cut !== undefined) terminal.note(cut);
      if (run.provider.reason !== undefined) terminal.note(`provider: ${describeProvider(run.provider)}`);
      if (args.json) terminal.print(json);
      else terminal.print(summary(source.name, run, report.sites, out));
    } catch (error) {
      forget();
      await rm(staging, { recursive: true, force: true }).catch(() => undefined);
      if (made !== undefined) await rm(made, { recursive: true, force: true }).catch(() => undefined);
      throw isSystemError(error) ? about('write to this folder', out, error) : error;
    }
  });
}

function summary(
  name: string,
  run: AttentionRun,
  sites: readonly (Pick<SiteRun, 'layer' | 'kind' | 'heads' | 'queries' | 'keys'> & { file: string })[],
  out: string,
): string {
  const lines = sites.map(
    ({ layer, kind, heads, queries, keys, file }) =>
      `layer ${layer}  ${kind}  ${heads} ${heads === 1 ? 'head' : 'heads'}  ${queries} x ${keys}  ${file}\n`,
  );
  const tokens = run.tokens ? `${run.tokens.length} tokens, ` : '';
  return `${name}: ${tokens}${run.sites.length} attention ${run.sites.length === 1 ? 'site' : 'sites'}, ${Math.round(run.runMs)} ms on ${run.provider.used}\n${lines.join('')}Written to ${out}\n`;
}

/** What `--out` writes: weights as files, and an index of them. */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineClient } from '../engine/client.ts';
import { isSystemError } from '../engine/systemError.ts';
import type { AttentionRun, ModelSource, SiteRun } from '../protocol/inference.ts';
import type { AttentionArguments } from './arguments.ts';
import { about } from './fileErrors.ts';
import type { Terminal } from './terminal.ts';

type Choice = Pick<AttentionArguments, 'layer' | 'head'>;

/** Sites of the layer that was asked for; all where none was. */
export function chooseSites(run: AttentionRun, { layer, head }: Choice): SiteRun[] {
  const chosen = run.sites.filter((site) => layer === undefined || site.layer === layer);
  if (chosen.length === 0) {
    const layers = [...new Set(run.sites.map((site) => site.layer))].sort((a, b) => a - b);
    throw new Error(`there is no layer ${layer}; the model has ${layers.join(', ')}`);
  }
  const few = chosen.find(({ heads }) => head !== undefined && head >= heads);
  if (few) throw new Error(`there is no head ${head}; layer ${few.layer} (${few.name}) has heads 0 to ${few.heads - 1}`);
  return chosen;
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

export interface WrittenWeights {
  /** What attention.json holds. */
  json: string;
  /** For people. */
  summary: string;
}

/** Writes the weights of some sites (or of one head of them) into a folder, which then holds all of them or what it held before. */
export async function writeWeightFiles(
  client: EngineClient,
  source: ModelSource,
  run: AttentionRun,
  sites: readonly SiteRun[],
  { out, head }: { out: string; head: number | undefined },
  terminal: Terminal,
): Promise<WrittenWeights> {
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
      const part = head === undefined ? {} : { head };
      await client.writeWeights({ runId: run.runId, site: index, ...part, path: join(staging, files[i]!) }, { signal: terminal.signal });
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
        ...(head === undefined ? { heads } : { heads: 1, head }),
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
    return { json, summary: summary(report.sites, out) };
  } catch (error) {
    forget();
    await rm(staging, { recursive: true, force: true }).catch(() => undefined);
    if (made !== undefined) await rm(made, { recursive: true, force: true }).catch(() => undefined);
    throw isSystemError(error) ? about('write to this folder', out, error) : error;
  }
}

function summary(
  sites: readonly (Pick<SiteRun, 'layer' | 'kind' | 'heads' | 'queries' | 'keys'> & { file: string })[],
  out: string,
): string {
  const lines = sites.map(
    ({ layer, kind, heads, queries, keys, file }) =>
      `layer ${layer}  ${kind}  ${heads} ${heads === 1 ? 'head' : 'heads'}  ${queries} x ${keys}  ${file}\n`,
  );
  return `${lines.join('')}Written to ${out}\n`;
}

/** Which tokens end a text: what the files beside a model say, else its tokenizer's special tokens. */

import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { EndTokens } from '../../../protocol/generation.ts';
import type { HeldModel } from '../loadedModel.ts';

/** Files of JSON beside a model are small; something else of that name is not read into memory. */
const maximumJsonBytes = 8 * 2 ** 20;

interface Found {
  ids: readonly number[];
  from: EndTokens['from'];
  /** The token that a text begins with, where a file names it. */
  begin: number | undefined;
}

interface Config {
  eos_token_id?: unknown;
  bos_token_id?: unknown;
  text_config?: Config | null;
}

export async function findEndTokens({ source, tokenizer }: Pick<HeldModel, 'source' | 'tokenizer'>): Promise<Found> {
  const folder = dirname(source.path);
  // Hugging Face repositories keep ONNX files in a folder `onnx`, one below the others.
  const folders = basename(folder) === 'onnx' ? [folder, dirname(folder)] : [folder];
  let begin: number | undefined;
  for (const from of ['generation_config.json', 'config.json'] as const) {
    for (const place of folders) {
      const config = await readConfig(join(place, from));
      if (!config) continue;
      begin ??= idsOf(config.bos_token_id ?? config.text_config?.bos_token_id)[0];
      const ids = idsOf(config.eos_token_id ?? config.text_config?.eos_token_id);
      if (ids.length > 0) return { ids, from, begin };
    }
  }
  const ids = tokenizer?.endIds ?? [];
  return { ids, from: ids.length > 0 ? 'tokenizer.json' : null, begin };
}

async function readConfig(path: string): Promise<Config | undefined> {
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size > maximumJsonBytes) return undefined;
    const config: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof config === 'object' && config !== null ? config : undefined;
  } catch {
    return undefined; // Not there or not readable: the other places say it, or nothing does.
  }
}

/** A number, or a list of them. */
function idsOf(value: unknown): number[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return [...new Set(list.filter((id): id is number => Number.isSafeInteger(id) && (id as number) >= 0))];
}

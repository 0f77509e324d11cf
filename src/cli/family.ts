/** Of which family a model is. */

import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseManifest, type Manifest } from '../models/manifest.ts';
import type { ModelSource } from '../protocol/inference.ts';

/** As its manifest says; undefined where it has none. */
export async function manifestFamily(source: ModelSource): Promise<Manifest['family'] | undefined> {
  const path = join(dirname(source.path), 'manifest.json');
  const text = source.sha256 ? await readFile(path, 'utf8').catch(() => undefined) : undefined;
  return text === undefined ? undefined : parseManifest(text, path).family;
}

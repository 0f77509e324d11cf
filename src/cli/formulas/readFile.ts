/** A file as it was read. */

import { readFile } from 'node:fs/promises';
import { text as readStream } from 'node:stream/consumers';
import type { Finding } from '../../protocol/python.ts';
import { ignoredIn, type IsIgnored } from '../../python/checks/ignored.ts';
import type { FormulaReader } from '../../python/reader/formulas.ts';
import { about } from '../fileErrors.ts';
import { positionsIn, type Place, type Positions } from './positions.ts';

/** UTF-16 units: what is longer is data. */
const longest = 2_000_000;
/** Milliseconds for one file. */
const limit = 60_000;

export interface ReadSource extends Positions {
  /** "-" for standard input. */
  readonly path: string;
  readonly findings: readonly Finding[];
  readonly isIgnored: IsIgnored;
  /** What there was no time for. */
  readonly unread: readonly Place[];
}

/** Also what comments ask to ignore is told with `ignored`. */
export async function readSource(
  path: string,
  reader: FormulaReader,
  { signal, ignored }: { signal: AbortSignal; ignored: boolean },
): Promise<ReadSource> {
  const content =
    path === '-'
      ? await readStream(process.stdin)
      : await readFile(path, 'utf8').catch((error: unknown) => Promise.reject(about('read', path, error)));
  if (content.length > longest) throw new Error(`${path}: ${content.length} characters are more than the ${longest} that are read`);
  const positions = positionsIn(path, content);
  const { text, placeOf } = positions;
  const findings = await reader.read(path, text, { limit, checked: true, ignored, signal });
  return { ...positions, path, findings, isIgnored: ignoredIn(text), unread: reader.unread(path, true).map(placeOf) };
}

export const unreadText = ({ file, line, endLine }: Place): string => `${file}: there was no time to read lines ${line} to ${endLine}`;

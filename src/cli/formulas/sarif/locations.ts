/** Places as SARIF names them. */

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Span } from '../../../maths/nesting.ts';
import type { Region } from '../positions.ts';
import type { ReadSource } from '../readFile.ts';

/** What relative URIs are relative to; the name that code scanning expects. */
export const rootId = '%SRCROOT%';

export function artifactLocation(path: string, root: string) {
  if (path === '-') return { uri: 'stdin', description: { text: 'Standard input' } };
  const base = `${pathToFileURL(root).href.replace(/\/$/, '')}/`;
  const { href } = pathToFileURL(resolve(root, path));
  return href.startsWith(base) ? { uri: href.slice(base.length), uriBaseId: rootId } : { uri: href };
}

export const regionOf = ({ line, column, endLine, endColumn }: Region) => ({
  startLine: line,
  startColumn: column,
  endLine,
  endColumn,
});

/** Of a notebook it is the place in its file, which tools show; which cell that is, the logical location says. */
export function physicalLocation({ path, storedRegionOf }: ReadSource, span: Span, root: string) {
  const region = storedRegionOf(span);
  return { artifactLocation: artifactLocation(path, root), ...(region && { region: regionOf(region) }) };
}

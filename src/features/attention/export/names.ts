import { mapName } from '../../../maps/names.ts';
import type { AttentionResult } from '../../../protocol/attention.ts';
import type { MapSource } from '../../../protocol/inference.ts';

/** What a run can be exported as. */
export type ExportFormat = 'png' | 'svg' | 'csv' | 'npy' | 'html' | 'markdown';

/** A name for the file that comes of it: the text's, what of it, and the ending. */
export function exportName({ subject, run }: AttentionResult, map: MapSource | null, format: Exclude<ExportFormat, 'markdown'>): string {
  const what = format === 'html' ? 'attention' : map ? slug(mapName(map, run.sites)) : 'heads';
  return `${fileName(subject.title)}.${what}.${format}`;
}

/** "layer-3-head-0" */
const slug = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^-+|-+$/g, '');

/** Without what a file system refuses. */
const fileName = (title: string): string => title.replace(/[\u0000-\u001f<>:"/\\|?*]+/g, '-').slice(0, 100) || 'attention';

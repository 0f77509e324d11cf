import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReportPage } from './document.ts';

/** The page that reports are made with, as the build leaves it among the views. */
export async function readReportPage(viewsFolder: string): Promise<ReportPage> {
  const read = (name: string): Promise<string> => readFile(join(viewsFolder, name), 'utf8');
  const [script, style, icons] = await Promise.all([read('report.js'), read('report.css'), read('report-icons.css')]);
  return { script, style, icons };
}

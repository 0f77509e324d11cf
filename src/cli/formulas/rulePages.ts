/** What is said about each rule in `media/rules`. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rules, type RuleId } from '../../python/checks/rules.ts';
import { about } from '../fileErrors.ts';

export interface RulePage {
  readonly id: RuleId;
  /** What the rule finds, in a sentence. */
  readonly summary: string;
  readonly markdown: string;
}

/** Of every rule, by id. */
export async function rulePages(folder: string): Promise<RulePage[]> {
  const ids = (Object.keys(rules) as RuleId[]).sort();
  return Promise.all(
    ids.map(async (id) => {
      const path = join(folder, `${id}.md`);
      const markdown = await readFile(path, 'utf8').catch((error: unknown) => Promise.reject(about('read', path, error)));
      // The title, and the paragraph below it.
      const [, summary = ''] = markdown.split(/(?:\r?\n){2,}/);
      return { id, summary: summary.replace(/\s+/g, ' '), markdown };
    }),
  );
}

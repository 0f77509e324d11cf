/** The scoring of sets of near misses, as tests. They take minutes: two files have half of the sets each, so that two workers share them. */

import type { Parser } from 'web-tree-sitter';
import { beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../../../src/formulas/catalogue.ts';
import type { Finding } from '../../../../src/protocol/python.ts';
import { FormulaReader } from '../../../../src/python/reader/formulas.ts';
import { pythonParser } from '../syntax/parser.ts';
import { blind, labelledFiles, score, sets, together, type LabelledFile } from './labelled.ts';
import { faultsOf } from './mended.ts';

type SetName = (typeof sets)[number];

/** `found`: at least this share of the mistakes; `alarms`: at most so many. */
const bounds: Record<SetName, { found: number; alarms: number }> = {
  seen: { found: 0.95, alarms: 0 },
  heldout: { found: 0.97, alarms: 0 },
  reviewed: { found: 0.92, alarms: 1 },
  research: { found: 0.88, alarms: 3 },
  product: { found: 0.88, alarms: 3 },
  vision: { found: 0.9, alarms: 0 },
  language: { found: 0.98, alarms: 0 },
  probabilistic: { found: 0.95, alarms: 0 },
  mixed: { found: 0.9, alarms: 0 },
  further: { found: 0.81, alarms: 0 },
  papers: { found: 0.98, alarms: 0 },
  libraries: { found: 0.92, alarms: 0 },
  varied: { found: 0.81, alarms: 1 },
  assorted: { found: 0.87, alarms: 1 },
  unread: { found: 0.91, alarms: 0 },
  fresh: { found: 0.95, alarms: 0 },
  recent: { found: 0.75, alarms: 0 },
};
/** Sets whose fixes are made and taken back. */
const mended: ReadonlySet<SetName> = new Set(['seen', 'heldout']);
const long = 900_000;

const first: readonly SetName[] = ['seen', 'heldout', 'research', 'vision', 'language', 'further', 'varied'];
/** Which file scores which set, evenly by the time that they take. */
export const halves = { first, second: sets.filter((set) => !first.includes(set)) };

export function describeNearMisses(chosen: readonly SetName[]): void {
  describe('the near misses', () => {
    let parser: Parser;
    let reader: FormulaReader;
    beforeAll(async () => {
      parser = await pythonParser();
      reader = new FormulaReader(parser, catalogue.values(), (error) => {
        throw error;
      });
    });

    const files = new Map(chosen.map((set) => [set, labelledFiles(set)]));
    const known = new Map<LabelledFile, Promise<Finding[]>>();
    /** Every file is read once for all tests. */
    function findings(file: LabelledFile): Promise<Finding[]> {
      const read = known.get(file) ?? reader.read(file.name, file.text, { limit: Infinity, checked: true });
      known.set(file, read);
      return read;
    }

    it.each(chosen)(
      'are found, and what is right is not: %s',
      async (set) => {
        const scores = [];
        for (const file of files.get(set)!) scores.push(score(parser, file, await findings(file)));
        const { recall, missed, alarms } = together(scores);
        const told = (places: readonly string[]): string => (blind.has(set) ? String(places.length) : `\n${places.join('\n')}`);
        expect(alarms.length, `alarms: ${told(alarms)}`).toBeLessThanOrEqual(bounds[set].alarms);
        expect(recall, `missed: ${told(missed)}`).toBeGreaterThanOrEqual(bounds[set].found);
      },
      long,
    );

    it.each(chosen.filter((set) => mended.has(set)))(
      'are the formula once their fix is made, and as they were once it is taken back: %s',
      async (set) => {
        const wrong: string[] = [];
        let fixes = 0;
        for (const file of files.get(set)!) {
          for (const finding of await findings(file)) {
            for (const diagnostic of finding.diagnostics) {
              if (!diagnostic.fix) continue;
              fixes++;
              const line = file.text.slice(0, diagnostic.start).split('\n').length;
              const faults = await faultsOf({ parser, reader }, file, finding, diagnostic, diagnostic.fix);
              wrong.push(...faults.map((fault) => `${file.name}:${line} ${diagnostic.rule} (${diagnostic.fix!.title}): ${fault}`));
            }
          }
        }
        expect(fixes).toBeGreaterThan(0);
        expect(wrong).toEqual([]);
      },
      long,
    );
  });
}

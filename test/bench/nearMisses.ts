/** How many labelled mistakes are found, and how often right code is called wrong. */
import type { Parser } from 'web-tree-sitter';
import { catalogue } from '../../src/formulas/catalogue.ts';
import { FormulaReader } from '../../src/python/reader/formulas.ts';
import { labelledFiles as formulaFiles, sets as formulaSets } from '../unit/python/corpus/labelled.ts';
import { labelledFiles, score, sets, together } from '../unit/python/nearMisses/labelled.ts';
import type { Figure } from './report.ts';

const checked = { limit: Infinity, checked: true };
const open = (parser: Parser): FormulaReader => new FormulaReader(parser, catalogue.values());

/** With `quick` of a third of one set, and of one small set of right code. */
export async function measureNearMisses(parser: Parser, quick: boolean): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const set of quick ? (['heldout'] as const) : sets) figures.push(...(await measureSet(parser, set, quick ? 3 : 1)));
  return [...figures, await measureRightCode(parser, quick ? ['unusual'] : formulaSets)];
}

/** Of every file, or of one in `step`. */
async function measureSet(parser: Parser, set: (typeof sets)[number], step: number): Promise<Figure[]> {
  const reader = open(parser);
  const files = labelledFiles(set).filter((_, at) => at % step === 0);
  const of = step === 1 ? set : `${set}, one file in ${step}`;
  const scores = [];
  for (const file of files) scores.push(score(parser, file, await reader.read(file.name, file.text, checked)));
  const { recall, found, weighed, missed, alarms } = together(scores);
  const right = files.reduce((sum, file) => sum + file.right.length, 0);
  return [
    {
      what: `near misses found (${of})`,
      value: recall * 100,
      unit: '%',
      budget: 90,
      least: true,
      how: `${found.length} of ${found.length + missed.length}, ${weighed.length} with the severity that they should have`,
    },
    {
      what: `near misses, false alarms (${of})`,
      value: alarms.length,
      unit: '',
      budget: 0,
      how: `beside ${right} right statements and legitimate variants`,
    },
  ];
}

async function measureRightCode(parser: Parser, among: readonly (typeof formulaSets)[number][]): Promise<Figure> {
  let [formulas, warnings, infos] = [0, 0, 0];
  for (const set of among) {
    const reader = open(parser);
    for (const { name, text, marks } of formulaFiles(set)) {
      formulas += marks.filter(({ required }) => required.length > 0).length;
      const told = (await reader.read(name, text, checked)).flatMap(({ diagnostics }) => diagnostics);
      warnings += told.filter(({ severity }) => severity === 'warning').length;
      infos += told.filter(({ severity }) => severity === 'info').length;
    }
  }
  return {
    what: 'false alarms per 1,000 formulas in labelled right code',
    value: ((warnings + infos) / formulas) * 1_000,
    unit: '',
    budget: null,
    how: `${warnings} warnings and ${infos} infos beside ${formulas} formulas (${among.join(', ')})`,
  };
}

import type { Parser } from 'web-tree-sitter';
import { beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../../../src/formulas/catalogue.ts';
import type { Diagnostic, Finding, Fix } from '../../../../src/protocol/python.ts';
import { FormulaReader } from '../../../../src/python/reader/formulas.ts';
import { withFix } from '../../../../src/python/reader/mended.ts';
import { readModule } from '../../../../src/python/syntax/build.ts';
import { within } from '../corpus/labelled.ts';
import { pythonParser } from '../syntax/parser.ts';
import { blind, labelled, labelledFiles, score, sets, statementStarts, together, type LabelledFile } from './labelled.ts';

/** `found`: at least this share of the mistakes; `alarms`: at most so many. */
const bounds: Record<(typeof sets)[number], { found: number; alarms: number }> = {
  seen: { found: 0.95, alarms: 0 },
  heldout: { found: 0.96, alarms: 0 },
  reviewed: { found: 0.92, alarms: 1 },
  research: { found: 0.87, alarms: 4 },
  product: { found: 0.87, alarms: 3 },
  vision: { found: 0.9, alarms: 0 },
  language: { found: 0.98, alarms: 0 },
  probabilistic: { found: 0.95, alarms: 0 },
  mixed: { found: 0.9, alarms: 0 },
  further: { found: 0.81, alarms: 0 },
  papers: { found: 0.98, alarms: 0 },
  libraries: { found: 0.92, alarms: 0 },
  varied: { found: 0.79, alarms: 2 },
  assorted: { found: 0.81, alarms: 3 },
  unread: { found: 0.85, alarms: 1 },
};
const long = 900_000;

let parser: Parser;
let reader: FormulaReader;
beforeAll(async () => {
  parser = await pythonParser();
  reader = new FormulaReader(parser, catalogue.values(), (error) => {
    throw error;
  });
});

const files = new Map(sets.map((set) => [set, labelledFiles(set)]));
const readings = new Map<LabelledFile, Promise<Finding[]>>();
/** Every file is read once for all tests. */
function reading(file: LabelledFile): Promise<Finding[]> {
  const known = readings.get(file) ?? reader.read(file.name, file.text, { limit: Infinity, checked: true });
  readings.set(file, known);
  return known;
}

describe('the labelled near misses', () => {
  it.each(sets)('have formulas that there are, at statements: %s', (set) => {
    for (const { name, text, mistakes, right, unread } of files.get(set)!) {
      const module = readModule(parser, text);
      const lines = within(module.body).map(({ start }) => text.slice(0, start).split('\n').length - 1);
      expect(module.whole, name).toBe(true);
      expect(unread, name).toEqual([]);
      for (const { line, formula } of [...mistakes, ...right]) {
        expect(lines, `${name}:${line + 1}`).toContain(line);
        expect(catalogue.has(formula), `${name}:${line + 1} ${formula}`).toBe(true);
      }
    }
  });

  it('are scored by statement', () => {
    const file = labelled(
      'a.py',
      [
        ...[
          '#! warning a | not so',
          '#> x = f(y)',
          'x = f(',
          '  y)',
          'if x:',
          '  #! info b | nor so',
          '  #> z = g(x)',
          '  z = -g(x)',
          '  w = 1',
        ],
        ...['#: c', 'v = h(x)', '#= d | in words', 'u = k(x)', '#! info e | neither', 'p = q(x)', '#! error f | no severity', 'r = 1'],
      ].join('\n'),
    );
    expect(file).toMatchObject({
      mistakes: [
        { line: 2, severity: 'warning', formula: 'a' },
        { line: 7, severity: 'info', formula: 'b' },
        { line: 14, severity: 'info', formula: 'e' },
      ],
      right: [
        { line: 10, formula: 'c' },
        { line: 12, formula: 'd' },
      ],
      unread: [15],
    });
    const at = (code: string, severity: Diagnostic['severity']): Pick<Finding, 'diagnostics'> => {
      const start = file.text.indexOf(code);
      return { diagnostics: [{ start, end: start + 1, rule: 'r', severity, message: '', related: [], fix: null, compared: null }] };
    };
    const told = [
      at('y)', 'warning'),
      at('g(x', 'warning'),
      at('h(x', 'info'),
      at('if x', 'warning'),
      at('q(x', 'hint'),
      at('k(x', 'hint'),
    ];
    expect(score(parser, file, told)).toEqual({
      found: ['a.py:3 warning a', 'a.py:8 info b'],
      weighed: ['a.py:3 warning a'],
      missed: ['a.py:15 info e'],
      alarms: ['a.py:11 info r', 'a.py:5 warning r'],
    });
    expect(together([score(parser, file, told)])).toMatchObject({ recall: 2 / 3 });
  });
});

describe('the near misses', () => {
  it.each(sets)(
    'are found, and what is right is not: %s',
    async (set) => {
      const scores = [];
      for (const file of files.get(set)!) scores.push(score(parser, file, await reading(file)));
      const { recall, missed, alarms } = together(scores);
      const told = (places: readonly string[]): string => (blind.has(set) ? String(places.length) : `\n${places.join('\n')}`);
      expect(alarms.length, `alarms: ${told(alarms)}`).toBeLessThanOrEqual(bounds[set].alarms);
      expect(recall, `missed: ${told(missed)}`).toBeGreaterThanOrEqual(bounds[set].found);
    },
    long,
  );

  it.each(['seen', 'heldout'] as const)(
    'are the formula once their fix is made, and as they were once it is taken back: %s',
    async (set) => {
      const wrong: string[] = [];
      let fixes = 0;
      for (const file of files.get(set)!) {
        for (const finding of await reading(file)) {
          for (const diagnostic of finding.diagnostics) {
            if (!diagnostic.fix) continue;
            fixes++;
            const line = file.text.slice(0, diagnostic.start).split('\n').length;
            const faults = await faultsOf(file, finding, diagnostic, diagnostic.fix);
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

/** What a fix does that it must not. */
async function faultsOf(file: LabelledFile, finding: Finding, { start, rule }: Diagnostic, fix: Fix): Promise<string[]> {
  const { text, name } = file;
  const edits = [...fix.edits].sort((a, b) => a.start - b.start || a.end - b.end);
  const faults: string[] = [];
  if (edits.some((edit, at) => edit.start > edit.end || edit.end > text.length || edit.start < (edits[at - 1]?.end ?? 0))) {
    return ['its edits overlap or are not in the text'];
  }
  const mended = withFix(text, fix);

  // Walks over both texts side by side: what is between the edits, and what was put in.
  const inverse: Fix['edits'] = [];
  let [from, to] = [0, 0];
  for (const edit of edits) {
    const kept = text.slice(from, edit.start);
    if (mended.slice(to, to + kept.length) !== kept) faults.push('it changes more than its edits');
    const put = to + kept.length;
    [from, to] = [edit.end, put + edit.text.length];
    if (mended.slice(put, to) !== edit.text) faults.push('it puts another text');
    inverse.push({ start: put, end: to, text: text.slice(edit.start, edit.end) });
  }
  if (mended.slice(to) !== text.slice(from)) faults.push('it changes more than its edits');
  if (withFix(mended, { title: '', edits: inverse }) !== text) faults.push('it cannot be taken back');
  if (!readModule(parser, mended).whole) return [...faults, 'it does not parse'];

  const moved = (place: number): number =>
    edits.reduce((by, edit) => (edit.end <= place ? by + edit.text.length - (edit.end - edit.start) : by), place);
  const startAt = statementStarts(parser, mended);
  const around = { start: moved(finding.start), end: moved(finding.end) };
  const found = await reader.read(`${name} with a fix`, mended, { limit: Infinity, within: around, checked: true });
  const isThere = ({ start: place }: Pick<Finding, 'start'>): boolean => startAt(place) === startAt(around.start);
  const wanted = fix.makes === undefined ? finding.formula : fix.makes;
  const isFormula = ({ formula, equality }: Finding): boolean => formula === wanted && equality !== 'near miss';
  if (wanted !== null && !found.some((one) => isThere(one) && isFormula(one))) faults.push(`it is not ${wanted}`);
  const again = found.flatMap(({ diagnostics }) => diagnostics).filter((one) => one.rule === rule);
  if (again.some((one) => startAt(one.start) === startAt(moved(start)))) faults.push('the same is told of it again');
  return faults;
}

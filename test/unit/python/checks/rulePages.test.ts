import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../../../src/formulas/catalogue.ts';
import type { Diagnostic } from '../../../../src/protocol/python.ts';
import { rules, type RuleId } from '../../../../src/python/checks/rules.ts';
import { FormulaReader } from '../../../../src/python/reader/formulas.ts';
import { pythonParser } from '../syntax/parser.ts';
import { readRulePage } from './rulePage.ts';

const folder = join(import.meta.dirname, '../../../../media/rules');
const ids = Object.keys(rules) as RuleId[];
const files = readdirSync(folder);
const kinds = ['wrong', 'right', 'also right', ''];
const sections = ['Why', 'Example', 'To silence it'];

let reader: FormulaReader;
beforeAll(async () => {
  reader = new FormulaReader(await pythonParser(), catalogue.values(), (error) => {
    throw error;
  });
});

async function told(code: string): Promise<Diagnostic[]> {
  const findings = await reader.read('page', code, { limit: Infinity, checked: true });
  return findings.flatMap(({ diagnostics }) => diagnostics);
}

function repaired(code: string, { fix }: Diagnostic): string {
  const edits = [...fix!.edits].sort((a, b) => b.start - a.start);
  return edits.reduce((text, { start, end, text: put }) => text.slice(0, start) + put + text.slice(end), code);
}

/** For whoever reads a failure: where, which code, and what was told of it. */
const shown = (place: string, code: string, diagnostics: readonly Diagnostic[]): string =>
  `${place}\n\n${code}\n${diagnostics.map(({ rule, message }) => `[${rule}] ${message}`).join('\n') || '(nothing is told of it)'}\n`;

const rulesOf = (diagnostics: readonly Diagnostic[]): string[] => [...new Set(diagnostics.map(({ rule }) => rule))];

describe('the pages of rules', () => {
  it('are one a rule', () => {
    const [missing, extra] = [
      ids.filter((id) => !files.includes(`${id}.md`)).map((id) => `media/rules/${id}.md is missing: a rule of rules.ts has a page`),
      files.filter((file) => !ids.some((id) => file === `${id}.md`)).map((file) => `media/rules/${file} is of no rule of rules.ts`),
    ];
    expect([...missing, ...extra]).toEqual([]);
  });

  for (const id of ids.filter((one) => files.includes(`${one}.md`))) {
    const markdown = readFileSync(join(folder, `${id}.md`), 'utf8');
    const { title, sections: headings, examples } = readRulePage(markdown);
    const of = (...wanted: string[]) => examples.filter(({ kind }) => wanted.includes(kind));
    const place = (line: number): string => `media/rules/${id}.md:${line}`;

    describe(id, () => {
      it('is named, told in a sentence, explained, shown wrong and right, and says how to silence it', () => {
        expect(title).toBe(rules[id].name);
        expect(headings).toEqual(sections);
        const [, summary = ''] = markdown.split('\n\n');
        expect(summary, 'a sentence of at most 300 characters follows the title').toMatch(/^[^#`$\n-][^$]{9,298}\.$/);
        expect(markdown, 'the formula stands between $$').toMatch(/\$\$[^$]+\$\$/);
        expect(markdown, 'a line says where it is from').toMatch(/^Source: \S/m);
        expect(markdown.slice(markdown.indexOf('## To silence it'))).toContain(`# genlens: ignore[${id}]`);
        const unknown = examples.filter(({ kind }) => !kinds.includes(kind)).map(({ kind, line }) => `${place(line)}: python ${kind}`);
        expect(unknown, `what a block may be: ${kinds.filter(Boolean).join(', ')}`).toEqual([]);
        expect(of('wrong').length, 'code that is wrong').toBeGreaterThan(0);
        expect(of('right').length, 'one right for each wrong').toBe(of('wrong').length);
      });

      it.each(of('wrong'))('is told of the wrong code in line $line, and nothing else is; its fix mends it', async ({ code, line }) => {
        const diagnostics = await told(code);
        expect(rulesOf(diagnostics), shown(place(line), code, diagnostics)).toEqual([id]);
        for (const diagnostic of diagnostics.filter(({ fix }) => fix !== null)) {
          const mended = repaired(code, diagnostic);
          const left = await told(mended);
          expect(rulesOf(left), shown(`${place(line)}, after "${diagnostic.fix!.title}"`, mended, left)).not.toContain(id);
        }
        const silent = await told(`# genlens: ignore-file[${id}]\n${code}`);
        expect(rulesOf(silent), shown(`${place(line)}, ignored`, code, silent)).toEqual([]);
      });

      it.each(of('right', 'also right'))('is silent, as all are, on the $kind code in line $line', async ({ code, line }) => {
        const diagnostics = await told(code);
        expect(rulesOf(diagnostics), shown(place(line), code, diagnostics)).toEqual([]);
      });
    });
  }
});

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Ajv from 'ajv';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Span } from '../../../../src/maths/nesting.ts';
import type { Diagnostic, Finding, Fix, Severity } from '../../../../src/protocol/python.ts';
import { ignoredIn } from '../../../../src/python/checks/ignored.ts';
import { rules } from '../../../../src/python/checks/rules.ts';
import { positionsIn } from '../../../../src/cli/formulas/positions.ts';
import type { ReadSource } from '../../../../src/cli/formulas/readFile.ts';
import { rulePages, type RulePage } from '../../../../src/cli/formulas/rulePages.ts';
import { sarifLog, type Scan } from '../../../../src/cli/formulas/sarif/log.ts';

const repository = join(import.meta.dirname, '../../../..');
const rule = 'mask-keeps-weight';
const root = join(repository, 'some folder');

/** The published schema, of the JSON Schema's fourth draft. */
const ajv = new Ajv({ schemaId: 'id', meta: false, allErrors: true });
ajv.addMetaSchema(createRequire(import.meta.url)('ajv/lib/refs/json-schema-draft-04.json') as object);
const isValid = ajv.compile(JSON.parse(readFileSync(join(repository, 'test/fixtures/sarif/sarif-2.1.0-rtm.5.json'), 'utf8')) as object);
const breaches = (log: unknown): string[] => {
  // What is written, not what is in memory.
  void isValid(JSON.parse(JSON.stringify(log)));
  return (isValid.errors ?? []).map(({ dataPath, message }) => `${dataPath} ${message}`);
};

let pages: RulePage[];
beforeAll(async () => {
  pages = await rulePages(join(repository, 'media/rules'));
});

const scan = (sources: readonly ReadSource[], more: Partial<Scan> = {}) =>
  sarifLog({ sources, failures: [], pages, severities: new Map(), version: '1.2.3', root, ...more });
const resultsOf = (sources: readonly ReadSource[], more: Partial<Scan> = {}) => scan(sources, more).runs[0]!.results;

const at = (text: string, part: string, from = 0): Span => {
  const start = text.indexOf(part, from);
  if (start < 0) throw new Error(`There is no "${part}" in it.`);
  return { start, end: start + part.length };
};

interface Planted {
  readonly severity?: Severity;
  readonly related?: Diagnostic['related'];
  readonly fix?: Fix;
  readonly holder?: string;
  readonly rule?: string;
}

/** A file in which every "bad" is a fault of the line that it stands in. */
function source(path: string, content: string, planted: Planted | ((text: string) => Planted) = {}): ReadSource {
  const positions = positionsIn(path, content);
  const { text } = positions;
  const { severity = 'warning', related = [], fix = null, holder, ...other } = typeof planted === 'function' ? planted(text) : planted;
  const findings = [...text.matchAll(/bad/g)].map(({ index }): Finding => {
    const start = text.lastIndexOf('\n', index) + 1;
    const end = text.indexOf('\n', index) < 0 ? text.length : text.indexOf('\n', index);
    const diagnostic: Diagnostic = {
      ...{ start: index, end: index + 3, rule: other.rule ?? rule, severity, message: 'It is bad.', related, fix, compared: null },
    };
    return {
      ...{ start, end, formula: null, latex: '', equality: 'near miss', remarks: [], variables: [], parts: [], calls: null, isPart: false },
      ...{ holder: holder === undefined ? null : { name: holder, start: 0, end: 0 }, diagnostics: [diagnostic] },
    };
  });
  return { ...positions, path, findings, isIgnored: ignoredIn(text), unread: [] };
}

const notebookOf = (...cells: (string | string[])[]): string =>
  JSON.stringify({ cells: cells.map((code) => ({ cell_type: 'code', source: code })), metadata: {} }, null, 1);

interface SarifRegion {
  startLine: number;
  startColumn: number;
  endLine: number;
  endColumn: number;
}

/** As a reader of the log would: lines and columns from 1, in UTF-16 units. */
function offsetsOf(content: string, { startLine, startColumn, endLine, endColumn }: SarifRegion): Span {
  const starts = [0, ...[...content.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return { start: starts[startLine - 1]! + startColumn - 1, end: starts[endLine - 1]! + endColumn - 1 };
}

const everything = (): Scan => {
  const mended = (text: string): Planted => ({
    ...{ holder: 'loss', severity: 'hint', related: [{ ...at(text, 'x'), message: 'Here it is filled.' }] },
    fix: { title: 'Make it good', edits: [{ ...at(text, 'bad'), text: '"good"' }] },
  });
  const unread = [{ file: 'late.py', line: 3, column: 1, endLine: 8, endColumn: 2 }];
  return {
    sources: [
      source('a.py', 'x = 1\ny = bad  # genlens: ignore\n', mended),
      source('deep/b c.ipynb', notebookOf(['x = 1\n', 'y = bad']), mended),
      source('-', 'y = bad', { severity: 'info' }),
      { ...source('late.py', 'y = bad'), unread },
    ],
    failures: [{ path: 'gone.py', message: 'gone.py: cannot read: there is no such file' }],
    ...{ pages, severities: new Map([[rule, 'off']]), version: '1.2.3', root },
  };
};

describe('the log of what is wrong', () => {
  it('is SARIF 2.1.0, as its schema says', () => {
    expect(breaches(sarifLog(everything()))).toEqual([]);
    expect(breaches(scan([]))).toEqual([]);
  });

  it('would not be with a mistake in it: the schema is one that tells', () => {
    const [log, other] = [sarifLog(everything()), sarifLog(everything())];
    Object.assign(log.runs[0]!.results[0]!, { level: 'hint' });
    Object.assign(other.runs[0]!.results[0]!.locations[0]!.physicalLocation.region!, { startLine: 0 });
    expect(breaches(log).length).toBeGreaterThan(0);
    expect(breaches(other).length).toBeGreaterThan(0);
  });

  it('has what code scanning needs of each result and each rule', () => {
    const [run] = sarifLog(everything()).runs;
    const { driver } = run!.tool;
    expect(driver.rules.map(({ id }) => id)).toEqual(Object.keys(rules).sort());
    for (const { id, name, shortDescription, fullDescription, help } of driver.rules) {
      const page = readFileSync(join(repository, `media/rules/${id}.md`), 'utf8');
      expect(help).toEqual({ text: page, markdown: page });
      expect(shortDescription.text).toBe(rules[id].name);
      expect(page.replace(/\s+/g, ' ')).toContain(fullDescription.text);
      expect(fullDescription.text).toMatch(/^\S.{9,}\.$/);
      expect(name).toMatch(/^(?:[A-Z][a-z0-9]*)+$/);
    }
    for (const result of run!.results) {
      expect(driver.rules[result.ruleIndex]!.id).toBe(result.ruleId);
      expect(result).toMatchObject({ message: { text: 'It is bad.' }, level: expect.stringMatching(/^(?:warning|note)$/) as string });
      expect(result.locations[0]!.physicalLocation).toMatchObject({
        artifactLocation: { uri: expect.stringMatching(/./) as string },
        region: { startLine: expect.any(Number) as number },
      });
    }
  });

  it('has no result for a formula that is right', () => {
    const [finding] = source('a.py', 'y = bad').findings;
    const right = { ...source('a.py', 'y = bad'), findings: [{ ...finding!, formula: 'mse', diagnostics: [] }] };
    expect(resultsOf([right])).toEqual([]);
  });

  it('shows every severity', () => {
    const levels = (['warning', 'info', 'hint'] as const).map((severity) => resultsOf([source('a.py', 'bad', { severity })])[0]!.level);
    expect(levels).toEqual(['warning', 'note', 'note']);
  });

  it('tells which rules were set', () => {
    const overrides = (severity: Severity | 'off') =>
      scan([], { severities: new Map([[rule, severity]]) }).runs[0]!.invocations[0]!.ruleConfigurationOverrides;
    const index = Object.keys(rules).sort().indexOf(rule);
    expect(overrides('off')).toEqual([{ descriptor: { id: rule, index }, configuration: { enabled: false } }]);
    expect(overrides('info')).toEqual([{ descriptor: { id: rule, index }, configuration: { level: 'note' } }]);
  });

  it('says what could not be read', () => {
    const [run] = sarifLog(everything()).runs;
    expect(run!.invocations).toMatchObject([
      {
        executionSuccessful: false,
        toolExecutionNotifications: [
          {
            ...{ level: 'error', message: { text: 'gone.py: cannot read: there is no such file' } },
            locations: [{ physicalLocation: { artifactLocation: { uri: 'gone.py' } } }],
          },
          { message: { text: 'late.py: there was no time to read lines 3 to 8' } },
        ],
      },
    ]);
    expect(scan([]).runs[0]!.invocations[0]).toMatchObject({ executionSuccessful: true });
  });

  it('holds what a comment asks to ignore as suppressed, where it is told at all', () => {
    const [ignored, told] = resultsOf([source('a.py', 'y = bad  # genlens: ignore\nz = bad')]);
    expect(ignored!.suppressions).toEqual([{ kind: 'inSource' }]);
    expect(told!.suppressions).toEqual([]);
  });
});

describe('places in the log', () => {
  const cases: [name: string, path: string, content: string][] = [
    ['a file', 'a.py', 'x = 1\r\n\u{1f600}é = bad\nz = 1'],
    ['a notebook of one string a line', 'a.ipynb', notebookOf('x', ['x = "\\n"\n', '"\u{1f600}é" = bad\n', 'z'])],
    ['a notebook of one string a cell', 'a.ipynb', notebookOf('x', 'x = "\\n"\n"é" = bad\nz')],
  ];
  it.each(cases)('are those of the file as it is stored: %s', (_, path, content) => {
    const [result] = resultsOf([source(path, content, (text) => ({ related: [{ ...at(text, 'z'), message: 'There.' }] }))]);
    expect(scan([]).runs[0]!.columnKind).toBe('utf16CodeUnits');
    const textAt = ({ region }: { region?: SarifRegion }): string => {
      const { start, end } = offsetsOf(content, region!);
      return content.slice(start, end);
    };
    expect(textAt(result!.locations[0]!.physicalLocation)).toBe('bad');
    const [related] = result!.relatedLocations!;
    expect(related).toMatchObject({ id: 1, message: { text: 'There.' } });
    expect(textAt(related!.physicalLocation)).toBe('z');
    const cell = { name: 'cell 2', kind: 'cell' };
    expect(result!.locations[0]!.logicalLocations).toEqual(path.endsWith('.ipynb') ? [cell] : undefined);
  });

  it.each(cases)('are those that a fix replaces, after which the code is as it says: %s', (_, path, content) => {
    const put = '("good",\n 2)';
    const planted = source(path, content, (text) => ({
      fix: {
        title: 'Make it good',
        edits: [
          { ...at(text, 'bad'), text: put },
          { ...at(text, 'z'), text: 'w' },
        ],
      },
    }));
    const { description, artifactChanges } = resultsOf([planted])[0]!.fixes![0]!;
    expect(description.text).toBe('Make it good');
    const edits = artifactChanges[0]!.replacements.map(({ deletedRegion, insertedContent }) => ({
      ...offsetsOf(content, deletedRegion),
      ...insertedContent,
    }));
    const mended = edits
      .sort((a, b) => b.start - a.start)
      .reduce((text, { start, end, text: written }) => text.slice(0, start) + written + text.slice(end), content);
    expect(positionsIn(path, mended).text).toBe(positionsIn(path, content).text.replace('bad', put).replace('z', 'w'));
  });

  it('are named from the folder in which it was run', () => {
    const uris = (path: string) => resultsOf([source(path, 'bad')])[0]!.locations[0]!.physicalLocation.artifactLocation;
    expect(scan([]).runs[0]!.originalUriBaseIds).toEqual({ '%SRCROOT%': { uri: `${pathToFileURL(root).href}/` } });
    expect(uris('./deep/a b#.py')).toEqual({ uri: 'deep/a%20b%23.py', uriBaseId: '%SRCROOT%' });
    expect(uris(join(root, 'c.py'))).toEqual({ uri: 'c.py', uriBaseId: '%SRCROOT%' });
    expect(uris('../elsewhere.py')).toEqual({ uri: pathToFileURL(join(repository, 'elsewhere.py')).href });
    expect(uris('-')).toMatchObject({ uri: 'stdin' });
  });
});

describe('the fingerprint of a result', () => {
  const prints = (...args: Parameters<typeof source>): string[] =>
    resultsOf([source(...args)]).map(({ partialFingerprints }) => partialFingerprints['genlensStatement/v1']);

  it('stays where the code moves, also into another file', () => {
    const [before] = prints('a.py', 'y = f(bad, 2)', { holder: 'loss' });
    expect(prints('deep/b.py', 'import torch\n\n\ny = f(bad,  2)\nother = 3', { holder: 'loss' })).toEqual([before]);
    expect(prints('b.ipynb', notebookOf('x', 'y = f(bad, 2)'), { holder: 'loss' })).toEqual([before]);
  });

  it('is another one for another statement, function or rule, and for the second of two that are alike', () => {
    const all = [
      ...prints('a.py', 'y = f(bad, 2)\ny = f(bad, 2)\nz = f(bad, 2)'),
      ...prints('a.py', 'y = f(bad, 2)', { holder: 'loss' }),
      ...prints('a.py', 'y = f(bad, 2)', { rule: 'other' }),
    ];
    expect(new Set(all).size).toBe(5);
  });
});

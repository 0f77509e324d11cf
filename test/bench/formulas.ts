/** How well formulas are told in Python, and how fast a file is read. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Parser } from 'web-tree-sitter';
import { FormulaFinder } from '../../src/features/formulas/finder.ts';
import { catalogue } from '../../src/formulas/catalogue.ts';
import { PythonReader } from '../../src/python/client.ts';
import { FormulaReader } from '../../src/python/reader/formulas.ts';
import { loadParser } from '../../src/python/reader/parser.ts';
import { readModule } from '../../src/python/syntax/build.ts';
import { labelledFiles, score, sets, together, within } from '../unit/python/corpus/labelled.ts';
import { fileOf } from '../editor/longFile.ts';
import { measureNearMisses } from './nearMisses.ts';
import { randomPrograms } from './randomPrograms.ts';
import { median, type Figure } from './report.ts';

const whole = { limit: Infinity };
/** Lines of the file that the budgets are for. */
const lines = 2_000;

export async function measureFormulas(root: string, quick: boolean): Promise<Figure[]> {
  const file = (name: string) => readFile(join(root, 'dist', name));
  const parser = await loadParser(await file('web-tree-sitter.wasm'), await file('tree-sitter-python.wasm'));
  const code = fileOf(lines);
  const first = await measureHover(root, code);
  return [
    ...(await measureLabelled(parser)),
    await measureChance(parser, quick ? 200 : 2_000),
    ...(await measureReading(parser, code, quick ? 1 : 3)),
    ...first,
    ...(await measureNearMisses(parser, quick)),
  ];
}

const open = (parser: Parser): FormulaReader => new FormulaReader(parser, catalogue.values());

async function measureLabelled(parser: Parser): Promise<Figure[]> {
  const figures: Figure[] = [];
  let [functions, named] = [0, 0];
  for (const set of sets) {
    const reader = open(parser);
    const scores = [];
    for (const file of labelledFiles(set)) {
      const one = score(parser, file, await reader.read(file.name, file.text, whole));
      scores.push(one);
      if (!file.name.startsWith('negatives')) continue;
      functions += within(readModule(parser, file.text).body).filter(({ kind }) => kind === 'function').length;
      named += one.wrong.length;
    }
    const { precision, recall, right, missed, wrong } = together(scores);
    const what = (of: string): string => `formulas in the labelled Python (${set}), ${of}`;
    figures.push(
      {
        what: what('precision'),
        value: precision * 100,
        unit: '%',
        budget: 98,
        least: true,
        how: `${right.length} right, ${wrong.length} wrong`,
      },
      {
        what: what('recall'),
        value: recall * 100,
        unit: '%',
        budget: 85,
        least: true,
        how: `${right.length} found, ${missed.length} missed`,
      },
    );
  }
  const how = `${named} wrong names in ${functions} functions that look like a formula`;
  return [...figures, { what: 'look-alikes that are named', value: (named / functions) * 100, unit: '%', budget: null, how }];
}

async function measureChance(parser: Parser, count: number): Promise<Figure> {
  const reader = open(parser);
  const ids: string[] = [];
  let named = 0;
  for (const program of randomPrograms(count)) {
    const findings = await reader.read('program', `import torch\nimport torch.nn.functional as F\n\n${program}`, whole);
    if (findings.length > 0) named++;
    ids.push(...findings.map(({ formula }) => formula ?? 'none'));
  }
  const which = [...new Set(ids)].map((id) => `${id} ${ids.filter((one) => one === id).length}`);
  return {
    what: 'random code without names that is named',
    value: (named / count) * 100,
    unit: '%',
    budget: null,
    how: `${named} of ${count} functions${which.length > 0 ? `: ${which.join(', ')}` : ''}`,
  };
}

/** Milliseconds of CPU. */
async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const began = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1e3;
}

async function measureReading(parser: Parser, code: string, rounds: number): Promise<Figure[]> {
  const cold: number[] = [];
  let reader = open(parser);
  for (let round = 0; round < rounds; round++) {
    reader = open(parser);
    cold.push(await cpuOf(() => reader.read('file', code, whole)));
  }
  const edits = ['    # a comment\n', '    a = b * 2\n', '    a = foo(\n', '    y = torch.exp(x)\n', '    """\n'];
  const after: number[] = [];
  for (const edit of edits) {
    for (const share of [0.2, 0.5, 0.8]) {
      const at = code.indexOf('\n    return', share * code.length) + 1;
      after.push(await cpuOf(() => reader.read('file', code.slice(0, at) + edit + code.slice(at), whole)));
      await reader.read('file', code, whole);
    }
  }
  const checked = await cpuOf(() => open(parser).read('file', code, { ...whole, checked: true }));
  const how = `CPU time, the labelled Python as one file`;
  return [
    { what: 'formulas of 2,000 lines, cold', value: median(cold), unit: 'ms', budget: 300, how: `${how}, nothing of it known` },
    { what: 'formulas and faults of 2,000 lines, cold', value: checked, unit: 'ms', budget: 300, how: `${how}, nothing of it known, once` },
    { what: 'formulas of 2,000 lines, after an edit', value: median(after), unit: 'ms', budget: 40, how: `${how}, ${after.length} edits` },
  ];
}

/** As the host asks for a hover's formulas: through the thread. */
async function measureHover(root: string, code: string): Promise<Figure[]> {
  const python = new PythonReader({ entry: join(root, 'dist', 'python.cjs'), timeLimit: 60_000 });
  try {
    const source = { uri: 'file:///file.py', version: '1', text: code };
    const finder = new FormulaFinder(python);
    const timed = async (offset: number): Promise<number> => {
      const began = performance.now();
      await finder.at(source, { start: offset, end: offset });
      return performance.now() - began;
    };
    const middle = code.indexOf('return', code.length / 2);
    const first = await timed(middle);
    let found = await python.formulas({ key: source.uri, text: code });
    while ((await python.unread({ key: source.uri })).length > 0) found = await python.formulas({ key: source.uri, text: code });
    const warm: number[] = [];
    for (const { start } of found) warm.push(await timed(start));
    warm.sort((a, b) => a - b);
    const how = 'from the host through the thread, without the picture';
    return [
      {
        what: 'formulas at a place of 2,000 lines, first ever',
        value: first,
        unit: 'ms',
        budget: 400,
        how: `${how}, the thread started for it`,
      },
      {
        what: 'formulas at a place of 2,000 lines, warm',
        value: warm[Math.floor(warm.length * 0.95)] ?? NaN,
        unit: 'ms',
        budget: 30,
        how: `${how}, 95th percentile of ${warm.length} places`,
      },
    ];
  } finally {
    python.dispose();
  }
}

import { expect, it } from 'vitest';
import { exportName } from '../../../../../src/features/attention/export/names.ts';
import type { AttentionResult } from '../../../../../src/protocol/attention.ts';
import type { MapSource } from '../../../../../src/protocol/inference.ts';

const sites = [
  { index: 0, layer: 0, kind: 'self', heads: 2 },
  { index: 1, layer: 1, kind: 'self', heads: 2 },
];
const of = (title: string): AttentionResult => ({ subject: { title }, run: { sites } }) as unknown as AttentionResult;
const head: MapSource = { kind: 'head', site: 1, head: 0 };
const mean: MapSource = { kind: 'mean', heads: sites.flatMap(({ index }) => [0, 1].map((each) => ({ site: index, head: each }))) };

it.each([
  ['model.py', head, 'csv', 'model.py.layer-1-head-0.csv'],
  ['model.py', mean, 'npy', 'model.py.mean-of-all-4-heads.npy'],
  ['model.py', null, 'svg', 'model.py.heads.svg'],
  ['model.py', head, 'html', 'model.py.attention.html'],
  ['notes.ipynb, cell 2', null, 'png', 'notes.ipynb, cell 2.heads.png'],
  ['a/b\\c:d*"<>|?', null, 'png', 'a-b-c-d-.heads.png'],
] as const)('%s, %j as %s is %s', (title, map, format, name) => {
  expect(exportName(of(title), map, format)).toBe(name);
});

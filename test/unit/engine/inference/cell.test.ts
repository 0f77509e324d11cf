import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { scoreVariance } from '../../../../src/maths/attention/scoreVariance.ts';
import { softmaxJacobianNorm } from '../../../../src/maths/attention/softmaxJacobian.ts';
import type { AttentionCell } from '../../../../src/protocol/inference.ts';
import { fixtureArrays, fixtureSource, floats, settings, startService } from './support/service.ts';

vi.mock('../../../../src/maths/attention/scoreVariance.ts', { spy: true });

const folder = join(import.meta.dirname, '../../../fixtures/cell');
const [heads, length, headDim] = [2, 40, 6];
const place = { batch: 1, head: 1, query: 17, key: 5 };

async function cellOf(
  spelling: string,
  where: Partial<typeof place> = {},
): Promise<{ cell: AttentionCell; expected: (name: string, at: number[], count?: number) => Float32Array }> {
  const arrays = await fixtureArrays(`../cell/${spelling}/expected.npz`);
  const service = startService();
  await service.load({ source: { id: spelling, name: spelling, path: join(folder, spelling, 'model.onnx') }, settings });
  const run = await service.attention({ feeds: { x: arrays.get('x')! } });
  expect(run.source.kind).toBe('operands');
  const cell = await service.cell({ runId: run.runId, site: 0, ...place, ...where });
  return {
    cell,
    expected: (name, [head, row, column = 0], count = 1) => {
      const width = name === 'scores' || name === 'logits' || name === 'weights' ? length : headDim;
      const start = ((place.batch * heads + head!) * length + row!) * width + column;
      return floats(arrays.get(name)).slice(start, start + count);
    },
  };
}

const close = (actual: ArrayLike<number> | null, expected: ArrayLike<number>): void => {
  expect(actual).toHaveLength(expected.length);
  Array.from(expected).forEach((value, index) => expect(actual![index]).toBeCloseTo(value, 4));
};

describe.each([
  ['scaled', ['scale', 'add']],
  ['prescaled', ['select']],
  ['capped', ['scale', 'cap', 'add']],
] as const)('a cell of %s attention', (spelling, kinds) => {
  it('has the vectors, numbers and steps of PyTorch', async () => {
    const { cell, expected } = await cellOf(spelling);
    const { head, query, key } = place;
    close(cell.queryVector, expected('queries', [head, query], headDim));
    close(cell.keyVector, expected('keys', [head, key], headDim));
    close(cell.valueVector, expected('values', [head, key], headDim));
    close(cell.output, expected('output', [head, query], headDim));
    close([cell.run.score], expected('scores', [head, query, key]));
    close([cell.run.logit], expected('logits', [head, query, key]));
    close([cell.run.weight], expected('weights', [head, query, key]));
    expect(cell.steps.map(({ kind }) => kind)).toEqual(kinds);
    // Nodes may be fused where nothing is read between them.
    expect(cell.steps.at(-1)!.after).toBeCloseTo(cell.run.logit, 5);
    expect(cell.steps[0]!.before).toBe(cell.run.score);
    if (spelling === 'capped') expect(cell.steps[1]).toMatchObject({ cap: 5 });
    if (spelling === 'scaled') expect((cell.steps[0] as { factor: number }).factor).toBeCloseTo(headDim ** -0.5, 6);
  });

  it('is the same in double precision, to the run and to PyTorch', async () => {
    const { cell, expected } = await cellOf(spelling);
    const { head, query, key } = place;
    const { computed } = cell;
    if (!computed) throw new Error('nothing was computed');
    expect(computed.weightResidual).toBeLessThan(1e-6);
    expect(computed.outputResidual).toBeLessThan(1e-5);
    close([computed.score], expected('scores', [head, query, key]));
    close([computed.weight], expected('weights', [head, query, key]));
    close(computed.output, expected('output', [head, query], headDim));
    expect(computed.jacobianNorm).toBeCloseTo(softmaxJacobianNorm(expected('weights', [head, query], length)), 5);
    expect(computed.jacobianNorm).toBeLessThanOrEqual(0.5);
    expect(computed.jacobianResidual).toBeLessThan(1e-6);
    expect(Math.exp(computed.logit - computed.maximum) / computed.denominator).toBeCloseTo(computed.weight, 12);
  });

  it('is masked behind the query', async () => {
    const { cell } = await cellOf(spelling, { key: 30 });
    expect(cell.run.weight).toBe(0);
    expect(cell.computed?.weight).toBe(0);
    expect(cell.run.logit).toBeLessThan(-1e30);
    expect(cell.steps.at(-1)).toMatchObject(spelling === 'prescaled' ? { kind: 'select', masked: true } : { kind: 'add' });
  });

  it('knows the variance of all products of its head', async () => {
    const { cell, expected } = await cellOf(spelling);
    const scores = Array.from({ length }, (_, row) => [...expected('scores', [place.head, row], length)]).flat();
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length;
    expect(cell.variance.total / variance).toBeCloseTo(1, 4);
    expect(cell.variance.trace + cell.variance.queryMean + cell.variance.keyMean).toBeCloseTo(cell.variance.total, 6);
    expect(cell.variance.headDim).toBe(headDim);
  });
});

it('works out what is the same for all cells of a head once, while it is at that head', async () => {
  const arrays = await fixtureArrays('../cell/scaled/expected.npz');
  const service = startService();
  await service.load({ source: { id: 'scaled', name: 'scaled', path: join(folder, 'scaled/model.onnx') }, settings });
  const x = arrays.get('x')!;
  const [first, second] = [
    await service.attention({ feeds: { x } }),
    await service.attention({ feeds: { x: { ...x, data: new Uint8Array(floats(x).map((value) => 2 * value).buffer) } } }),
  ];
  const cell = (where: Partial<typeof place>, run = first) => service.cell({ runId: run.runId, site: 0, ...place, ...where });
  const before = vi.mocked(scoreVariance).mock.calls.length;
  const workedOut = () => vi.mocked(scoreVariance).mock.calls.length - before;
  const one = await cell({});
  const other = await cell({ query: 20, key: 6 });
  expect(workedOut()).toBe(1);
  expect(other.variance).toEqual(one.variance);
  expect(other.queryVector).not.toEqual(one.queryVector);
  expect((await cell({ head: 0 })).variance).not.toEqual(one.variance);
  expect((await cell({ batch: 0 })).variance).not.toEqual(one.variance);
  expect(workedOut()).toBe(3);
  expect((await cell({}, second)).variance.total).toBeGreaterThan(2 * one.variance.total);
  expect(await cell({})).toEqual(one);
});

it('says why where the weights alone are kept', async () => {
  const service = startService();
  await service.load({ source: fixtureSource('biased'), settings });
  const run = await service.attention({ feeds: Object.fromEntries(await fixtureArrays('biased/feeds.npz')) });
  await expect(service.cell({ runId: run.runId, site: 0, head: 0, query: 0, key: 0 })).rejects.toMatchObject({
    code: 'no-operands',
    message: expect.stringContaining('kept whole') as unknown,
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sdpa } from '../../../../src/formulas/attention.ts';
import type { AttentionCell, ScoreStep } from '../../../../src/protocol/inference.ts';
import { foldSteps, sdpaContent, termPlace } from '../../../../webview/attention/formula.ts';

const at = { index: 3, text: ' x' };
const cell = (given: Partial<AttentionCell> = {}): AttentionCell => ({
  queryVector: Float32Array.of(1, 2, 3, 4),
  keyVector: Float32Array.of(4, 3, 2, 1),
  valueVector: Float32Array.of(1, -1),
  output: Float32Array.of(0.5, -0.5),
  steps: [{ kind: 'scale', factor: 0.5, before: 20, after: 10 }],
  run: { score: 20, logit: 10, weight: 0.25 },
  computed: {
    ...{ score: 20, logit: 10, maximum: 11, denominator: 2, weight: 0.25, output: null, jacobianNorm: 0.375 },
    ...{ weightResidual: 1e-8, outputResidual: null, jacobianResidual: 2e-8 },
  },
  variance: { total: 6, trace: 3, queryMean: 2, keyMean: 1, headDim: 4 },
  ...given,
});
const valuesOf = (given?: Partial<AttentionCell>) => sdpaContent(cell(given), at, at, new Set()).values;
const finite = fc.double({ min: -100, max: 100, noNaN: true });

describe('the steps on the way to the softmax', () => {
  it('come to one factor and one number added, whatever their order', () => {
    const step = fc.oneof(
      finite.map((factor) => ({ kind: 'scale', factor }) as const),
      finite.map((value) => ({ kind: 'add', value }) as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 5 }), finite, (steps, score) => {
        let logit = score;
        // What rounding can take away is measured by the largest number on the way.
        let size = Math.abs(score) + 1;
        for (const one of steps) {
          logit = one.kind === 'scale' ? logit * one.factor : logit + one.value;
          size = one.kind === 'scale' ? size * (Math.abs(one.factor) + 1) : size + Math.abs(one.value);
        }
        const { scale, mask, regular } = foldSteps(steps.map((one) => ({ ...one, before: 0, after: 0 })));
        expect(regular).toBe(true);
        expect(Math.abs((scale ?? 1) * score + mask - logit)).toBeLessThanOrEqual(1e-12 * size);
      }),
    );
  });

  it('are told one by one where the formula has no place for one', () => {
    const steps: ScoreStep[] = [
      { kind: 'scale', factor: 0.5, before: 20, after: 10 },
      { kind: 'cap', cap: 50, before: 10, after: 9.8688 },
      { kind: 'add', value: -1, before: 9.8688, after: 8.8688 },
    ];
    expect(foldSteps(steps)).toEqual({ scale: 0.5, mask: -1, masked: false, regular: false });
    const { notes, residual } = sdpaContent(cell({ steps, computed: null }), at, at, new Set());
    expect(notes?.[0]).toContain('× 0.5000 gives 10, the soft cap 50 · tanh(x / 50) gives 9.869, + −1 gives 8.869.');
    expect(residual).toMatchObject({ sentence: expect.stringContaining('Not checked') as unknown });
  });
});

describe('the content for a cell', () => {
  it('has a value for every term of the formula, from the run where the run has it', () => {
    const values = valuesOf();
    expect(new Set(values.keys())).toEqual(new Set(sdpa.terms.map(({ id }) => id)));
    const numbers = Object.fromEntries([...values].flatMap(([id, value]) => (value.kind === 'number' ? [[id, value.value]] : [])));
    expect(numbers).toEqual({
      score: 20,
      scale: 0.5,
      mask: 0,
      logit: 10,
      maximum: 11,
      denominator: 2,
      weight: 0.25,
      variance: 6,
      varianceTrace: 3,
      varianceQueryMean: 2,
      varianceKeyMean: 1,
      headDim: 4,
      slope: 0.1875,
      jacobianNorm: 0.375,
      jacobianSlack: 0.125,
    });
    expect(values.get('scale')?.note).toBeUndefined();
    expect(values.get('query')).toEqual({ kind: 'vector', values: Float32Array.of(1, 2, 3, 4) });
  });

  it('says where the scale is, if it is not behind the product, and what it would usually be', () => {
    expect(valuesOf({ steps: [] }).get('scale')).toMatchObject({
      kind: 'number',
      value: 1,
      note: expect.stringContaining('already in q and k') as string,
    });
    const own = valuesOf({ steps: [{ kind: 'scale', factor: 0.1, before: 20, after: 2 }] }).get('scale');
    expect(own).toMatchObject({ value: 0.1, note: expect.stringContaining('1/√4 is 0.5000') as string });
  });

  it.each<ScoreStep>([
    { kind: 'select', masked: true, before: 20, after: -Infinity },
    { kind: 'add', value: -Infinity, before: 20, after: -Infinity },
  ])('says that a cell is masked: $kind', (step) => {
    expect(valuesOf({ steps: [step] }).get('mask')).toEqual({ kind: 'masked' });
  });

  it('says what is not known, and why', () => {
    const values = valuesOf({ valueVector: null, output: null, computed: null });
    for (const term of ['value', 'output', 'maximum', 'denominator', 'jacobianNorm', 'jacobianSlack'])
      expect(values.get(term), term).toMatchObject({ kind: 'absent' });
  });

  it('names both tokens, and places every term that is of this cell, its row or its column', () => {
    const { indices } = sdpaContent(cell(), { index: 12, text: '  if' }, { index: 3, text: null }, new Set());
    expect(indices).toEqual([
      { symbol: 'i', name: 'query 12', token: '··if' },
      { symbol: 'j', name: 'key 3', token: null },
    ]);
    const ids = sdpa.terms.map(({ id }) => id);
    expect(ids.filter((id) => !(id in termPlace))).toEqual([
      'variance',
      'varianceTrace',
      'varianceQueryMean',
      'varianceKeyMean',
      'headDim',
    ]);
    expect([termPlace['query'], termPlace['output'], termPlace['denominator']]).toEqual(['row', 'row', 'row']);
    expect([termPlace['key'], termPlace['value']]).toEqual(['column', 'column']);
  });
});

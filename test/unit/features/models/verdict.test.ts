import { describe, expect, it } from 'vitest';
import { verdictOn } from '../../../../src/features/models/verdict.ts';
import type { LoadedModel, ModelSource } from '../../../../src/protocol/inference.ts';

const source: ModelSource = { id: '/m/gpt.onnx', name: 'gpt.onnx', path: '/m/gpt.onnx' };
const sites = (layers: number[]): LoadedModel['sites'] =>
  layers.map((layer, index) => ({ index, layer, name: `softmax_${index}`, kind: 'self' }));
const loaded = (change: Partial<LoadedModel>): LoadedModel => ({
  inputs: [],
  outputs: [],
  parameters: 124_439_808,
  sites: sites([0, 1, 2]),
  uncovered: [],
  hasTokenizer: true,
  context: 1024,
  provider: { requested: 'auto', used: 'cpu', engineVersion: '1' },
  loadMs: 1,
  ...change,
});

describe('verdictOn', () => {
  it('sums up what was found', () => {
    expect(verdictOn(source, loaded({}))).toMatchObject({
      usable: true,
      summary: '3 attention layers, 124M parameters, context 1,024',
    });
    expect(verdictOn(source, loaded({ sites: sites([0, 0, 1]), context: null, parameters: 1_400_000 }))).toMatchObject({
      usable: true,
      summary: '3 attention sites in 2 layers, 1.4M parameters',
    });
  });

  it('names attention that is not covered, also beside some that is', () => {
    const uncovered = ['com.microsoft.MultiHeadAttention (12 nodes)'];
    expect(verdictOn(source, loaded({ uncovered })).message).toContain('com.microsoft.MultiHeadAttention (12 nodes)');
    const refused = verdictOn(source, loaded({ sites: [], uncovered }));
    expect(refused.usable).toBe(false);
    expect(refused.message).toContain('com.microsoft.MultiHeadAttention (12 nodes)');
  });

  it('refuses a file without attention or without a tokenizer, and says what to do', () => {
    expect(verdictOn(source, loaded({ sites: [] }))).toMatchObject({
      usable: false,
      message: expect.stringContaining('gpt.onnx') as string,
    });
    expect(verdictOn(source, loaded({ hasTokenizer: false }))).toMatchObject({
      usable: false,
      message: expect.stringMatching(/tokenizer\.json into \/m /) as string,
    });
  });
});

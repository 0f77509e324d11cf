import { describe, expect, it } from 'vitest';
import { findAttention } from '../../../../src/onnx/attention/find.ts';
import { graphFlow } from '../../../../src/onnx/flow.ts';
import { readModel } from '../../../../src/onnx/model.ts';
import { expected, fixtureBytes, fixtureNames } from '../fixtures.ts';

describe.each(fixtureNames)('%s', (name) => {
  const model = readModel(fixtureBytes(name));
  const found = findAttention(model);

  it('has just the sites that the model has, in order, numbered and told apart', () => {
    expect(found.sites.map(({ kind, layer }) => ({ kind, layer }))).toEqual(expected[name]?.sites);
    expect(found.uncovered).toEqual(expected[name]?.uncovered);
  });

  it('names each site by its softmax', () => {
    const names = found.sites.map((site) => site.name);
    expect(new Set(names).size).toBe(names.length);
    for (const site of found.sites) expect([site.softmax.name, ...site.softmax.outputs]).toContain(site.name);
  });

  it('taps nothing between the scores and the weights', () => {
    const { producers } = graphFlow(model.graph);
    for (const site of found.sites) {
      for (const { tensor } of site.operands) {
        expect(tensor).not.toBe(site.logits);
        expect(producers.get(tensor)).not.toBe(site.scoreProduct);
      }
      expect(site.operands.map((operand) => operand.role)).toEqual(expect.arrayContaining(['query', 'key', 'value']));
      expect(site.valueProduct.inputs).toContain(site.operands.find((operand) => operand.role === 'value')?.tensor);
    }
  });
});

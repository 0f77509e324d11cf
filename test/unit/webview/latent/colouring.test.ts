import { describe, expect, it } from 'vitest';
import type { EncodedData } from '../../../../src/protocol/vae.ts';
import { coloured, colouringsOf, groupsOf } from '../../../../webview/latent/colouring.ts';
import type { ItemNumbers, WholeData } from '../../../../webview/latent/encodedData.ts';

const count = 300;
const numbers: ItemNumbers = {
  elbo: Float32Array.from({ length: count }, (_, at) => -at),
  reconstruction: Float32Array.from({ length: count }, (_, at) => -at / 2),
  kl: Float32Array.from({ length: count }, (_, at) => at / 2),
  error: new Float32Array(count).fill(0.25),
};
const label = (name: string, names: readonly string[], values: Uint8Array | Uint16Array | Uint32Array) => ({ name, names, values });
const abc = label(
  'character',
  ['A', 'B', 'c'],
  Uint8Array.from({ length: count }, (_, at) => at % 3),
);
function data(labels: EncodedData['labels'], own: ItemNumbers = numbers): WholeData {
  const summary: EncodedData = {
    ...{ runId: 'r', name: 'd', count, labels, notices: [], elbo: null, reconstruction: null, kl: null, withoutNats: null },
    ...{ dimensions: null, active: null, collapsed: null, sensitivity: new Float64Array(2), runMs: 1 },
    recipe: { sha256: {}, request: { path: '/d', draws: 1, seed: 1 }, data: '' },
  };
  return { summary, means: new Float32Array(2 * count), numbers: own };
}
const withoutNats: ItemNumbers = { elbo: null, reconstruction: null, kl: null, error: numbers.error };

describe('colouringsOf', () => {
  it('has every label and every number that the model gives', () => {
    expect(colouringsOf(data([abc]).summary, numbers).map(({ name }) => name)).toEqual([
      ...['character', 'ELBO (nats)', 'reconstruction, log p(x|z) (nats)', 'KL to the prior (nats)'],
      'squared error of the reconstruction',
    ]);
    expect(colouringsOf(data([]).summary, withoutNats)).toEqual([
      { colouring: { by: 'error' }, name: 'squared error of the reconstruction' },
    ]);
  });
});

describe('groupsOf', () => {
  it('parts digits, capitals and small letters that follow each other', () => {
    expect(groupsOf([...'ABCabc01'])).toEqual([3, 3, 2]);
    expect(groupsOf([...'0123456789'])).toEqual([10]);
  });
  it('is the number of names where they are something else, or by turns', () => {
    expect(groupsOf(['A', 'serif'])).toBe(2);
    expect(groupsOf([...'AaBb'])).toBe(4);
    expect(groupsOf([...'AÄ'])).toBe(2);
    expect(groupsOf(['10', '11'])).toBe(2);
  });
});

describe('coloured', () => {
  it('gives classes their names and groups', () => {
    const found = coloured(data([abc]), { by: 'label', label: 'character' });
    expect(found).toMatchObject({ kind: 'classes', names: ['A', 'B', 'c'], groups: [2, 1] });
    expect(found.colour).toMatchObject({ kind: 'classes', classes: abc.values, count: [2, 1] });
  });

  it('takes the first label where the one that is kept is not there any more, the error where there is none', () => {
    expect(coloured(data([abc]), { by: 'label', label: 'gone' })).toMatchObject({ kind: 'classes', names: ['A', 'B', 'c'] });
    expect(coloured(data([]), { by: 'label', label: 'gone' })).toMatchObject({
      kind: 'values',
      name: 'squared error of the reconstruction',
    });
  });

  it.each(['elbo', 'reconstruction', 'kl'] as const)('shows no %s of a model that gives none', (by) => {
    expect(coloured(data([abc], withoutNats), { by })).toMatchObject({ kind: 'classes', names: ['A', 'B', 'c'] });
    expect(coloured(data([], withoutNats), { by })).toMatchObject({ kind: 'values', name: 'squared error of the reconstruction' });
  });

  it('leaves a hundredth at each end of the scale to the last colours', () => {
    const found = coloured(data([]), { by: 'kl' });
    expect(found).toMatchObject({ kind: 'values', range: [1.5, 148], name: 'KL to the prior (nats)' });
  });

  it('has a scale with a width also of values that are all one, and of none', () => {
    expect(coloured(data([]), { by: 'error' })).toMatchObject({ range: [-0.25, 0.75] });
    const lost = new Float32Array(count).fill(NaN);
    lost[3] = Infinity;
    expect(coloured(data([], { ...numbers, error: lost }), { by: 'error' })).toMatchObject({ range: [0, 1] });
    expect(coloured(data([], { ...numbers, error: new Float32Array(0) }), { by: 'error' })).toMatchObject({ range: [0, 1] });
  });

  it('leaves values that are no numbers out of the scale', () => {
    const kl = Float32Array.from({ length: count }, (_, at) => (at % 2 === 0 ? NaN : at));
    const found = coloured(data([], { ...numbers, kl }), { by: 'kl' });
    expect(found).toMatchObject({ range: [3, 297] });
  });

  it('has a place for every class of more than 65,535', () => {
    const names = Array.from({ length: 70_000 }, (_, at) => `c${at}`);
    const values = Uint32Array.from({ length: count }, (_, at) => 69_999 - at);
    const { colour } = coloured(data([label('many', names, values)]), { by: 'label', label: 'many' });
    expect(colour.kind === 'classes' && [...colour.classes].every((each) => each < 0xffff)).toBe(true);
  });
});

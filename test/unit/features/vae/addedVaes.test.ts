import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type * as vscode from 'vscode';
import { addedVaes, idOf, parseAddedVaes, sourceOfAdded, titleOf, type AddedVae } from '../../../../src/features/vae/addedVaes.ts';
import { partsOf, wrongNumber } from '../../../../src/features/models/questions.ts';

const files: AddedVae = {
  ...{ place: { kind: 'files', decoder: '/m/faces/decoder.onnx', encoder: '/m/faces/encoder.onnx' }, answers: { range: '-1..1' } },
  summary: '2 latent dimensions',
};
const folder: AddedVae = { place: { kind: 'folder', folder: '/m/digits' }, answers: {}, summary: '16 latent dimensions' };

/** Keeps values as JSON, as the editor does. */
function memento(value?: unknown): vscode.Memento {
  const kept = new Map<string, string>(value === undefined ? [] : [['genlens.addedVaes', JSON.stringify(value)]]);
  return {
    keys: () => [...kept.keys()],
    get: (key: string) => (kept.has(key) ? (JSON.parse(kept.get(key)!) as unknown) : undefined),
    update: (key: string, given: unknown) => Promise.resolve(void kept.set(key, JSON.stringify(given))),
  } as vscode.Memento;
}

describe('VAEs that were added', () => {
  it('are kept as they were, once for a place, until they are removed', async () => {
    const store = memento();
    const added = addedVaes(store);
    let changes = 0;
    added.onDidChange(() => changes++);
    await added.add(files);
    await added.add(folder);
    expect(addedVaes(store).list()).toEqual([files, folder]);
    const other = { ...files, answers: { range: '0..1' } };
    await added.add(other);
    expect(added.list()).toEqual([folder, other]);
    await added.remove(idOf(other.place));
    expect(addedVaes(store).list()).toEqual([folder]);
    await added.remove('/nothing');
    expect(changes).toBe(5);
  });

  it('are called by their file, or by its folder where every export is called so', () => {
    expect(titleOf(files.place)).toBe('faces');
    expect(titleOf(folder.place)).toBe('digits');
    expect(titleOf({ kind: 'files', decoder: '/m/celeba64.onnx', encoder: null })).toBe('celeba64.onnx');
  });

  it('become sources with their answers', async () => {
    expect(await sourceOfAdded(files)).toMatchObject({
      ...{ id: '/m/faces/decoder.onnx', name: 'faces', decoder: '/m/faces/decoder.onnx', encoder: '/m/faces/encoder.onnx' },
      answers: { range: '-1..1' },
    });
    expect(await sourceOfAdded({ ...files, place: { kind: 'files', decoder: '/m/d.onnx', encoder: null } })).not.toHaveProperty('encoder');
    await expect(sourceOfAdded(folder)).rejects.toMatchObject({ code: 'manifest-invalid' });
  });

  it('are read one by one: what is damaged is left out, whatever it is', () => {
    const damaged = [
      { ...files, place: { kind: 'files', decoder: 'relative.onnx', encoder: null } },
      { ...files, answers: { range: 3 } },
      { place: files.place },
      ...[null, 'text', 7, [files]],
    ];
    expect(parseAddedVaes([...damaged, files, folder])).toEqual([files, folder]);
    fc.assert(
      fc.property(fc.anything(), (value) => {
        for (const { place, answers, summary } of parseAddedVaes([value, ...(Array.isArray(value) ? (value as unknown[]) : [])])) {
          expect(idOf(place)).toMatch(/^\//);
          expect([typeof answers, typeof summary]).toEqual(['object', 'string']);
        }
      }),
    );
    for (const none of [undefined, {}, 'x']) expect(parseAddedVaes(none)).toEqual([]);
  });
});

describe('a question', () => {
  it('is told apart from what is told beside it', () => {
    const question = (text: string) => ({ id: 'a', text, options: [], likely: null, needed: true });
    expect(partsOf(question('Which? z has 2 numbers.'))).toEqual({ question: 'Which?', told: 'z has 2 numbers.' });
    expect(partsOf(question('Items are 64 numbers. Are they pictures?'))).toEqual({
      question: 'Items are 64 numbers. Are they pictures?',
      told: null,
    });
  });

  it('takes numbers above 0 alone where it takes numbers', () => {
    for (const good of ['0.25', ' 1e-3 ', '7']) expect(wrongNumber(good)).toBeUndefined();
    for (const bad of ['0', '-1', 'a', '1,5', 'Infinity', 'NaN']) expect(wrongNumber(bad)).toContain(`“${bad}”`);
    expect(wrongNumber('  ')).toBeDefined();
  });
});

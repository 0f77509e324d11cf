import { describe, expect, it } from 'vitest';
import { addedGans, idOf, parseAddedGans, titleOf, type AddedGan } from '../../../../src/features/gan/addedGans.ts';
import { flawOf, ganVerdict } from '../../../../src/features/gan/ganVerdict.ts';
import { loaded, sourceOf, startGan } from '../../engine/inference/gan/support.ts';
import { settings } from '../../engine/inference/support/service.ts';
import type * as vscode from 'vscode';

const files: AddedGan = {
  place: { kind: 'files', generator: '/m/faces/generator.onnx', discriminator: null },
  ...{ answers: { prior: 'normal' }, summary: 'z of 64 numbers' },
};
const folder: AddedGan = { place: { kind: 'folder', folder: '/m/own' }, answers: {}, summary: 'x' };

function memento(): vscode.Memento {
  const kept = new Map<string, unknown>();
  return {
    keys: () => [...kept.keys()],
    get: (key: string) => kept.get(key),
    update: (key: string, value: unknown) => Promise.resolve(void kept.set(key, value)),
  };
}

describe('GANs that were added', () => {
  it('are kept, one of a place, until they are removed', async () => {
    const added = addedGans(memento());
    let changes = 0;
    added.onDidChange(() => changes++);
    await added.add(files);
    await added.add(folder);
    await added.add({ ...files, summary: 'again' });
    expect(added.list().map(({ summary }) => summary)).toEqual(['x', 'again']);
    await added.remove(idOf(folder.place));
    expect(added.list()).toHaveLength(1);
    expect(changes).toBe(4);
  });

  it('that were damaged, or are another version’s, are left out', () => {
    const bad = [
      null,
      {},
      { ...files, place: { kind: 'files', generator: 'relative.onnx', discriminator: null } },
      { ...files, answers: { a: 1 } },
    ];
    expect(parseAddedGans([...bad, files])).toEqual([files]);
    expect(parseAddedGans('none')).toEqual([]);
  });

  it('are called by their files, or by their folders where these say no more', () => {
    expect(titleOf(files.place)).toBe('faces');
    expect(titleOf({ kind: 'files', generator: '/m/faces/dcgan.onnx', discriminator: null })).toBe('dcgan.onnx');
    expect(titleOf(folder.place)).toBe('own');
  });
});

describe('what is said of one', () => {
  it('names what it takes and gives, and what is left out', async () => {
    const { model } = await loaded(sourceOf('numbered/generator.onnx', 'numbered/discriminator.onnx', { prior: 'normal', range: '-1..1' }));
    expect(ganVerdict('numbered', model).message).toBe(
      'numbered was added: z of 4 numbers, 3 classes, pictures of 8 x 8 (grey), 588 parameters.',
    );
    const alone = await loaded(sourceOf('alone/netG.onnx', null, { prior: 'normal', range: '0..1' }));
    expect(ganVerdict('alone', alone.model).message).toMatch(/no discriminator\. Without a discriminator there are no scores\.$/);
  });

  it('refuses weights that are no numbers before anything is asked', async () => {
    const inspection = await startGan().inspect({ source: sourceOf('broken/generator.onnx', null), settings });
    expect(flawOf(inspection)).toMatch(/the output x gave NaN/);
  });
});

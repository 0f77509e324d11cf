import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addedPipelines, parseAddedPipelines, titleOf, type AddedPipeline } from '../../../../src/features/pipelines/addedPipelines.ts';
import { pipelineVerdict } from '../../../../src/features/pipelines/pipelineVerdict.ts';
import { sourceOfDiffusersFolder } from '../../../../src/models/diffusion/source.ts';
import { folder, loaded } from '../../engine/inference/diffusion/support.ts';
import type * as vscode from 'vscode';

const own: AddedPipeline = { folder: '/m/small-dit', files: ['/m/small-dit/transformer/model.onnx'], summary: 'told nothing' };

function memento(): vscode.Memento {
  const kept = new Map<string, unknown>();
  return {
    keys: () => [...kept.keys()],
    get: (key: string) => kept.get(key),
    update: (key: string, value: unknown) => Promise.resolve(void kept.set(key, value)),
  };
}

describe('diffusion models that were added', () => {
  it('are kept, one of a folder, until they are removed', async () => {
    const added = addedPipelines(memento());
    let changes = 0;
    added.onDidChange(() => changes++);
    await added.add(own);
    await added.add({ ...own, folder: '/m/other' });
    await added.add({ ...own, summary: 'again' });
    expect(added.list().map(({ summary }) => summary)).toEqual(['told nothing', 'again']);
    expect(titleOf(added.find('/m/small-dit')!)).toBe('small-dit');
    await added.remove('/m/other');
    expect(added.list()).toEqual([{ ...own, summary: 'again' }]);
    expect(changes).toBe(4);
  });

  it('that were damaged, or are another version’s, are left out', () => {
    const bad = [null, {}, { ...own, folder: 'relative' }, { ...own, files: ['model.onnx'] }, { ...own, summary: 1 }];
    expect(parseAddedPipelines([...bad, own])).toEqual([own]);
    expect(parseAddedPipelines('none')).toEqual([]);
  });
});

describe('what is said of one', () => {
  const messageOf = async (name: string): Promise<string> =>
    pipelineVerdict(name, (await loaded(sourceOfDiffusersFolder(join(folder, name)))).model).message;

  it('names what it is told and gives, its sampler, and what is left out', async () => {
    expect(await messageOf('unconditional')).toBe(
      'unconditional was added: told nothing, pictures of 12 x 8 (3 channels), sampler ddpm, 45K parameters. ' +
        'There is no guidance: The model is told nothing that samples could be guided by.',
    );
    expect(await messageOf('classes')).toMatch(
      /^classes was added: told one of 1,000 classes, pictures of \d+ x \d+ \(.*\) from latents of \d+ x \d+ x \d+, sampler/,
    );
    expect(await messageOf('text')).toMatch(/^text was added: told a text of \d+ tokens at most, .* from latents of /);
  });
});

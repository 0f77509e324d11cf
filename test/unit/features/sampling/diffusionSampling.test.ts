import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DiffusionModels } from '../../../../src/features/pipelines/diffusionModels.ts';
import { diffusionFacts, diffusionNumbers, keptSide, sampleDiffusion } from '../../../../src/features/sampling/diffusionSampling.ts';
import { readNpy } from '../../../../src/formats/npy.ts';
import { levelsOf } from '../../../../src/maths/levels.ts';
import { requestOf } from '../../../../src/models/diffusion/request.ts';
import { sourceOfDiffusersFolder } from '../../../../src/models/diffusion/source.ts';
import type { DiffusionSettings, DiffusionSource } from '../../../../src/protocol/diffusion.ts';
import { firstDiffusion, type DiffusionPictureRun, type DiffusionStage } from '../../../../src/protocol/sampling.ts';
import { bundled, folder, loaded, sampled, type Started } from '../../engine/inference/diffusion/support.ts';

interface Held {
  models: DiffusionModels;
  service: Started;
  released: string[];
}

/** A list of models with one, in this process. */
async function holding(source: DiffusionSource): Promise<Held> {
  const { service, model } = await loaded(source);
  const released: string[] = [];
  const release = async (params: { runId: string }): Promise<void> => {
    released.push(params.runId);
    await service.release(params);
  };
  const client = { ...service, load: () => Promise.resolve(model), release };
  return { models: { client: () => Promise.resolve(client) } as unknown as DiffusionModels, service, released };
}

const settings: DiffusionSettings = {
  ...firstDiffusion,
  ...{ run: { steps: 4 }, guidance: 2, condition: { prompt: 'A b' }, count: 3, seed: 7 },
};
const runOf = (own: DiffusionSettings): DiffusionPictureRun => ({
  ...{ kind: 'diffusion', id: 'a', at: 0, model: 'm', settings: own, shape: null, levels: new Uint8Array(), reached: null, outcome: null },
});
const range = { low: -1, high: 1 };

describe('samples of a diffusion model', () => {
  it('are shown as each evaluation predicts them, then as they are', async () => {
    const { models, service, released } = await holding(await bundled('diffusion-glyphs'));
    const stages: DiffusionStage[] = [];
    const outcome = await sampleDiffusion(models, { model: 'm', settings, whole: false }, {}, (stage) => stages.push(stage));
    // Evaluations that come together are seen as one.
    const made = stages.map(({ evaluations }) => evaluations);
    expect(made.slice(0, -1)).toEqual([...new Set(made)].sort((a, b) => a - b));
    expect(made.slice(-2)).toEqual([4, 4]);
    expect(stages.slice(0, -1).every(({ timestep }) => timestep !== null)).toBe(true);
    expect(stages.at(-1)!.timestep).toBeNull();
    expect(outcome).toMatchObject({ evaluations: 4, sampler: 'ddim', exact: true, notices: [] });
    expect(released).toHaveLength(1);
    // The same request, with all of its tensors kept.
    const { run, trajectory } = await sampled(service, requestOf(settings));
    for (const { evaluations, levels } of stages.slice(0, -1)) {
      const { values } = await service.tensors({ runId: run.runId, tensor: 'clean', as: 'values', evaluations: [evaluations - 1] });
      expect(levels).toEqual(levelsOf(values, range));
    }
    expect(stages.at(-1)!.levels).toEqual(levelsOf(trajectory.at(-1)!, range));
    expect(stages.at(-1)!.shape).toEqual({ channels: 1, height: 28, width: 56 });
  });

  it('are float32 numbers, sample i of the seed and i', async () => {
    const { models, service } = await holding(await bundled('diffusion-glyphs'));
    const { shape, data } = readNpy(await diffusionNumbers(models, runOf(settings)));
    expect(shape).toEqual([3, 1, 28, 56]);
    const { trajectory } = await sampled(service, { ...requestOf(settings), seeds: [7, 8, 9] });
    expect(Buffer.from(data)).toEqual(Buffer.from(trajectory.at(-1)!.buffer));
  });

  it('are shown as latents in false colours on the way, and decoded at the end', async () => {
    const { models, service } = await holding(sourceOfDiffusersFolder(join(folder, 'classes')));
    const own: DiffusionSettings = { ...settings, condition: { label: 3 }, count: 2 };
    const stages: DiffusionStage[] = [];
    await sampleDiffusion(models, { model: 'm', settings: own, whole: true }, {}, (stage) => stages.push(stage));
    const { run } = await sampled(service, requestOf(own));
    const at = stages[0]!.evaluations - 1;
    const { values: clean } = await service.tensors({ runId: run.runId, tensor: 'clean', as: 'values', evaluations: [at] });
    const threeOf = (item: number): Float32Array => clean.subarray(item * 4 * 64, item * 4 * 64 + 3 * 64);
    expect(stages[0]).toMatchObject({ latents: true, shape: { channels: 3, height: 8, width: 8 } });
    expect(stages[0]!.levels).toEqual(levelsOf([...threeOf(0), ...threeOf(1)], { low: -3, high: 3 }));
    const decoded = await service.tensors({ runId: run.runId, tensor: 'x', as: 'decoded', evaluations: [4] });
    expect(stages.at(-1)).toMatchObject({ latents: false, timestep: null, shape: { channels: 3, height: 16, width: 16 } });
    expect(stages.at(-1)!.levels).toEqual(levelsOf(decoded.values, range));
    const { shape, data } = readNpy(await diffusionNumbers(models, runOf(own)));
    expect(shape).toEqual([2, 3, 16, 16]);
    expect(Buffer.from(data)).toEqual(Buffer.from(decoded.values.buffer, decoded.values.byteOffset, decoded.values.byteLength));
  });

  it('are let go of also where they cannot be read', async () => {
    const { models, released } = await holding(await bundled('diffusion-glyphs'));
    const broken = {
      client: async () => ({ ...(await models.client('m')), tensors: () => Promise.reject(new Error('gone')) }),
    } as unknown as DiffusionModels;
    await expect(sampleDiffusion(broken, { model: 'm', settings, whole: false }, {}, () => undefined)).rejects.toThrow('gone');
    expect(released).toHaveLength(1);
  });

  it('need what the model is told by, and say which setting is wrong', async () => {
    const { models } = await holding(await bundled('diffusion-glyphs'));
    const failing = (change: Partial<DiffusionSettings>): Promise<unknown> =>
      sampleDiffusion(models, { model: 'm', settings: { ...settings, ...change }, whole: false }, {}, () => undefined);
    await expect(failing({ condition: { prompt: 'A b gothic' } })).rejects.toThrow(/"gothic" is no style/);
    await expect(failing({ sampler: 'best' })).rejects.toThrow(/best/);
    await expect(failing({ options: { beta_schedul: 'linear' } })).rejects.toThrow(/beta_schedul/);
    await expect(failing({ seed: 2 ** 32 - 2 })).rejects.toThrow(
      '3 samples from seed 4294967294 on need seeds up to 4294967296; the largest is 4294967295.',
    );
  });

  it('are of a model of which there is to choose what it has', async () => {
    expect(await diffusionFacts((await holding(await bundled('diffusion-glyphs'))).models, 'm', {})).toMatchObject({
      ...{ conditioning: { kind: 'caption', styles: ['bold', 'italic', 'serif', 'mono'] }, withoutGuidance: null },
      ...{ sampler: 'ddim', mostSteps: 1_000, picture: { channels: 1, height: 28, width: 56 } },
    });
    const { picture } = await diffusionFacts((await holding(sourceOfDiffusersFolder(join(folder, 'classes')))).models, 'm', {});
    expect(picture).toEqual({ channels: 3, height: 16, width: 16 });
  });
});

describe('how large pictures are kept', () => {
  it('is as they are, unless twenty runs of them would not fit', () => {
    expect(keptSide({ channels: 1, height: 28, width: 56 }, 64)).toBe(56);
    expect(keptSide({ channels: 3, height: 512, width: 512 }, 1)).toBe(512);
    expect(keptSide({ channels: 3, height: 1_024, width: 768 }, 1)).toBe(512);
    for (const count of [9, 64, 10_000]) {
      const side = keptSide({ channels: 3, height: 768, width: 512 }, count);
      expect(count * 3 * side * Math.round((side * 512) / 768)).toBeLessThanOrEqual(1.01 * 2 * 2 ** 20);
      expect(side).toBeGreaterThan(0);
    }
  });
});

/** Samples of a diffusion model, as files. */

import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod/mini';
import type { DiffusionClient } from '../../engine/diffusionClient.ts';
import { writeNpy } from '../../formats/npy.ts';
import { requestOf as requestOfSettings } from '../../models/diffusion/request.ts';
import { diffusionFields, diffusionFieldsInWords } from '../../models/diffusion/settings.ts';
import {
  defaultDiffusion,
  type DiffusionRequest,
  type DiffusionRun,
  type DiffusionSettings,
  type LoadedDiffusion,
} from '../../protocol/diffusion.ts';
import type { SampleArguments } from '../arguments.ts';
import { withDiffusion } from '../diffusionEngine.ts';
import { about } from '../fileErrors.ts';
import { readText } from '../inputFile.ts';
import type { Terminal } from '../terminal.ts';
import { readNoise, type NoiseArray } from './noiseFile.ts';
import { readSettingsFile } from './settingsFile.ts';
import { writeFiles } from './writeFiles.ts';

const given = z.partial(z.strictObject(diffusionFields));

export async function sampleDiffusion(args: SampleArguments, terminal: Terminal): Promise<void> {
  const chosen = await readSettings(args);
  await withDiffusion(terminal, args.model, args.settings, async (client, loaded, source) => {
    const request = await requestOf(args, chosen, loaded);
    const options = { signal: terminal.signal, onProgress: (progress: Parameters<Terminal['progress']>[0]) => terminal.progress(progress) };
    const run = await client.sample(request, options);
    for (const notice of run.notices) terminal.note(notice);
    if (args.diffusion.trajectory !== undefined) await writeTrajectory(client, run, args.diffusion.trajectory, terminal);
    const report = {
      recipe: {
        model: source.id,
        ...run.recipe,
        request: withoutArrays(request, args),
        provider: loaded.provider,
        genlens: terminal.version,
      },
      ...{ sampler: run.sampler, scheduler: run.settings, conditioning: told(loaded), sizes: loaded.sizes, latent: loaded.latent },
      evaluations: Array.from(run.timesteps, (timestep, index) => ({
        index,
        timestep,
        alpha: run.alphas[index],
        sigma: run.sigmas[index],
      })),
      ...{ draws: run.draws, notices: run.notices, runMs: run.runMs, modelMs: run.modelMs },
      samples: request.seeds.map((seed, sample) => ({ sample, seed })),
    };
    const content = `${JSON.stringify(report, null, 2)}\n`;
    if (args.out !== undefined) await write(client, loaded, run, resolve(args.out), content, terminal);
    terminal.print(args.json ? content : said(source.name, chosen, request, run, args.out));
  });
}

async function readSettings({ settingsFile, count, seed, input, diffusion }: SampleArguments): Promise<DiffusionSettings> {
  const where = settingsFile ?? 'The settings';
  const own = (await readSettingsFile(settingsFile, 'diffusion')) as Partial<DiffusionSettings>;
  const { steps, sampler, guidance, label } = diffusion;
  const prompt = input === undefined ? undefined : 'text' in input ? input.text : (await readText(input.file)).trimEnd();
  const parsed = given.safeParse({
    ...own,
    ...(count !== undefined && { count }),
    ...(seed !== undefined && { seed }),
    ...(sampler !== undefined && { sampler }),
    ...(guidance !== undefined && { guidance }),
    ...(steps !== undefined && { run: { ...own.run, steps } }),
    ...((prompt !== undefined || label !== undefined) && {
      condition: { ...own.condition, ...(prompt !== undefined && { prompt }), ...(label !== undefined && { label }) },
    }),
  });
  if (parsed.success) return { ...defaultDiffusion, ...(parsed.data as Partial<DiffusionSettings>) };
  const [issue] = parsed.error.issues;
  throw new Error(`${where}: ${issue!.path.join('.') || 'the whole'} is not what it may be: ${diffusionFieldsInWords}.`);
}

/** @throws Error where a file of noise has another shape than the model's */
async function requestOf(
  { count, diffusion }: SampleArguments,
  chosen: DiffusionSettings,
  { sizes }: LoadedDiffusion,
): Promise<DiffusionRequest> {
  const { init: initPath, noise: noisePath, trajectory } = diffusion;
  const init = initPath === undefined ? undefined : await readNoise(initPath, ['batch'], sizes);
  const items = init ? init.leading[0]! : chosen.count;
  if (init && items === 0) throw new Error(`${initPath} has no items.`);
  if (init && count !== undefined && count !== items)
    throw new Error(`${initPath} has ${items} items, and --n ${count} asks for ${count}; leave --n out.`);
  const noise = noisePath === undefined ? undefined : await noiseFor(noisePath, items, sizes);
  return {
    ...requestOfSettings(chosen, items),
    ...(init && { init: init.values }),
    ...(noise && { noise: noise.values }),
    keep: trajectory === undefined ? 'sample' : 'trajectory',
  };
}

async function noiseFor(path: string, items: number, sizes: readonly number[]): Promise<NoiseArray> {
  const noise = await readNoise(path, ['k', 'batch'], sizes);
  if (noise.leading[1] === items) return noise;
  throw new Error(`${path} has noise for ${noise.leading[1]} items; ${items} are sampled.`);
}

async function writeTrajectory(client: DiffusionClient, { runId }: DiffusionRun, file: string, { signal }: Terminal): Promise<void> {
  const path = resolve(file);
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
    throw about('write', path, error);
  });
  await client.writeTrajectory({ runId, path }, { signal });
}

/** Arrays that were given are named by their files, and their content by its hash. */
function withoutArrays(request: DiffusionRequest, { diffusion }: SampleArguments): object {
  const named = (values: Float32Array | undefined, file: string | undefined): object | undefined =>
    values && {
      file,
      sha256: createHash('sha256')
        .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
        .digest('hex'),
    };
  const [init, noise] = [named(request.init, diffusion.init), named(request.noise, diffusion.noise)];
  return { ...request, ...(init && { init }), ...(noise && { noise }) };
}

/** Without names, which may be thousands. */
function told({ conditioning }: LoadedDiffusion): object {
  return conditioning.kind === 'class' ? { kind: 'class', count: conditioning.count, none: conditioning.none } : conditioning;
}

async function write(
  client: DiffusionClient,
  { latent, sizes }: LoadedDiffusion,
  { runId, timesteps, items }: DiffusionRun,
  folder: string,
  content: string,
  { signal }: Terminal,
): Promise<void> {
  const array = (values: Float32Array, shape: readonly number[]): Uint8Array =>
    writeNpy({ type: 'float32', shape, data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) });
  const read = (as: 'values' | 'decoded') => client.tensors({ runId, evaluations: [timesteps.length], tensor: 'x', as }, { signal });
  const x = await read('values');
  const files: [string, Uint8Array | string][] = [];
  if (latent) {
    const { channels, height, width, values } = await read('decoded');
    files.push(['samples.npy', array(values, [items, channels, height, width])], ['latents.npy', array(x.values, [items, ...sizes])]);
  } else files.push(['samples.npy', array(x.values, [items, ...sizes])]);
  await writeFiles(folder, [...(files as [[string, Uint8Array | string]]), ['sample.json', content]]);
}

function said(
  name: string,
  { seed, guidance, run: { steps }, condition: { prompt, label } }: DiffusionSettings,
  { seeds, init }: DiffusionRequest,
  { recipe: { exact, engineVersion }, runMs, sampler, timesteps }: DiffusionRun,
  out: string | undefined,
): string {
  const same = exact
    ? `the same bytes again on the cpu provider with the same threads and ONNX Runtime ${engineVersion}, within 1e-3 elsewhere`
    : 'the same values again within 1e-3';
  const where = out === undefined ? '' : ` in ${join(out, 'samples.npy')}`;
  const facts = [
    ...(prompt === undefined ? [] : [`"${prompt}"`]),
    ...(label === undefined ? [] : [`class ${label}`]),
    `${steps} steps of ${sampler}${timesteps.length === steps ? '' : ` (${timesteps.length} evaluations)`}`,
    ...(guidance === 1 ? [] : [`guidance ${guidance}`]),
    init ? 'from noise that was given' : seeds.length === 1 ? `seed ${seed}` : `seeds ${seed} to ${seeds.at(-1)}`,
    `${Math.round(runMs)} ms`,
  ];
  return `${name}: ${seeds.length} sample${seeds.length === 1 ? '' : 's'}${where}, ${facts.join(', ')}\nThe same seed and settings give ${same}.\n`;
}

/** Samples of a GAN, as files. */

import { join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { writeNpy } from '../../formats/npy.ts';
import { checked } from '../../models/checkedJson.ts';
import { sizeOf } from '../../models/dataset.ts';
import { ganFields, ganFieldsInWords } from '../../models/gan/settings.ts';
import type { GanRecipe, LoadedGan } from '../../protocol/gan.ts';
import type { EngineSettings } from '../../protocol/inference.ts';
import type { ModelAnswers } from '../../protocol/question.ts';
import { defaultGan, type GanSettings } from '../../protocol/sampling.ts';
import { withGan } from '../ganEngine.ts';
import type { Terminal } from '../terminal.ts';
import { readSettingsFile } from './settingsFile.ts';
import { sampledSoFar } from './soFar.ts';
import { writeFiles } from './writeFiles.ts';

export interface SampleGanArguments {
  model: string;
  /** Those of the settings where they are not given. */
  count: number | undefined;
  seed: number | undefined;
  settingsFile: string | undefined;
  /** Folder for samples.npy, z.npy, classes.npy, scores.npy and sample.json. */
  out: string | undefined;
  json: boolean;
  answers: ModelAnswers;
  settings: EngineSettings;
}

const given = z.partial(z.strictObject(ganFields));

/** What came, array by array. */
interface Sampled {
  readonly pictures: Float32Array;
  readonly places: Float32Array;
  readonly classes: Int32Array | null;
  readonly scores: Float64Array | null;
}

export async function sampleGan(args: SampleGanArguments, terminal: Terminal): Promise<void> {
  const chosen = await readSettings(args);
  await withGan(terminal, args.model, args.settings, args.answers, async (client, loaded, source) => {
    const { count, seed, first, truncation, walk, from } = chosen;
    const size = sizeOf(loaded.item);
    const sampled: Sampled = {
      pictures: new Float32Array(count * size),
      places: new Float32Array(count * loaded.latent),
      classes: loaded.classes.length > 0 ? new Int32Array(count) : null,
      scores: loaded.discriminator ? new Float64Array(count) : null,
    };
    const start = from === 'walk' ? 0 : first;
    const request = { seed, first: start, count, truncation, class: chosen.class, ...(from === 'walk' && { walk }) };
    const recipe = await client.sample(request, {
      signal: terminal.signal,
      onProgress: (progress) => terminal.progress(progress),
      onItem: (batch) => {
        const at = batch.first - start;
        sampled.pictures.set(batch.pictures, at * size);
        sampled.places.set(batch.z, at * loaded.latent);
        sampled.classes?.set(batch.classes, at);
        if (batch.scores) sampled.scores?.set(batch.scores, at);
        terminal.progress(sampledSoFar(at + batch.count, count));
      },
    });
    const report = {
      recipe: { model: source.id, ...recipe, provider: loaded.provider, genlens: terminal.version },
      ...{ latent: loaded.latent, prior: loaded.prior, item: loaded.item, classes: loaded.classes },
      samples: Array.from({ length: count }, (_, i) => ({
        sample: start + i,
        ...(sampled.classes && { class: loaded.classes[sampled.classes[i]!] }),
        ...(sampled.scores && { score: sampled.scores[i]! }),
      })),
    };
    const content = `${JSON.stringify(report, null, 2)}\n`;
    if (args.out !== undefined) await write(resolve(args.out), content, sampled, loaded);
    terminal.print(args.json ? content : said(source.name, chosen, loaded, recipe, args.out));
  });
}

async function readSettings({ settingsFile, count, seed }: SampleGanArguments): Promise<GanSettings> {
  const where = settingsFile ?? 'The settings';
  const own = (await readSettingsFile(settingsFile, 'gan')) as object;
  const asked = { ...own, ...(count !== undefined && { count }), ...(seed !== undefined && { seed }) };
  const read = checked(given, asked, where, `There are ${ganFieldsInWords}.`, (message) => new Error(message));
  return { ...defaultGan, ...(read as Partial<GanSettings>) };
}

async function write(
  folder: string,
  content: string,
  { pictures, places, classes, scores }: Sampled,
  { item, latent }: LoadedGan,
): Promise<void> {
  const sizes = item.kind === 'vector' ? [item.length] : [item.channels, item.height, item.width];
  const count = places.length / latent;
  const array = (type: string, values: Float32Array | Float64Array | Int32Array, rest: readonly number[]): Uint8Array =>
    writeNpy({ type, shape: [count, ...rest], data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) });
  await writeFiles(folder, [
    ['samples.npy', array('float32', pictures, sizes)],
    ['z.npy', array('float32', places, [latent])],
    ...(classes ? ([['classes.npy', array('int32', classes, [])]] as const) : []),
    ...(scores ? ([['scores.npy', array('float64', scores, [])]] as const) : []),
    ['sample.json', content],
  ]);
}

function said(
  name: string,
  { count, seed, first, truncation, from, walk, class: chosen }: GanSettings,
  { classes }: LoadedGan,
  { exact, runMs, engineVersion }: GanRecipe,
  out: string | undefined,
): string {
  const same = exact
    ? `the same bytes again on the cpu provider with the same threads and ONNX Runtime ${engineVersion}, within 1e-3 elsewhere`
    : 'the same values again within 1e-3';
  const where = out === undefined ? '' : ` in ${join(out, 'samples.npy')}`;
  const at = ({ seed: own, sample }: typeof walk.from): string => `sample ${sample} of seed ${own}`;
  const what = from === 'walk' ? `${count} steps of a ${walk.way} walk from ${at(walk.from)} to ${at(walk.to)}` : `${count} samples`;
  const facts = [
    ...(from === 'walk' ? [] : [`seed ${seed}`]),
    ...(from === 'prior' && first > 0 ? [`from number ${first} on`] : []),
    ...(classes.length === 0
      ? []
      : [chosen === 'each' ? (from === 'walk' ? 'class of the first end' : 'each class in turn') : `class ${classes[chosen]}`]),
    ...(truncation === null ? [] : [`numbers of z above ${truncation} in size drawn again`]),
    `${Math.round(runMs)} ms`,
  ];
  return `${name}: ${what}${where}, ${facts.join(', ')}\nThe same seed and settings give ${same}.\n`;
}

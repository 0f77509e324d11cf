/** Samples of a variational autoencoder, as files. */

import { join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { writeNpy } from '../../formats/npy.ts';
import { checked } from '../../models/checkedJson.ts';
import { sizeOf } from '../../models/dataset.ts';
import type { EngineSettings } from '../../protocol/inference.ts';
import type { ModelAnswers } from '../../protocol/question.ts';
import type { LoadedVae, SampleRecipe } from '../../protocol/vae.ts';
import type { Terminal } from '../terminal.ts';
import { withVae } from '../vaeEngine.ts';
import { readSettingsFile } from './settingsFile.ts';
import { sampledSoFar } from './soFar.ts';
import { writeFiles } from './writeFiles.ts';

z.config({ jitless: true });

export interface SamplePicturesArguments {
  model: string;
  /** Those of the settings where they are not given. */
  count: number | undefined;
  seed: number | undefined;
  settingsFile: string | undefined;
  /** Folder for samples.npy, z.npy and sample.json. */
  out: string | undefined;
  json: boolean;
  answers: ModelAnswers;
  settings: EngineSettings;
}

/** As "copy as settings" gives them; what is left out has its default. */
const pictureSettings = z.object({
  from: z._default(z.literal('prior'), 'prior'),
  temperature: z._default(z.number().check(z.gte(0), z.lte(10)), 1),
  count: z._default(z.int().check(z.gte(1), z.lte(100_000)), 36),
  seed: z._default(z.int().check(z.gte(0), z.lte(2 ** 32 - 1)), 1),
});

type PictureSettings = z.infer<typeof pictureSettings>;

export async function samplePictures(args: SamplePicturesArguments, terminal: Terminal): Promise<void> {
  const chosen = await readSettings(args);
  await withVae(terminal, args.model, args.settings, args.answers, async (client, loaded, source) => {
    const size = sizeOf(loaded.item);
    const pictures = new Float32Array(chosen.count * size);
    const places = new Float32Array(chosen.count * loaded.latent);
    const { seed, count, temperature } = chosen;
    const recipe = await client.sample(
      { seed, first: 0, count, temperature },
      {
        signal: terminal.signal,
        onProgress: (progress) => terminal.progress(progress),
        onItem: (batch) => {
          pictures.set(batch.pictures, batch.first * size);
          places.set(batch.z, batch.first * loaded.latent);
          terminal.progress(sampledSoFar(batch.first + batch.count, count));
        },
      },
    );
    const report = {
      recipe: { model: source.id, ...recipe, provider: loaded.provider, genlens: terminal.version },
      latent: loaded.latent,
      item: loaded.item,
    };
    const content = `${JSON.stringify(report, null, 2)}\n`;
    if (args.out !== undefined) await write(resolve(args.out), content, { pictures, places, loaded });
    terminal.print(args.json ? content : said(source.name, chosen, recipe, args.out));
  });
}

async function readSettings({ settingsFile, count, seed }: SamplePicturesArguments): Promise<PictureSettings> {
  const where = settingsFile ?? 'The settings';
  const own = await readSettingsFile(settingsFile, 'pictures');
  const asked = { ...(own as object), ...(count !== undefined && { count }), ...(seed !== undefined && { seed }) };
  const advice = `There are from "prior"; temperature 0 to 10; count 1 to 100000; seed 0 to ${2 ** 32 - 1}.`;
  return checked(pictureSettings, asked, where, advice, (message) => new Error(message));
}

async function write(
  folder: string,
  content: string,
  { pictures, places, loaded }: { pictures: Float32Array; places: Float32Array; loaded: LoadedVae },
): Promise<void> {
  const { item, latent } = loaded;
  const sizes = item.kind === 'vector' ? [item.length] : [item.channels, item.height, item.width];
  const array = (values: Float32Array, rest: readonly number[]): Uint8Array =>
    writeNpy({
      type: 'float32',
      shape: [places.length / latent, ...rest],
      data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    });
  await writeFiles(folder, [
    ['samples.npy', array(pictures, sizes)],
    ['z.npy', array(places, [latent])],
    ['sample.json', content],
  ]);
}

function said(
  name: string,
  { count, seed, temperature }: PictureSettings,
  { exact, runMs, engineVersion }: SampleRecipe,
  out: string | undefined,
): string {
  const same = exact
    ? `the same bytes again on the cpu provider with the same threads and ONNX Runtime ${engineVersion}, within 1e-3 elsewhere`
    : 'the same values again within 1e-3';
  const where = out === undefined ? '' : ` in ${join(out, 'samples.npy')}`;
  return `${name}: ${count} samples${where}, seed ${seed}, temperature ${temperature}, ${Math.round(runMs)} ms\nThe same seed and settings give ${same}.\n`;
}

/** A model's twin: the same network, trained on those families whose coin showed heads, so that finding its members can be measured. */

import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { parseChecked } from '../../models/checkedJson.ts';
import { manifestError } from '../../models/manifest.ts';
import type { BundledModel } from '../../models/registry.ts';
import { sourceOfBundled } from '../../models/vae/source.ts';
import type { VaeSource } from '../../protocol/vae.ts';

const schema = z.looseObject({ members: z.array(z.string()) });

export interface Twin {
  readonly source: VaeSource;
  /** Names of the families that it was trained on. */
  readonly members: readonly string[];
}

/** null where a model has none. */
export async function twinOf(model: BundledModel): Promise<Twin | null> {
  const folder = dirname(model.source.path);
  const { files } = model.manifest;
  if (!['twin.json', 'twin.encoder.onnx', 'twin.decoder.onnx'].every((file) => Object.hasOwn(files, file))) return null;
  const path = join(folder, 'twin.json');
  const { members } = parseChecked(schema, await readFile(path, 'utf8'), path, 'Reinstall the model.', manifestError);
  const own = sourceOfBundled(model, folder);
  const [encoder, decoder] = [join(folder, 'twin.encoder.onnx'), join(folder, 'twin.decoder.onnx')];
  const sha256 = { [encoder]: files['twin.encoder.onnx']!, [decoder]: files['twin.decoder.onnx']! };
  return { source: { ...own, id: `${own.id} (twin)`, name: `Twin of ${own.name}`, encoder, decoder, sha256 }, members };
}

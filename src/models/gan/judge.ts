/** The bundled classifier of glyphs, which reads what other models draw. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { JudgeSource } from '../../protocol/gan.ts';
import { parseChecked } from '../checkedJson.ts';
import { isFile } from '../isFile.ts';
import { manifestError } from '../manifest.ts';

const tensor = z.object({ name: z.string(), shape: z.array(z.union([z.int(), z.string()])) });
const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/, { error: 'must be 64 lower-case hexadecimal digits (sha256)' }));
const schema = z.object({
  schemaVersion: z.literal(1),
  title: z.string(),
  model: z.literal('model.onnx'),
  inputs: z.tuple([tensor]),
  outputs: z.tuple([tensor, tensor]),
  classes: z.array(z.string()).check(z.minLength(2)),
  files: z.record(z.string(), hash),
});

/** @throws RpcError 'manifest-invalid' @returns undefined where there is none */
export async function readJudge(modelsFolder: string): Promise<JudgeSource | undefined> {
  const path = join(modelsFolder, 'classifier-glyphs', 'classifier.json');
  if (!(await isFile(path))) return undefined;
  const { title, model, inputs, outputs, classes, files } = parseChecked(
    schema,
    await readFile(path, 'utf8'),
    path,
    'Reinstall the model.',
    manifestError,
  );
  const file = join(modelsFolder, 'classifier-glyphs', model);
  const [, channels, height, width] = inputs[0].shape;
  if (typeof channels !== 'number' || typeof height !== 'number' || typeof width !== 'number' || !files[model]) return undefined;
  return {
    name: title.replace(/^C/, 'c'),
    path: file,
    sha256: { [file]: files[model] },
    ...{ input: inputs[0].name, logits: outputs[0].name, features: outputs[1].name, classes },
    item: { kind: 'image', channels, height, width },
  };
}

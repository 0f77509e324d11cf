import * as vscode from 'vscode';
import type { Engine } from '../engine/engine.ts';
import type { GanModels } from '../gan/ganModels.ts';
import type { DiffusionModels } from '../pipelines/diffusionModels.ts';
import type { VaeModels } from '../vae/vaeModels.ts';
import { addModel } from './addModel.ts';
import type { Models } from './models.ts';

/** Asks what kind of model is added, and adds one. Returns its id, or undefined if none was added. */
export async function addAny(
  models: Models,
  vaes: VaeModels,
  gans: GanModels,
  diffusions: DiffusionModels,
  engine: Engine,
): Promise<string | undefined> {
  const kinds = [
    { label: 'A transformer…', description: 'an ONNX file with its tokenizer.json beside it', add: () => addModel(models.added, engine) },
    { label: 'A VAE…', description: 'encoder and decoder as ONNX files, or a folder of them', add: () => vaes.add() },
    { label: 'A GAN…', description: 'a generator and, where there is one, a discriminator as ONNX files', add: () => gans.add() },
    { label: 'A diffusion model…', description: 'a folder with model_index.json, as diffusers writes it', add: () => diffusions.add() },
  ];
  const kind = await vscode.window.showQuickPick(kinds, { title: 'Add a Model', placeHolder: 'What is added?' });
  return kind?.add();
}

/** Adds a diffusion model of the user's own: a folder, read and loaded before it is listed, so that what is wrong with it is told at once. */

import * as vscode from 'vscode';
import { resolveDiffusion } from '../../models/diffusion/source.ts';
import type { Engine } from '../engine/engine.ts';
import { addOwn } from '../models/addingOwn.ts';
import type { PathsWanted } from '../pathPicking.ts';
import { withLateNotification } from '../progress.ts';
import { titleOf, type AddedPipelines } from './addedPipelines.ts';
import { pipelineVerdict } from './pipelineVerdict.ts';

const wanted: PathsWanted = {
  ...{ title: 'Add a Diffusion Model', question: 'Which folder has the model_index.json?', openLabel: 'Add Diffusion Model' },
  files: null,
  folder: { label: 'A folder…', description: 'with model_index.json, as diffusers and Optimum write it, or a manifest.json' },
};

/** Returns the id of what was added; undefined: nothing was. */
export function addPipeline(added: AddedPipelines, engine: Engine, modelsFolder: string): Promise<string | undefined> {
  return addOwn(wanted, async ([folder], abort) => {
    const source = await resolveDiffusion(folder!, modelsFolder);
    const title = titleOf({ folder: source.folder });
    const client = engine.diffusion({ ...source, id: source.folder, name: title });
    const model = await withLateNotification(`Loading ${title}`, abort, (work) => client.load(work)).catch((error: unknown) => {
      client.end('The model was not added.');
      throw error;
    });
    const { summary, message } = pipelineVerdict(title, model);
    await added.add({ folder: source.folder, files: Object.keys(model.sha256), summary });
    void vscode.window.showInformationMessage(message);
    return source.folder;
  });
}

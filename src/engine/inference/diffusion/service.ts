/** What an inference process does with a diffusion model for its owner. */

import type { DiffusionService } from '../../../protocol/diffusion.ts';
import { RpcError, type Handlers } from '../../../protocol/rpc.ts';
import type { Runtime } from '../../worker/client.ts';
import { Pictures } from '../items/picture.ts';
import { Denoiser } from './denoiser.ts';
import { closeDiffusion } from './files.ts';
import { KeptRuns } from './keptRuns.ts';
import { loadDiffusion, type HeldDiffusion } from './model.ts';
import { invertPicture } from './inverting.ts';
import { readTensors, writeTrajectory } from './reading.ts';
import { recompute } from './recomputing.ts';
import { sample } from './sampling.ts';
import { WordMapReader } from './wordMaps.ts';

interface State {
  model: HeldDiffusion;
  denoiser: Denoiser;
  kept: KeptRuns;
  words: WordMapReader;
  pictures: Pictures;
}

/** The service on a runtime. One model at a time: loading another frees the first. */
export function createDiffusionService(runtime: Runtime): Handlers<DiffusionService> {
  let state: State | undefined;

  const loaded = (): State => {
    if (!state) throw new RpcError('not-loaded', 'No model is loaded yet; load one first.');
    return state;
  };

  return {
    load: async ({ source, settings }, context) => {
      // The engine starts in its thread while the model is read here.
      runtime.prepare({ settings }).catch(() => undefined);
      const previous = state;
      state = undefined;
      if (previous) {
        await previous.words.close();
        await closeDiffusion(runtime, previous.model.files);
      }
      const model = await loadDiffusion(runtime, source, settings, context);
      const { item, latent, range } = model.loaded;
      state = {
        model,
        denoiser: new Denoiser(runtime, model),
        kept: new KeptRuns(settings.memoryLimit),
        words: new WordMapReader(runtime, model),
        pictures: new Pictures({ item: latent?.picture ?? item, range }),
      };
      return model.loaded;
    },
    sample: async (request, context) => {
      const { model, denoiser, kept } = loaded();
      const made = await sample(runtime, model, denoiser, request, context);
      kept.add(made.kept);
      return made.run;
    },
    tensors: (request, context) => {
      const { model, kept } = loaded();
      return readTensors(model, kept.get(request.runId), request, context);
    },
    writeTrajectory: ({ runId, path }, context) => {
      const { model, kept } = loaded();
      return writeTrajectory(model, kept.get(runId), path, context);
    },
    recompute: ({ runId, evaluation }) => recompute(loaded().kept.get(runId), evaluation),
    wordMaps: (request, context) => {
      const { words, kept } = loaded();
      return words.read(kept.get(request.runId), request, context);
    },
    invert: (request, context) => {
      const { model, denoiser } = loaded();
      return invertPicture(runtime, model, denoiser, request, context);
    },
    release: ({ runId }) => loaded().kept.release(runId),
    readPicture: (request) => loaded().pictures.read(request),
    partOfPicture: (request) => loaded().pictures.part(request),
    forgetPicture: (request) => loaded().pictures.forget(request),
  };
}

/** What an inference process does with a GAN for its owner. */

import type { GanService } from '../../../protocol/gan.ts';
import { RpcError, type Handlers } from '../../../protocol/rpc.ts';
import type { Runtime } from '../../worker/client.ts';
import { copying, neighbours, TrainingData } from '../items/copying.ts';
import { arraysIn } from '../items/data.ts';
import { checkItems } from '../items/inputs.ts';
import { Pictures } from '../items/picture.ts';
import { checkClasses, classesOfSamples } from './classes.ts';
import { directions } from './directing.ts';
import { evaluate } from './evaluating.ts';
import { closeGan } from './files.ts';
import { Judge } from './judging.ts';
import { inspectGan, loadGan, type HeldGan } from './model.ts';
import { GanParts } from './parts.ts';
import { sample, zOf } from './sampling.ts';
import { score } from './scoring.ts';

interface State {
  model: HeldGan;
  parts: GanParts;
  judge: Judge;
  training: TrainingData;
  pictures: Pictures;
}

/** The service on a runtime. One model at a time: loading another frees the first. */
export function createGanService(runtime: Runtime): Handlers<GanService> {
  let state: State | undefined;

  const loaded = (): State => {
    if (!state) throw new RpcError('not-loaded', 'No model is loaded yet; load one first.');
    return state;
  };

  return {
    inspect: ({ source, settings }, context) => inspectGan(runtime, source, settings, context),
    load: async ({ source, settings }, context) => {
      // The engine starts in its thread while the model is read here.
      runtime.prepare({ settings }).catch(() => undefined);
      const previous = state;
      state = undefined;
      if (previous) {
        await closeGan(runtime, previous.model.files);
        await previous.judge.close();
      }
      const model = await loadGan(runtime, source, settings, context);
      state = {
        model,
        parts: new GanParts(runtime, model),
        judge: new Judge(runtime, model),
        training: new TrainingData(),
        pictures: new Pictures(model.loaded),
      };
      return model.loaded;
    },
    sample: (request, context) => {
      const { model, parts } = loaded();
      return sample(model, parts, request, context);
    },
    generate: async ({ z, classes: given }, { signal }) => {
      const { model, parts } = loaded();
      const count = checkItems('z', z, model.latent);
      const classes = checkClasses(model, given, count);
      const pictures = await parts.generateAll(z, classes, signal);
      return { count, pictures, scores: model.loaded.discriminator ? await parts.score(pictures, classes, signal) : null };
    },
    directions: (request, context) => {
      const { model, parts } = loaded();
      return directions(model, parts, request, context);
    },
    score: (request, { signal }) => {
      const { model, parts } = loaded();
      return score(model, parts, request, signal);
    },
    evaluate: (request, context) => evaluate(loaded(), request, context),
    readPicture: (request) => loaded().pictures.read(request),
    partOfPicture: (request) => loaded().pictures.part(request),
    forgetPicture: (request) => loaded().pictures.forget(request),
    arraysToChooseFrom: ({ path }, context) => arraysIn(loaded().model, path, context),
    neighbours: (request, context) => {
      const { model, training } = loaded();
      return neighbours(model, training, request, context);
    },
    copying: (request, context) => {
      const { model, parts, training } = loaded();
      const draw = (count: number, seed: number): Promise<Float32Array> =>
        parts.generateAll(zOf(model, { seed, truncation: null }, 0, count), classesOfSamples(model, 'each', 0, count), context.signal);
      return copying(model, draw, training, request, context);
    },
  };
}

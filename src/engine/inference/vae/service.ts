/** What an inference process does with a variational autoencoder for its owner. */

import { randomUUID } from 'node:crypto';
import { aggregatePosterior } from '../../../maths/vae/aggregate.ts';
import { normals } from '../../../maths/random/normal.ts';
import { RpcError, type Handlers } from '../../../protocol/rpc.ts';
import type { VaeService } from '../../../protocol/vae.ts';
import type { Runtime } from '../../worker/client.ts';
import { resting } from '../rest.ts';
import { arraysIn, itemsAt, spreadOver } from '../items/data.ts';
import { encodeData, type KeptData } from './encodedData.ts';
import { contours, evidence, evidences, examine } from './examining.ts';
import { checkItems, checkWhole, MOST_SEED } from '../items/inputs.ts';
import { inspectVae, loadVae, type HeldVae } from './model.ts';
import { Nats } from './nats.ts';
import { VaeParts } from './parts.ts';
import { Pictures } from '../items/picture.ts';
import { copying, neighbours, TrainingData } from '../items/copying.ts';
import { membership } from './privacy.ts';
import { twoSets } from './twoSets.ts';
import { project } from './projecting.ts';
import { sample } from './sampling.ts';
import { closeFiles } from './files.ts';

interface State {
  model: HeldVae;
  parts: VaeParts;
  nats: Nats;
  kept: Map<string, KeptData>;
  training: TrainingData;
  pictures: Pictures;
}

/** Data sets that are kept; the one that was encoded first makes room for a new one, and is encoded again when asked for. */
const MOST_KEPT = 4;

/** The service on a runtime. One model at a time: loading another frees the first with all that is kept of it. */
export function createVaeService(runtime: Runtime): Handlers<VaeService> {
  let state: State | undefined;

  const loaded = (): State => {
    if (!state) throw new RpcError('not-loaded', 'No model is loaded yet; load one first.');
    return state;
  };
  const keptOf = (runId: string): KeptData => {
    const kept = loaded().kept.get(runId);
    if (!kept) throw new RpcError('unknown-run', `There is no encoded data ${runId}; encode it again.`);
    return kept;
  };

  return {
    inspect: ({ source, settings }, context) => inspectVae(runtime, source, settings, context),
    load: async ({ source, settings }, context) => {
      // The engine starts in its thread while the model is read here.
      runtime.prepare({ settings }).catch(() => undefined);
      const previous = state;
      state = undefined;
      if (previous) await closeFiles(runtime, previous.model.files);
      const model = await loadVae(runtime, source, settings, context);
      const parts = new VaeParts(runtime, model);
      const pictures = new Pictures(model.loaded);
      state = { model, parts, nats: new Nats(model, parts), kept: new Map(), training: new TrainingData(), pictures };
      return model.loaded;
    },
    decode: async ({ z }, { signal }) => {
      const { model, parts } = loaded();
      const count = checkItems('z', z, model.latent);
      const pictures = new Float32Array(count * model.size);
      await parts.draw(z, signal, (batch) => pictures.set(batch.pictures, batch.first * model.size));
      return { count, pictures };
    },
    sample: (request, context) => {
      const { model, parts } = loaded();
      return sample(model, parts, request, context);
    },
    encode: async ({ pictures }, { signal }) => {
      const { model, parts } = loaded();
      const { latent, size } = model;
      const count = checkItems('pictures', pictures, size);
      const mean = new Float32Array(count * latent);
      const logVariance = model.loaded.encoder?.spread ? new Float32Array(count * latent) : null;
      await parts.encode(pictures, signal, (batch) => {
        mean.set(batch.mean, batch.first * latent);
        if (batch.logVariance) logVariance?.set(batch.logVariance, batch.first * latent);
      });
      return { count, mean, logVariance };
    },
    encodeDataSet: async (request, context) => {
      const { model, parts, nats, kept } = loaded();
      const runId = randomUUID();
      const found = await encodeData(model, parts, nats, request, runId, context);
      const [first] = kept.keys();
      if (first !== undefined && kept.size >= MOST_KEPT) kept.delete(first);
      kept.set(runId, found);
      return found.report;
    },
    readPicture: (request) => loaded().pictures.read(request),
    partOfPicture: (request) => loaded().pictures.part(request),
    forgetPicture: (request) => loaded().pictures.forget(request),
    item: ({ runId, item }) => {
      const { data } = keptOf(runId);
      const place = checkWhole('item', item, 0, data.count - 1);
      return itemsAt(loaded().model, data, place, place + 1);
    },
    examine: (request, context) => {
      const { model, parts, nats } = loaded();
      return examine(model, parts, nats, request, context);
    },
    evidence: (request, context) => {
      const { model, parts, nats } = loaded();
      return evidence(model, parts, nats, request, context);
    },
    evidences: (request, context) => {
      const { model, parts, nats } = loaded();
      return evidences(model, parts, nats, request, context);
    },
    contours: (request, context) => {
      const { model, parts, nats } = loaded();
      return contours(model, parts, nats, request, context);
    },
    project: (request, context) => project(keptOf(request.runId), loaded().model.latent, request, context),
    aggregate: ({ runId, draws, seed }, context) => {
      const { latent } = loaded().model;
      const { mean, logVariance, data } = keptOf(runId);
      if (!logVariance)
        throw new RpcError('no-spread', 'The encoder gives a place for each item and no distribution, so there is no aggregate posterior.');
      checkWhole('draws', draws, 2, 1_000_000);
      checkWhole('seed', seed, 0, MOST_SEED);
      const chosen = spreadOver(data.count, draws);
      const noise = normals({ seed, stream: 7 }, chosen.length * latent);
      return aggregatePosterior({ latent, mean, logVariance }, chosen, noise, resting(context, 'Comparing with the prior'));
    },
    neighbours: (request, context) => {
      const { model, training } = loaded();
      return neighbours(model, training, request, context);
    },
    copying: (request, context) => {
      const { model, parts, training } = loaded();
      const draw = async (count: number, seed: number): Promise<Float32Array> => {
        const made = new Float32Array(count * model.size);
        const z = new Float32Array(normals({ seed, stream: 0 }, count * model.latent));
        await parts.draw(z, context.signal, ({ first, pictures }) => made.set(pictures, first * model.size));
        return made;
      };
      return copying(model, draw, training, request, context);
    },
    membership: (request, context) => membership(keptOf(request.runId), request, context),
    twoSets: (request, context) => {
      const { model, parts, nats } = loaded();
      return twoSets(model, parts, nats, request, context);
    },
    arraysToChooseFrom: ({ path }, context) => arraysIn(loaded().model, path, context),
    release: ({ runId }) => void loaded().kept.delete(runId),
  };
}

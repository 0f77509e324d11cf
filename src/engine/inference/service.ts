/** What an inference process does for its owner: loads a model, runs it, and shows what its attention was. */

import { randomUUID } from 'node:crypto';
import { isAbsolute } from 'node:path';
import type { ComparedPicture, ComparedTileRequest, ComparisonRequest, RowRequest, RunMap } from '../../protocol/inference.ts';
import type { TransformerService } from '../../protocol/generation.ts';
import { RpcError, type CallContext, type Handlers } from '../../protocol/rpc.ts';
import type { Runtime } from '../worker/client.ts';
import { AttentionRunner } from './attentionRunner.ts';
import { EdgeEffectsReader } from './edgeEffects.ts';
import { Generator } from './generation/generator.ts';
import { KeptRuns } from './keptRuns.ts';
import { loadModel, type HeldModel } from './loadedModel.ts';
import { NextTokens } from './nextTokens.ts';
import { checkIndex } from '../../maps/checks.ts';
import { headsOfMap } from '../../maps/choice.ts';
import { Alignments, compareMaps, readComparison, type ComparedMaps, type MapOfRun } from '../../maps/comparison.ts';
import { carry } from '../../maps/portable/carry.ts';
import { OpenMaps } from '../../maps/openMaps.ts';
import { readScores, RunText } from '../../maps/scores.ts';
import { readShade } from '../../maps/shade.ts';
import type { SiteWeights } from '../../maps/siteWeights.ts';
import type { WeightMap } from '../../maps/weightMap.ts';
import { readThumbnails, readTile } from '../../maps/tiles.ts';
import { readValueNorms } from './valueNorms.ts';
import { writeWeightsFile } from './weightsFile.ts';

interface State {
  model: HeldModel;
  runner: AttentionRunner;
  kept: KeptRuns;
  next: NextTokens;
  effects: EdgeEffectsReader;
  generator: Generator;
}

/**
 * The service on a runtime. One model at a time: loading another frees the first with all that is kept of it.
 *
 * Errors are RpcErrors whose codes are stable: 'not-loaded', 'unknown-run' (released, or freed to make room: run again),
 * 'out-of-range', 'no-operands', 'not-comparable', 'nan-weights', 'unwritable', 'no-space', 'no-projection', 'no-tokens',
 * 'cannot-mask', and those of `loadModel`, `AttentionRunner`, `NextTokens` and `Generator`.
 */
export function createInferenceService(runtime: Runtime): Handlers<TransformerService> {
  let state: State | undefined;
  const alignments = new Alignments();

  const loaded = (): State => {
    if (!state) throw new RpcError('not-loaded', 'No model is loaded yet; load one first.');
    return state;
  };
  const siteOf = (runId: string, site: number): SiteWeights => {
    const { sites } = loaded().kept.get(runId);
    return sites[checkIndex('attention site', site, sites.length)]!;
  };

  const mapOf = ({ runId, map, batch }: Pick<RowRequest, 'runId' | 'map' | 'batch'>): WeightMap =>
    loaded().kept.get(runId).maps.open(map, batch);

  const comparedMaps = ({ a, b, batch }: ComparisonRequest): ComparedMaps => {
    const { runner, kept } = loaded();
    const mapOfRun = ({ runId, map }: RunMap): MapOfRun => {
      const { maps, paddedTokens } = kept.get(runId);
      // Opened first: that checks that what the map is of is there.
      const opened = maps.open(map, batch);
      return { map: opened, self: headsOfMap(map).every(({ site }) => runner.kindOf(site) === 'self'), tokens: paddedTokens };
    };
    return compareMaps(mapOfRun(a), mapOfRun(b), alignments);
  };

  return {
    load: async ({ source, settings }, context: CallContext) => {
      // The engine starts in its thread while the model is read here.
      runtime.prepare({ settings }).catch(() => undefined);
      const previous = state;
      state = undefined;
      previous?.kept.clear();
      previous?.generator.close();
      await previous?.effects.close();
      await previous?.runner.close();
      const model = await loadModel(runtime, source, settings, context);
      const runner = new AttentionRunner(runtime, model);
      const next = new NextTokens(runner, model);
      const effects = new EdgeEffectsReader(runtime, runner, model, next);
      const generator = new Generator({ runtime, model, session: () => runner.session() }, () => runner.provider);
      state = { model, runner, kept: new KeptRuns(settings.memoryLimit), next, effects, generator };
      return model.report;
    },
    attention: async (request, context) => {
      const { runner, kept, effects } = loaded();
      await effects.free();
      const { run, ...captured } = await runner.run(request, randomUUID(), context, (more) => kept.makeRoom(more));
      kept.add({ runId: run.runId, ...captured, maps: new OpenMaps(captured.sites), paddedTokens: run.tokens, text: RunText.of(run) });
      return run;
    },
    thumbnails: (request, { signal }) => readThumbnails(siteOf(request.runId, request.site), request, signal),
    tile: (request, { signal }) => readTile(mapOf(request), request, signal),
    row: ({ query, ...of }, { signal }) => {
      const map = mapOf(of);
      const row = checkIndex('query', query, map.queries);
      return map.read(row, row + 1, signal);
    },
    shade: (request, { signal }) => readShade(mapOf(request), request, signal),
    comparison: (request, { signal }) => readComparison(comparedMaps(request), signal),
    comparedTile: (request, { signal }) => readTile(comparedMaps(request)[pictureOf(request)], request, signal),
    comparedRow: async (request, { signal }) => {
      const { a, b } = comparedMaps(request);
      const row = checkIndex('query', request.query, a.queries);
      return { a: await a.read(row, row + 1, signal), b: await b.read(row, row + 1, signal) };
    },
    cell: ({ runId, site, batch, head, query, key }, { signal }) => {
      const weights = siteOf(runId, site);
      const { sizes } = weights;
      if (!weights.cell)
        throw new RpcError('no-operands', 'The weights of this model are kept whole, without the queries and keys that they came from.');
      const place = {
        batch: checkIndex('batch', batch ?? 0, sizes.batch),
        head: checkIndex('head', head, sizes.heads),
        query: checkIndex('query', query, sizes.queries),
        key: checkIndex('key', key, sizes.keys),
      };
      return weights.cell(place, signal);
    },
    predictions: ({ runId }, { signal }) => {
      const { kept, next } = loaded();
      return next.predictions(kept.get(runId), signal);
    },
    nextToken: ({ runId, position }, { signal }) => {
      const { kept, next } = loaded();
      return next.nextToken(kept.get(runId), position, signal);
    },
    likelyTokens: ({ runId, count }, { signal }) => {
      const { kept, next } = loaded();
      return next.likely(kept.get(runId), count, signal);
    },
    headScores: ({ runId, site, batch, withoutFirst }, { signal }) => {
      const { runner, kept } = loaded();
      const weights = siteOf(runId, site);
      const options = { batch: checkIndex('batch', batch ?? 0, weights.sizes.batch), withoutFirst };
      return readScores(weights, runner.kindOf(site), kept.get(runId).text, options, signal);
    },
    valueNorms: async ({ runId, site, batch, head }, { signal }) => {
      const { runner, kept, model } = loaded();
      const run = kept.get(runId);
      const { sizes } = siteOf(runId, site);
      const place = { site, batch: checkIndex('batch', batch ?? 0, sizes.batch), head: checkIndex('head', head, sizes.heads) };
      return { norms: await readValueNorms(runner, model, run, place, signal) };
    },
    edgeEffects: ({ runId, site, batch, head, query, keys }, context) => {
      const { kept, effects } = loaded();
      const run = kept.get(runId);
      const { sizes } = siteOf(runId, site);
      const place = {
        site,
        batch: checkIndex('batch', batch ?? 0, sizes.batch),
        head: checkIndex('head', head, sizes.heads),
        query: checkIndex('query', query, sizes.queries),
        keys: keys.map((key) => checkIndex('key', key, sizes.keys)),
      };
      return effects.read(run, place, context);
    },
    generate: (request, context) => loaded().generator.generate(request, context),
    portable: ({ runId, site, batch = 0, thumbnails }, { signal }) => carry(siteOf(runId, site), { batch, thumbnails }, signal),
    writeWeights: async ({ runId, site, head, path }, context) => {
      const weights = siteOf(runId, site);
      if (!isAbsolute(path)) throw new RpcError('unwritable', `${path} is not an absolute path; give one.`);
      const chosen = head === undefined ? null : checkIndex('head', head, weights.sizes.heads);
      await writeWeightsFile(weights, chosen, path, context.signal, (fraction) =>
        context.progress({ message: 'Writing weights', fraction }),
      );
    },
    release: ({ runId }) => {
      const { kept, next } = loaded();
      kept.release(runId);
      next.drop(runId);
    },
  };
}

const pictures: readonly ComparedPicture[] = ['a', 'b', 'difference'];

function pictureOf({ picture }: ComparedTileRequest): ComparedPicture {
  if (pictures.includes(picture)) return picture;
  throw new RpcError('out-of-range', `There is no picture ${String(picture)} of a comparison; there are ${pictures.join(', ')}.`);
}

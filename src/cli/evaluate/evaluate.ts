/** `genlens evaluate`: a variational autoencoder or a GAN on data. */

import { join, resolve } from 'node:path';
import { stat } from 'node:fs/promises';
import { looksLikeGan } from '../../models/gan/source.ts';
import { klByDimension } from '../../maths/vae/gaussian.ts';
import type { VaeClient } from '../../engine/vaeClient.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { CopyingOf, EncodedData, EncodedPart, EvidenceItem, LoadedVae, TwoSetsOf, TwoSetsRequest } from '../../protocol/vae.ts';
import type { Terminal } from '../terminal.ts';
import { withVae } from '../vaeEngine.ts';
import type { EvaluateArguments, EvaluateOptions } from './arguments.ts';
import { asText } from './asText.ts';
import { evaluateGan } from './gan.ts';
import type { EvaluatedItem, Evaluation } from './evaluation.ts';

/** Compared with the training data, where it is not said how many. */
const SAMPLES = 500;
/** Of importance sampling, and the factor of q's deviations in the proposal. */
const EVIDENCE_DRAWS = 500;
const INFLATION = 1.1;
/** New examples that are compared with the training data; of both, where they are compared with each other. */
const MOST_TESTS = 2000;
/** Draws for the divergence of the aggregate posterior from the prior. */
const AGGREGATE_DRAWS = 1000;

export async function evaluate(args: EvaluateArguments, terminal: Terminal): Promise<void> {
  const [data, train] = [await placeOf(args.data, terminal), args.train === undefined ? null : await placeOf(args.train, terminal)];
  if (await looksLikeGan(args.model, terminal.modelsFolder)) return evaluateGan({ ...args, data, train }, terminal);
  await withVae(terminal, args.model, args.settings, args.answers, async (client, loaded, source) => {
    const evaluation = await measured(client, loaded, { ...args, data, train }, terminal);
    terminal.print(args.json ? `${JSON.stringify(asJson(source.id, evaluation), null, 2)}\n` : asText(source.name, evaluation));
  });
}

/** A bundled data set by its name, or one of its splits (glyphs#train); else a path. */
async function placeOf(name: string, { modelsFolder }: Terminal): Promise<string> {
  const [own, ...split] = name.split('#');
  const isBundled = /^[a-z0-9-]+$/.test(own!) && (await stat(join(modelsFolder, own!, 'dataset.json')).catch(() => null));
  return isBundled ? [join(modelsFolder, own!), ...split].join('#') : resolve(name);
}

async function measured(
  client: VaeClient,
  loaded: LoadedVae,
  { data, train, draws, evidence, samples, seed }: Omit<EvaluateOptions, 'train'> & { train: string | null },
  terminal: Terminal,
): Promise<Evaluation> {
  const options = { signal: terminal.signal, onProgress: (progress: Parameters<Terminal['progress']>[0]) => terminal.progress(progress) };
  const parts: EncodedPart[] = [];
  const found = await client.encodeDataSet({ path: data, draws, seed }, { ...options, onItem: (part) => parts.push(part) });
  const evidences =
    found.withoutNats === null && found.dimensions
      ? await evidencesOf(client, found, Math.min(evidence, found.count), seed, options)
      : new Map<number, EvidenceItem>();
  const items = parts.flatMap((part) => itemsOf(part, loaded.latent, evidences));
  const rate = found.dimensions ? await client.aggregate({ runId: found.runId, draws: AGGREGATE_DRAWS, seed }, options) : null;
  const copying =
    train === null
      ? null
      : {
          ...withoutPairs(await client.copying({ train, test: data, samples: samples ?? SAMPLES, seed, tests: MOST_TESTS }, options)),
          train,
        };
  const compared =
    train === null ? null : await comparison(client, { members: train, others: data, most: MOST_TESTS, draws, seed }, options);
  return { loaded, data: found, items, rate, copying, twoSets: compared?.twoSets ?? null, withoutTwoSets: compared?.without ?? null };
}

/** Both data sets are known to be read: what is wrong with them is that they hold too few items. */
async function comparison(
  client: VaeClient,
  request: TwoSetsRequest,
  options: Parameters<VaeClient['twoSets']>[1],
): Promise<{ twoSets: TwoSetsOf | null; without: string | null }> {
  try {
    return { twoSets: await client.twoSets(request, options), without: null };
  } catch (error) {
    if (error instanceof RpcError && error.code === 'data-invalid') return { twoSets: null, without: error.message };
    throw error;
  }
}

/** By the item's place. */
async function evidencesOf(
  client: VaeClient,
  { runId, count }: EncodedData,
  wanted: number,
  seed: number,
  options: Pick<Parameters<VaeClient['evidences']>[1] & object, 'signal' | 'onProgress'>,
): Promise<Map<number, EvidenceItem>> {
  const places = Array.from({ length: wanted }, (_, i) => Math.floor(((i + 0.5) * count) / wanted));
  const pictures: Float32Array[] = [];
  for (const item of places) pictures.push(await client.item({ runId, item }, options));
  const all = new Float32Array(pictures.reduce((sum, { length }) => sum + length, 0));
  pictures.forEach((picture, i) => all.set(picture, i * picture.length));
  const found = new Map<number, EvidenceItem>();
  const request = { pictures: all, draws: EVIDENCE_DRAWS, seed, inflation: INFLATION };
  if (wanted > 0) await client.evidences(request, { ...options, onItem: (item) => found.set(places[item.index]!, item) });
  return found;
}

function itemsOf(part: EncodedPart, latent: number, evidences: ReadonlyMap<number, EvidenceItem>): EvaluatedItem[] {
  const kl = part.logVariance && klByDimension(part.mean, part.logVariance);
  return Array.from({ length: part.count }, (_, i) => {
    const found = evidences.get(part.first + i);
    const reconstruction = part.reconstruction?.[i] ?? null;
    return {
      elbo: reconstruction === null || !part.kl ? null : reconstruction - part.kl[i]!,
      reconstruction,
      kl: part.kl?.[i] ?? null,
      klByDimension: kl && [...kl.subarray(i * latent, (i + 1) * latent)],
      error: part.error[i]!,
      logEvidence: found
        ? {
            value: found.logEvidence,
            method: found.method,
            effectiveSize: found.importance.effectiveSize,
            paretoShape: found.importance.paretoShape,
            standardError: found.method === 'quadrature' ? 0 : found.importance.standardError,
            difference: found.quadrature?.difference ?? null,
          }
        : null,
    };
  });
}

const withoutPairs = ({ pairs: _, ...numbers }: CopyingOf): Omit<CopyingOf, 'pairs'> => numbers;

function asJson(model: string, { loaded, data, items, rate, copying, twoSets, withoutTwoSets }: Evaluation): object {
  const { name, count, notices, elbo, reconstruction, kl, withoutNats, dimensions, active, collapsed, sensitivity, paths, recipe, runMs } =
    data;
  return {
    model,
    likelihood: loaded.likelihood ?? null,
    provider: loaded.provider,
    recipe,
    runMs,
    data: name,
    count,
    notices,
    ...{ elbo, reconstruction, kl, withoutNats, active, collapsed },
    dimensions: dimensions?.map((use, j) => ({ name: loaded.latentNames[j], ...use, sensitivity: sensitivity[j] })) ?? null,
    rate,
    copying,
    twoSets,
    withoutTwoSets,
    items: items.map((item, i) => (paths ? { path: paths[i], ...item } : item)),
  };
}

/** A training as bytes, for its owner to keep over a reload. */

import { deserialize, serialize } from 'node:v8';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import * as z from 'zod/mini';
import { RpcError } from '../../protocol/rpc.ts';
import type { KeptTraining } from './training.ts';

z.config({ jitless: true });

const step = z.int().check(z.gte(0));
const pair = z.tuple([z.number(), z.number()]);
const coefficient = z.object({ step, coefficients: z.record(z.string(), z.union([z.number(), z.literal(Infinity)])) });

// The service checks what values may be; here it is only of what kind they are.
const schema = z.object({
  setup: z.object({
    model: z.object({ family: z.enum(['vae', 'gan', 'denoiser']) }),
    data: z.union([
      z.object({
        kind: z.literal('mixture'),
        mixture: z.object({ weights: z.array(z.number()), means: z.array(pair), covariances: z.array(z.tuple([pair, pair])) }),
      }),
      z.object({ kind: z.literal('points'), points: z.array(pair), bandwidth: z.number() }),
    ]),
    seed: z.int(),
  }),
  step,
  timeline: z.object({
    checkpoints: z.array(z.object({ step, tensors: z.record(z.string(), z.instanceof(Float32Array)) })),
    losses: z.array(z.object({ step, values: z.record(z.string(), z.array(z.number())) })),
    changes: z.array(coefficient).check(z.refine((changes) => changes[0]?.step === 0, { error: 'must begin at step 0' })),
  }),
  reporting: z.optional(
    z.object({ lossesEvery: z.int(), checkpointsEvery: z.int(), picturesPerSecond: z.number(), stepsPerSecond: z.nullable(z.number()) }),
  ),
});

/** Unpacked: a thousand checkpoints of an autoencoder. */
const MOST_BYTES = 2 ** 27;

export function writeTraining(kept: KeptTraining): Uint8Array {
  return brotliCompressSync(serialize(kept), { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
}

/** @throws RpcError 'training-unreadable' with what is wrong */
export function readTraining(bytes: Uint8Array): KeptTraining {
  let value: unknown;
  try {
    value = deserialize(brotliDecompressSync(bytes, { maxOutputLength: MOST_BYTES }));
  } catch (error) {
    throw unreadable(`cannot be read (${(error as Error).message})`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data as KeptTraining;
  const issue = result.error.issues[0]!;
  const field = issue.path.length === 0 ? 'the whole' : issue.path.map(String).join('.');
  throw unreadable(`is not what was kept: ${field} is wrong (${issue.message})`);
}

function unreadable(what: string): RpcError {
  return new RpcError('training-unreadable', `The training that was kept ${what}. Begin a new one.`);
}

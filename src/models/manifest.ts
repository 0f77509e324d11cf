/** manifest.json: what a bundled model says of itself, checked when it is read. */

import * as z from 'zod/mini';
import { RpcError } from '../protocol/rpc.ts';
import { parseChecked } from './checkedJson.ts';

/** A file inside the model's folder, by a relative path with forward slashes. */
const relativePath = z.string().check(
  z.refine((path) => path !== '' && !/^([/\\]|[A-Za-z]:)/.test(path) && !path.split(/[/\\]/).includes('..') && !path.includes('\0'), {
    error: 'must be a path inside the model’s folder (not absolute, no "..")',
  }),
);

const tensor = z.object({
  name: z.string().check(z.minLength(1)),
  type: z.string().check(z.minLength(1)),
  shape: z.array(z.union([z.int().check(z.gte(0)), z.string().check(z.minLength(1))])),
});

/** A file of a model of several, with its tensors. */
const part = z.object({ file: relativePath, inputs: z.array(tensor), outputs: z.array(tensor) });

/** log p(x|z) of a VAE's decoder: without it, its pictures have no nats. */
const likelihood = z.union(
  [
    z.object({
      kind: z.literal('discretised-logistic'),
      levels: z.int().check(z.gte(2, { error: 'must be a whole number of 2 or more' })),
    }),
    z.object({ kind: z.literal('bernoulli'), given: z.enum(['logits', 'probabilities']) }),
    z.object({
      kind: z.literal('gaussian'),
      deviation: z.union(
        [
          z.number().check(z.gt(0, { error: 'must be a number above 0' })),
          z.enum(['deviation', 'log-deviation', 'variance', 'log-variance']),
        ],
        {
          error:
            'must be a number above 0, or the form in which an output has it: "deviation", "log-deviation", "variance", "log-variance"',
        },
      ),
    }),
  ],
  {
    error:
      'must be {"kind": "discretised-logistic", "levels": 256}, {"kind": "bernoulli", "given": "logits" or "probabilities"} or ' +
      '{"kind": "gaussian", "deviation": a number above 0, or the form in which an output has it}',
  },
);

const range = z
  .tuple([z.number(), z.number()])
  .check(z.refine(([low, high]) => low < high, { error: 'must be the lowest value, then the highest' }));

const manifestSchema = z
  .object({
    schemaVersion: z.literal(1),
    /** What the model is called on the command line and in settings; also its folder's name. */
    name: z.string().check(z.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { error: 'must be lower-case words joined by "-"' })),
    family: z.enum(['transformer', 'vae', 'gan', 'diffusion']),
    title: z.string().check(z.minLength(1)),
    description: z.string(),
    /** Hex sha256 of every file, by path. */
    files: z.record(
      relativePath,
      z.string().check(z.regex(/^[0-9a-f]{64}$/, { error: 'must be 64 lower-case hexadecimal digits (sha256)' })),
    ),
    model: relativePath,
    /** Of a model of several files, by what they are. */
    parts: z.optional(z.record(z.string(), part)),
    likelihood: z.optional(likelihood),
    /** Values of the pictures that a model takes and gives, from black to white; 0 to 1 where it is not stated. */
    range: z.optional(range),
    latentNames: z.optional(z.array(z.string().check(z.minLength(1)))),
    /** Of a model that is told a class: what each number stands for. */
    classes: z.optional(z.array(z.string().check(z.minLength(1))).check(z.minLength(1))),
    /** Of a diffusion model that is told a caption: what each id stands for, and how many ids a caption has. */
    words: z.optional(
      z.array(z.string().check(z.minLength(1))).check(
        z.refine((words) => words.includes('<pad>') && words.includes('<start>'), {
          error: 'must have "<pad>" and "<start>" among them',
        }),
      ),
    ),
    captionLength: z.optional(z.int().check(z.gte(3))),
    /** What the numbers of a GAN's z are drawn from; N(0, 1) where it is not stated. */
    prior: z.optional(z.enum(['normal', 'symmetric', 'unit'])),
    tokenizer: z.optional(relativePath),
    /** Longest range of tokens at which the model is as good as at short ones. */
    context: z.optional(z.int().check(z.gte(1))),
    inputs: z.array(tensor),
    outputs: z.array(tensor),
    licence: z.string().check(z.minLength(1)),
    /** Measured qualities, as the model card explains them. */
    metrics: z.record(z.string(), z.unknown()),
  })
  .check(
    z.check(({ value, issues }) => {
      const named = [
        { path: ['model'], file: value.model },
        { path: ['tokenizer'], file: value.tokenizer },
        ...Object.entries(value.parts ?? {}).map(([name, { file }]) => ({ path: ['parts', name, 'file'], file })),
      ];
      for (const { path, file } of named) {
        if (file !== undefined && !Object.hasOwn(value.files, file)) {
          issues.push({ code: 'custom', path, input: file, message: 'is not among `files`, so its content cannot be checked' });
        }
      }
      for (const [family, needed, other] of [
        ['vae', 'decoder', 'encoder'],
        ['gan', 'generator', 'discriminator'],
      ])
        if (value.family === family && !(value.parts && Object.hasOwn(value.parts, needed!)))
          issues.push({
            code: 'custom',
            path: ['parts'],
            input: value.parts,
            message: `must have a \`${needed}\` (and a \`${other}\`) in a model of family ${family}`,
          });
    }),
  );

export type Manifest = z.infer<typeof manifestSchema>;

/** A manifest that cannot be used; the message names the file, the field, its value and what it should be. */
export function manifestError(message: string): RpcError {
  return new RpcError('manifest-invalid', message);
}

/**
 * Reads a manifest from its JSON text.
 *
 * @param where the file's path, for the message
 * @throws RpcError 'manifest-invalid' with the first field that is wrong
 */
export function parseManifest(text: string, where: string): Manifest {
  return parseChecked(manifestSchema, text, where, 'Correct the manifest or reinstall the model.', manifestError);
}

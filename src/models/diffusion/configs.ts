/** config.json of the parts of a pipeline: what is read of it. Absent options have diffusers' defaults where it has any. */

import * as z from 'zod/mini';

// Without this zod probes `new Function`, which strict hosts report as a violation.
z.config({ jitless: true });

const size = z.int().check(z.gte(1, { error: 'must be a whole number of 1 or more' }), z.lte(2 ** 20));
const optional = <T extends z.ZodMiniType>(schema: T) => z.nullish(schema);

/** Of a U-Net or a transformer. */
export const denoiserConfig = z.object({
  _class_name: optional(z.string()),
  in_channels: optional(size),
  out_channels: optional(size),
  /** Height and width, or one number for both. */
  sample_size: optional(z.union([size, z.tuple([size, size])], { error: 'must be a size, or a height and a width' })),
  num_class_embeds: optional(size),
  /** Of a transformer told a class: how many there are, beside the one that stands for none. */
  num_embeds_ada_norm: optional(size),
  patch_size: optional(size),
});
export type DenoiserConfig = z.infer<typeof denoiserConfig>;

export const DEFAULT_SCALING = 0.18215;

/** Of a VAE. */
export const decoderConfig = z.object({
  scaling_factor: optional(z.number().check(z.gt(0, { error: 'must be a number above 0' }))),
  shift_factor: optional(z.number()),
  latents_mean: optional(z.array(z.number())),
  latents_std: optional(z.array(z.number())),
});
export type DecoderConfig = z.infer<typeof decoderConfig>;

/** Of a text encoder. */
export const textConfig = z.object({
  max_position_embeddings: optional(size),
  use_attention_mask: optional(z.boolean()),
});
export type TextConfig = z.infer<typeof textConfig>;

/** Of a tokenizer: tokenizer_config.json. Transformers writes a huge number where there is no limit. */
export const tokenizerConfig = z.object({
  model_max_length: optional(z.number().check(z.gte(1))),
  pad_token: optional(z.union([z.string(), z.object({ content: z.string() })], { error: 'must be a token' })),
  unk_token: optional(z.union([z.string(), z.object({ content: z.string() })], { error: 'must be a token' })),
  bos_token: optional(z.union([z.string(), z.object({ content: z.string() })], { error: 'must be a token' })),
  eos_token: optional(z.union([z.string(), z.object({ content: z.string() })], { error: 'must be a token' })),
});
export type TokenizerConfig = z.infer<typeof tokenizerConfig>;

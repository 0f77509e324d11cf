/** What the tensors of a denoiser are, by their names and shapes. */

import type { TensorInfo } from '../../protocol/inference.ts';
import type { FileTensors } from '../vae/roles.ts';
import { described } from '../vae/sizes.ts';
import { invalid } from './jsonFile.ts';

export interface DenoiserRoles {
  path: string;
  sample: TensorInfo;
  timestep: TensorInfo;
  /** What an encoder makes of a text: [batch, tokens, width]. */
  words: TensorInfo | null;
  /** 1 where a token is one of the text's, 0 where it is padding. */
  mask: TensorInfo | null;
  /** Ids of a caption: [batch, ids]. */
  caption: TensorInfo | null;
  /** The number of a class: [batch]. */
  label: TensorInfo | null;
  output: TensorInfo;
}

type Role = Exclude<keyof DenoiserRoles, 'path' | 'output'>;

const FLOATS = ['float32', 'float16'];
const WHOLES = ['int64', 'int32'];

const named: Readonly<Record<Role, RegExp>> = {
  sample: /^(noisy_)?(sample|latent_sample|latents?|latent_model_input|hidden_states|x|x_?t|z_?t|image|input)$/,
  timestep: /^(time_?steps?|time|t|step)$/,
  words: /^(encoder_hidden_states|text_embeds?|text_embeddings?|prompt_embeds|context)$/,
  mask: /^encoder_attention_mask$/,
  caption: /^(caption|captions|caption_ids|input_ids)$/,
  label: /^(class_labels?|labels?|class_ids?|classes|y)$/,
};

/** What a tensor of a role may be, whatever it is called. */
const fits: Readonly<Record<Role, (input: TensorInfo) => boolean>> = {
  sample: ({ type, shape }) => FLOATS.includes(type) && shape.length >= 2,
  timestep: ({ type, shape }) => [...FLOATS, ...WHOLES, 'float64'].includes(type) && shape.length <= 1,
  words: ({ type, shape }) => FLOATS.includes(type) && shape.length === 3,
  mask: ({ type, shape }) => [...FLOATS, ...WHOLES, 'bool'].includes(type) && shape.length === 2,
  caption: ({ type, shape }) => WHOLES.includes(type) && shape.length === 2,
  label: ({ type, shape }) => WHOLES.includes(type) && shape.length === 1,
};

/** Roles whose tensor is known by its shape where its name says nothing, in this order. */
const byShape: readonly Role[] = ['words', 'sample', 'caption', 'timestep', 'label'];

/**
 * Every input has a role, or the model is refused: what it is not told would be guessed.
 *
 * @throws RpcError 'model-invalid' with the tensors
 */
export function findDenoiserRoles({ path, inputs, outputs }: FileTensors): DenoiserRoles {
  const found = new Map<Role, TensorInfo>();
  const left = new Set(inputs);
  const take = (role: Role, chosen: readonly TensorInfo[]): void => {
    if (found.has(role) || chosen.length !== 1) return;
    found.set(role, chosen[0]!);
    left.delete(chosen[0]!);
  };
  for (const role of Object.keys(named) as Role[])
    take(
      role,
      [...left].filter((input) => named[role].test(input.name.toLowerCase()) && fits[role](input)),
    );
  // A pipeline of pictures has x of rank 4; one of rank 3 is then the text.
  const pictures = [...left].filter((input) => fits.sample(input) && input.shape.length >= 4);
  if (pictures.length === 1) take('sample', pictures);
  for (const role of byShape) if (role !== 'words' || found.has('sample')) take(role, [...left].filter(fits[role]));
  const listed = (tensors: Iterable<TensorInfo>): string =>
    [...tensors].map((tensor) => `${described(tensor)} ${tensor.type}`).join(', ') || 'none';
  const [sample, timestep] = [found.get('sample'), found.get('timestep')];
  if (!sample || !timestep)
    throw invalid(
      `${path} has the inputs ${listed(inputs)}; a denoiser takes ${sample ? 'a timestep' : 'a sample'}, and none of them is one. Name it "${sample ? 'timestep' : 'sample'}".`,
    );
  if (left.size > 0) throw invalid(`${path} asks for ${listed(left)}, which no part of this pipeline gives. Export a model without it.`);
  const given = outputs.filter(({ type }) => FLOATS.includes(type));
  const output = given.find(({ name }) => /^(out_)?sample$|^noise_pred$|^v$|^velocity$|^output$/.test(name)) ?? given[0];
  if (!output || (given.length > 1 && output === given[0] && !/sample|noise|^v|velocity|output/.test(output.name)))
    throw invalid(`${path} has the outputs ${listed(outputs)}; a denoiser gives one, as large as its sample.`);
  const of = (role: Role): TensorInfo | null => found.get(role) ?? null;
  return { path, sample, timestep, words: of('words'), mask: of('mask'), caption: of('caption'), label: of('label'), output };
}

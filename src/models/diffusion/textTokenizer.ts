/** The tokenizer of a pipeline's text encoder: a text as so many ids as the encoder takes, cut or filled up. */

import { join } from 'node:path';
import * as z from 'zod/mini';
import { parseChecked } from '../checkedJson.ts';
import { createTokenizer, type Tokenizer } from '../tokenizer.ts';
import { clipTokenizerJson } from './clipTokenizer.ts';
import { tokenizerConfig, type TokenizerConfig } from './configs.ts';
import { invalid, readOptionalJson, readSmallFile } from './jsonFile.ts';
import type { TextParts } from './pipelineFolder.ts';

export interface TextIds {
  /** [length] */
  ids: number[];
  /** 1 for a token of the text, 0 for padding: [length] */
  mask: number[];
  /** What stands at each place. */
  words: string[];
  /** Tokens of the text that had no room. */
  cut: number;
}

export interface TextTokenizer {
  length: number;
  encode(text: string): Promise<TextIds>;
}

const vocabulary = z.object({
  model: z.object({ vocab: z.optional(z.unknown()) }),
  added_tokens: z.optional(z.array(z.object({ id: z.int(), content: z.string() }))),
});

/** @throws RpcError 'model-missing', 'model-invalid', 'tokenizer-invalid' with the file */
export async function readTextTokenizer({ tokenizer: folder, tokenizerClass, config }: TextParts): Promise<TextTokenizer> {
  const configPath = join(folder, 'tokenizer_config.json');
  const own = (await readOptionalJson(tokenizerConfig, configPath)) ?? {};
  const special = (await readOptionalJson(tokenizerConfig, join(folder, 'special_tokens_map.json'))) ?? {};
  const tokens: TokenizerConfig = { ...special, ...own };
  const isClip = /^CLIPTokenizer(Fast)?$/.test(tokenizerClass);
  const path = join(folder, 'tokenizer.json');
  const json = (await readSmallFile(path)) ?? (await clipTokenizerJson(folder, isClip, tokens));
  const tokenizer = await createTokenizer(json, path);
  // The file may state the limit of its class as a number beyond any text.
  const limits = [own.model_max_length, config.max_position_embeddings].filter((limit) => typeof limit === 'number' && limit <= 2 ** 20);
  const length = limits[0];
  if (length === undefined || length === null)
    throw invalid(
      `${configPath}: model_max_length is missing, and the text encoder's config.json has no max_position_embeddings. Write it there.`,
    );
  // CLIP's is a default of its class.
  const padding = textOf(tokens.pad_token) ?? (isClip ? '<|endoftext|>' : undefined);
  if (padding === undefined)
    throw invalid(`${configPath}: pad_token is missing: it is not known what texts are filled up with. Write it there.`);
  return filledUp(tokenizer, Math.floor(length), idOf(json, path, padding));
}

function filledUp(tokenizer: Tokenizer, length: number, padding: number): TextTokenizer {
  return {
    length,
    encode: async (text) => {
      const [all, content] = [await tokenizer.encode(text), await tokenizer.encode(text, false)];
      const before = all.findIndex((_, at) => content.every(({ id }, i) => all[at + i]?.id === id));
      const around = all.length - content.length;
      const cut = Math.max(0, all.length - length);
      const kept = [...all.slice(0, before + content.length - cut), ...all.slice(before + content.length)];
      if (around > length || before < 0) throw invalid(`The tokenizer adds ${around} tokens to every text; the encoder takes ${length}.`);
      const ids = kept.map(({ id }) => id);
      const mask = ids.map(() => 1);
      const words = kept.map(({ text: word }) => word.replace(/<\/w>$/, ''));
      while (ids.length < length) {
        ids.push(padding);
        mask.push(0);
        words.push('');
      }
      return { ids, mask, words, cut };
    },
  };
}

export function textOf(token: TokenizerConfig['pad_token']): string | undefined {
  return typeof token === 'string' ? token : (token?.content ?? undefined);
}

function idOf(json: string, path: string, token: string): number {
  const { model, added_tokens: added = [] } = parseChecked(
    vocabulary,
    json,
    path,
    'Give the tokenizer.json that belongs to the model.',
    invalid,
  );
  const named = added.find(({ content }) => content === token)?.id;
  if (named !== undefined) return named;
  const { vocab } = model;
  // By token, or, of a unigram model, in order with their scores.
  const id = Array.isArray(vocab)
    ? vocab.findIndex((entry) => Array.isArray(entry) && entry[0] === token)
    : (vocab as Record<string, unknown> | undefined)?.[token];
  if (typeof id === 'number' && id >= 0) return id;
  throw invalid(`${path} has no token "${token}", which texts are to be filled up with (pad_token of tokenizer_config.json).`);
}

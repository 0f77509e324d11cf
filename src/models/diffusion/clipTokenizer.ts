/** CLIP's tokenizer from vocab.json and merges.txt, as pipelines have it that were saved without tokenizer.json. */

import { join } from 'node:path';
import * as z from 'zod/mini';
import { RpcError } from '../../protocol/rpc.ts';
import type { TokenizerConfig } from './configs.ts';
import { invalid, readJsonFile, readSmallFile } from './jsonFile.ts';

const vocabulary = z.record(z.string(), z.int().check(z.gte(0)));

/**
 * The tokenizer.json that transformers makes of them (its `CLIPConverter`).
 *
 * @throws RpcError 'model-missing' where a file is, 'model-invalid' where one is wrong or it is no tokenizer of CLIP's
 */
export async function clipTokenizerJson(folder: string, isClip: boolean, tokens: TokenizerConfig): Promise<string> {
  if (!isClip)
    throw new RpcError(
      'model-missing',
      `${join(folder, 'tokenizer.json')} is missing. Save the tokenizer with transformers, which writes it.`,
    );
  const path = join(folder, 'vocab.json');
  const vocab = await readJsonFile(vocabulary, path);
  const mergesPath = join(folder, 'merges.txt');
  const text = await readSmallFile(mergesPath);
  if (text === undefined) throw new RpcError('model-missing', `${mergesPath} is missing. Save the tokenizer again, with all of its files.`);
  const merges = text
    .split(/\r?\n/)
    .filter((line, at) => line !== '' && !(at === 0 && line.startsWith('#')))
    .map((line) => {
      const parts = line.split(' ');
      if (parts.length === 2) return parts;
      throw invalid(`${mergesPath}: "${line.slice(0, 80)}" is no pair of tokens.`);
    });
  const special = (token: TokenizerConfig['bos_token'], otherwise: string): [string, number] => {
    const content = typeof token === 'string' ? token : (token?.content ?? otherwise);
    const id = Object.hasOwn(vocab, content) ? vocab[content] : undefined;
    if (id === undefined) throw invalid(`${path} has no token "${content}", which stands at an end of every text.`);
    return [content, id];
  };
  const begin = special(tokens.bos_token, '<|startoftext|>');
  const end = special(tokens.eos_token, '<|endoftext|>');
  const added = [begin, end].map(([content, id]) => ({
    ...{ id, content, special: true, single_word: false, lstrip: false, rstrip: false, normalized: content === begin[0] },
  }));
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added.sort((a, b) => a.id - b.id),
    normalizer: {
      type: 'Sequence',
      normalizers: [{ type: 'NFC' }, { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' }, { type: 'Lowercase' }],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        {
          ...{ type: 'Split', behavior: 'Removed', invert: true },
          pattern: { Regex: "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+" },
        },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: { type: 'RobertaProcessing', sep: end, cls: begin, trim_offsets: false, add_prefix_space: false },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      ...{ type: 'BPE', dropout: null, unk_token: end[0], continuing_subword_prefix: '', end_of_word_suffix: '</w>' },
      ...{ fuse_unk: false, byte_fallback: false, ignore_merges: false, vocab, merges },
    },
  });
}

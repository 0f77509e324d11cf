import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findEndTokens } from '../../../../src/engine/inference/generation/endTokens.ts';
import type { Tokenizer } from '../../../../src/models/tokenizer.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'genlens-ends-'));
});
afterEach(() => rm(folder, { recursive: true }));

const write = (name: string, content: unknown): Promise<void> =>
  writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
const find = (path = 'model.onnx', endIds: number[] = []) =>
  findEndTokens({ source: { id: 'm', name: 'm', path: join(folder, path) }, tokenizer: { endIds } as unknown as Tokenizer });

describe('findEndTokens', () => {
  it('reads generation_config.json before config.json, and either before the tokenizer', async () => {
    expect(await find()).toEqual({ ids: [], from: null, begin: undefined });
    expect(await find('model.onnx', [5])).toEqual({ ids: [5], from: 'tokenizer.json', begin: undefined });
    await write('config.json', { eos_token_id: 3, bos_token_id: 1 });
    expect(await find('model.onnx', [5])).toEqual({ ids: [3], from: 'config.json', begin: 1 });
    await write('generation_config.json', { eos_token_id: [7, 8, 7] });
    expect(await find()).toEqual({ ids: [7, 8], from: 'generation_config.json', begin: undefined });
    await write('generation_config.json', { bos_token_id: 2 });
    expect(await find()).toEqual({ ids: [3], from: 'config.json', begin: 2 });
  });

  it('looks one folder up from `onnx`, and into the part of a config that is about text', async () => {
    await mkdir(join(folder, 'onnx'));
    await write('config.json', { text_config: { eos_token_id: 4, bos_token_id: 6 } });
    expect(await find('onnx/model.onnx')).toEqual({ ids: [4], from: 'config.json', begin: 6 });
    expect((await find('other/model.onnx')).from).toBeNull();
  });

  it.each([
    ['not JSON', '{'],
    ['null', 'null'],
    ['a list', '[1]'],
    ['a text', { eos_token_id: '</s>' }],
    ['numbers that are no ids', { eos_token_id: [-1, 1.5, 1e300, null, [2]] }],
  ])('passes over %s', async (_, content) => {
    await write('generation_config.json', content);
    expect((await find('model.onnx', [9])).ids).toEqual([9]);
  });

  it('reads neither a folder nor a file too large to be one', async () => {
    await mkdir(join(folder, 'config.json'));
    await write('generation_config.json', '{"eos_token_id": 1}');
    await truncate(join(folder, 'generation_config.json'), 2 ** 30);
    expect((await find('model.onnx', [9])).ids).toEqual([9]);
  });
});

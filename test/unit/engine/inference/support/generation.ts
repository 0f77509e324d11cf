/** Models that continue texts, and what is told of their tokens. */

import { join } from 'node:path';
import { defaultDecoding, type DecodingSettings, type GeneratedToken, type Generation } from '../../../../../src/protocol/generation.ts';
import type { ModelSource } from '../../../../../src/protocol/inference.ts';
import type { CallOptions } from '../../../../../src/protocol/rpc.ts';
import { fixtures, settings, startService, type TestService } from './service.ts';

export const generationFixtures = join(fixtures, '..', 'generation');

export type GenerationModel = 'cached' | 'merged' | 'whole' | 'fixed' | 'masked';

export function generationSource(name: GenerationModel): ModelSource {
  const path = join(generationFixtures, name, 'model.onnx');
  const tokenizer = name === 'cached' || name === 'merged' ? join(generationFixtures, 'cached') : join(fixtures, 'causal');
  return { id: name, name, path, tokenizerPath: join(tokenizer, 'tokenizer.json') };
}

export async function loaded(
  source: ModelSource,
  memoryLimit = settings.memoryLimit,
  change?: Parameters<typeof startService>[0],
): Promise<TestService> {
  const service = startService(change);
  await service.load({ source, settings: { ...settings, memoryLimit } });
  return service;
}

export interface Told extends Generation {
  items: GeneratedToken[];
  ids: number[];
  /** All that was added, one after the other. */
  added: string;
}

export async function generate(
  service: TestService,
  prompt: string,
  decoding: Partial<DecodingSettings> = {},
  {
    continuation = [],
    ...options
  }: CallOptions & { continuation?: readonly number[]; onItem?: (tokens: readonly GeneratedToken[]) => void } = {},
): Promise<Told> {
  const items: GeneratedToken[] = [];
  const generation = await service.generate(
    { prompt, continuation, settings: { ...defaultDecoding, ...decoding } },
    {
      ...options,
      onItem: (tokens) => {
        items.push(...tokens);
        options.onItem?.(tokens);
      },
    },
  );
  return { ...generation, items, ids: items.map(({ id }) => id), added: items.map(({ added }) => added).join('') };
}

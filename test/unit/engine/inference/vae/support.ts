/** The service for variational autoencoders on the real runtime, in this process. */

import { createVaeService } from '../../../../../src/engine/inference/vae/service.ts';
import type { Remote } from '../../../../../src/protocol/rpc.ts';
import type { VaeService, VaeSource } from '../../../../../src/protocol/vae.ts';
import { join } from 'node:path';
import { direct, settings, startRuntime } from '../support/service.ts';

export const root = join(import.meta.dirname, '../../../../..');
const fixtures = join(root, 'test/fixtures/vae');

export function startVae(): Remote<VaeService> & { sessions: () => number } {
  const { runtime, sessions } = startRuntime();
  return { ...direct<Remote<VaeService>>(createVaeService(runtime)), sessions };
}

/** What a user has to say of the linear models: nothing in their files tells it. */
export const linearAnswers = { likelihood: 'gaussian', deviation: '0.5', range: '0..1', layout: 'channels-first', item: 'vector' };

export function linearSource(name: 'linear-2' | 'linear-3', more: Partial<VaeSource> = {}): VaeSource {
  const [encoder, decoder] = [join(fixtures, name, 'encoder.onnx'), join(fixtures, name, 'decoder.onnx')];
  return { id: name, name, encoder, decoder, answers: linearAnswers, ...more };
}

export async function loadedLinear(name: 'linear-2' | 'linear-3', more: Partial<VaeSource> = {}) {
  const service = startVae();
  return { service, loaded: await service.load({ source: linearSource(name, more), settings }) };
}

/** Which output of a model holds its logits. */

import type { TensorInfo } from '../../protocol/inference.ts';
import { RpcError } from '../../protocol/rpc.ts';

const floatTypes = new Set(['float16', 'float32', 'float64']);

/** Of outputs that have the form of logits: by name, else the one that looks so. */
export function chooseLogits(outputs: readonly TensorInfo[]): TensorInfo | undefined {
  const possible = outputs.filter(({ type }) => floatTypes.has(type));
  // Models without a head give the vectors of the last layer, which have the same form.
  return (
    possible.find(({ name }) => name === 'logits') ??
    possible.find(({ name }) => /logits/i.test(name)) ??
    possible.find(({ name }) => !/hidden|embed|state|encod|present|attent/i.test(name))
  );
}

export function namesOf(outputs: readonly TensorInfo[]): string {
  return outputs.map(({ name, type, shape }) => `${name} (${type} [${shape.join(', ')}])`).join(', ') || 'nothing';
}

export function noLogits(found: string): RpcError {
  return new RpcError(
    'no-logits',
    `${found}: that is no logit for each token of a vocabulary at each position [batch, sequence, vocabulary]. Export the model with its language-model head.`,
  );
}

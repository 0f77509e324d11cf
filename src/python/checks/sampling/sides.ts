/** With a condition or without one: the two predictions that guidance puts together. */

import { argumentsOf, unwrap, type Node } from '../../expression/node.ts';
import { namesOf } from '../../recognise/evidence/given.ts';
import { holdsAny, wordsOf } from '../../recognise/evidence/words.ts';

export type Side = 'with' | 'without';
export const said: Readonly<Record<Side, string>> = { with: 'conditional', without: 'unconditional' };

const without = ['uncond', 'unconditional', 'null', 'empty', 'negative', 'neg', 'blank', 'unc', 'u', 'eps u', 'no cond'];
const withCondition = [
  'cond',
  'conditional',
  'text',
  'prompt',
  'ctx',
  'context',
  'c',
  'y',
  'label',
  'labels',
  'class',
  'classes',
  'emb',
  'embeddings',
  'positive',
  'pos',
];

export function sideNamed(name: string): Side | null {
  const words = wordsOf(name);
  if (holdsAny(words, without)) return 'without';
  return holdsAny(words, withCondition) ? 'with' : null;
}

/** Of one half of what is told beside the sample. */
export function sideOf(half: Node): Side {
  const inner = unwrap(half);
  if (inner.op === 'number' || inner.op === 'zerosLike' || inner.op === 'full') return 'without';
  return namesOf(half).some((name) => holdsAny(wordsOf(name), without)) ? 'without' : 'with';
}

/** Of a prediction by its name, else by what the network was given; null where neither tells. */
export function sideOfPrediction(prediction: Node): Side | null {
  const [name] = namesOf(prediction);
  const named = name === undefined ? null : sideNamed(name);
  const call = unwrap(prediction);
  if (named || call.op !== 'opaque') return named;
  return argumentsOf(call).some((arg) => sideOf(arg) === 'without') ? 'without' : null;
}

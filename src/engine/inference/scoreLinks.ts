/** What a node does to the scores of one head, with the numbers that it does it with. */

import { floatsOf } from '../../formats/elements.ts';
import type { LogitStep } from '../../maths/attention/logitSteps.ts';
import type { ChainLink } from '../../onnx/attention/chain.ts';
import type { CutOut } from '../../onnx/attention/cutout.ts';
import { meaningOf } from '../../onnx/attention/meaning.ts';
import type { RawTensor } from '../../protocol/worker.ts';

type Feeds = ReadonlyMap<string, RawTensor>;

export interface Reading {
  /** null: it has no place in the formula. */
  step: LogitStep | null;
  /** '' where the numbers stay as they are. */
  op: string;
}

/** What an input of a node holds, among the operands that a cut-out is fed with and the constants that it holds. */
export function inputTensor({ step }: ChainLink, input: number, part: CutOut, feeds: Feeds): RawTensor | undefined {
  const name = step.inputs[input] ?? '';
  return feeds.get(name) ?? part.held.get(name);
}

/** Numbers of any type; a condition's are 0 and 1. */
export function numbersIn({ type, data }: RawTensor): Float32Array | Float64Array {
  return data instanceof Float64Array
    ? data
    : (floatsOf(type, data) ?? Float64Array.from(Array.from(data as ArrayLike<number | bigint>, Number)));
}

/** @param feeds cut to one query, so that every operand has a number for each key, or one for all */
export function readLink(link: ChainLink, part: CutOut, feeds: Feeds): Reading {
  const op = link.step.node.opType;
  const numbers = (input: number): Float64Array | null => {
    const tensor = inputTensor(link, input, part, feeds);
    return tensor ? Float64Array.from(numbersIn(tensor)) : null;
  };
  const meaning = meaningOf(link, (input) => inputTensor(link, input, part, feeds)?.data.length ?? 0);
  switch (meaning?.kind) {
    case 'same':
      return { step: { kind: 'scale', factor: 1 }, op: '' };
    case 'tanh':
      return { step: { kind: 'tanh' }, op };
    case 'scale': {
      const factor = numbers(meaning.input)?.[0];
      if (factor !== undefined) return { step: { kind: 'scale', factor: meaning.divides ? 1 / factor : factor }, op };
      break;
    }
    case 'add': {
      const values = numbers(meaning.input);
      if (values) return { step: { kind: 'add', values: meaning.subtracts ? values.map((value) => -value) : values }, op };
      break;
    }
    case 'select': {
      const [condition, other] = [numbers(meaning.condition), numbers(meaning.other)];
      const kept = meaning.kept ? condition : (condition?.map((value) => (value === 0 ? 1 : 0)) ?? null);
      if (kept && other) return { step: { kind: 'select', kept, other }, op };
      break;
    }
  }
  return { step: null, op };
}

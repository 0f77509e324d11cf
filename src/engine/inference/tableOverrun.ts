/** Runs that fail because a table of the model (of tokens, of positions) has too few rows. */

import { RpcError } from '../../protocol/rpc.ts';
import type { HeldModel } from './loadedModel.ts';

export interface Overrun {
  /** The row that was asked for. */
  index: number;
  /** How many rows there are. */
  size: number;
}

/** The index that a table (an embedding) was asked for and its number of rows, where that is what went wrong. */
export function tableOverrun(error: unknown): Overrun | undefined {
  if (!(error instanceof RpcError) || error.code !== 'run-failed') return undefined;
  const [, index, last] = /idx=(\d+) must be within the inclusive range \[-\d+,\s*(\d+)\]/.exec(error.message) ?? [];
  return index === undefined || last === undefined ? undefined : { index: Number(index), size: Number(last) + 1 };
}

export function wrongTokenizer({ index, size }: Overrun, { source }: Pick<HeldModel, 'source'>): RpcError {
  return new RpcError(
    'wrong-tokenizer',
    `The text has the token id ${index}, the model knows ${size} tokens: ${source.tokenizerPath} is not this model's tokenizer. Put the right tokenizer.json beside the model.`,
  );
}

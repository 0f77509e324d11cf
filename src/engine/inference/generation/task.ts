import type { Tokenizer } from '../../../models/tokenizer.ts';
import type { DecodingSettings, GeneratedToken, Generation } from '../../../protocol/generation.ts';
import type { StreamContext } from '../../../protocol/rpc.ts';
import type { Continuer } from './continuer.ts';
import type { Runs } from './plan.ts';

/** What a way of choosing tokens is given. */
export interface Task {
  continuer: Continuer;
  runs: Runs;
  tokenizer: Tokenizer;
  settings: DecodingSettings;
  /** Tokens of the prompt, and those behind it that are given. */
  prompt: readonly number[];
  given: readonly number[];
  ends: ReadonlySet<number>;
  /** Tokens that may come. */
  most: number;
  textOf: (id: number) => string;
  tell: (tokens: readonly GeneratedToken[]) => void;
  /** Whether an error says that no more tokens fit. */
  isFull: (error: unknown) => boolean;
  context: StreamContext<readonly GeneratedToken[]>;
}

/** What it tells in the end. */
export type Continued = Pick<Generation, 'end' | 'text' | 'tokens' | 'promptMs' | 'stepsMs'>;

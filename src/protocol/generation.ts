/** The messages for continuing a text with a transformer, token by token. */

import type { InferenceService, ProviderReport, VocabularyToken } from './inference.ts';
import type { Streamed } from './rpc.ts';

/** How each token is chosen from the logits. What is not used by the method is ignored. */
export interface DecodingSettings {
  /** sample: drawn from what the filters leave. greedy: the most probable. beam: the most probable continuation that beam search finds. */
  method: 'sample' | 'greedy' | 'beam';
  /** Above 0; logits are divided by it. */
  temperature: number;
  /** The k most probable stay; 0: all. */
  topK: number;
  /** The fewest stay whose probabilities sum to this; 1: all. */
  topP: number;
  /** Those stay that have this share of the largest probability; 0: all. */
  minP: number;
  /** Logits of tokens that stand in the text before are divided by it where positive, else multiplied (Keskar et al. 2019, arXiv:1909.05858); 1: none. */
  repetitionPenalty: number;
  /** Beams of beam search. */
  beams: number;
  /** A beam's log-probability is divided by its length to this power before beams are compared. */
  lengthPenalty: number;
  /** Of the draws: the token at a place depends on it, the place and the text before alone. 0 to 2^32 - 1. */
  seed: number;
  /** The continuation ends before the first of these strings. */
  stop: readonly string[];
  maxTokens: number;
}

export const defaultDecoding: DecodingSettings = {
  method: 'sample',
  temperature: 0.8,
  topK: 0,
  topP: 0.95,
  minP: 0,
  repetitionPenalty: 1,
  beams: 4,
  lengthPenalty: 1,
  seed: 1,
  stop: [],
  maxTokens: 64,
};

export interface GenerationRequest {
  /** What is continued. Where it has more tokens than fit, its end. */
  prompt: string;
  /** Tokens behind the prompt that are taken as they are: the branch that is gone on from. */
  continuation: readonly number[];
  settings: DecodingSettings;
}

/** A token of the continuation, and what the model expected in its place. */
export interface GeneratedToken extends VocabularyToken {
  /** What it adds to the text: '' while a character is not complete. `text` is the token by itself. */
  added: string;
  /** Of the model, before temperature, penalty and filters, nats. */
  logProbability: number;
  /** 1 for the most probable. */
  rank: number;
  /** Of the model's distribution, bits. */
  entropy: number;
  /** With which it was drawn; 1 where it was not drawn (greedy, beam). */
  drawn: number;
  /** How many tokens the filters left to draw from; 1 where none is drawn. */
  candidates: number;
  /** The most probable tokens in its place, by the model's probability, most probable first. */
  alternatives: readonly Alternative[];
}

export interface Alternative extends VocabularyToken {
  probability: number;
  /** With which it would be drawn; 0 where a filter takes it away. */
  drawn: number;
}

/** The tokens that end a text, and what says so: a file beside the model, its tokenizer's special tokens, or nothing. */
export interface EndTokens {
  tokens: readonly VocabularyToken[];
  from: 'generation_config.json' | 'config.json' | 'tokenizer.json' | null;
}

/** Why a continuation ended. */
export type GenerationEnd = 'maxTokens' | 'stop' | 'endOfText' | 'context';

export interface Generation {
  end: GenerationEnd;
  /** The text behind the prompt: the given tokens and the new ones, cut before a stop string. */
  text: string;
  /** New tokens. */
  tokens: number;
  /** Mean log-probability of the new tokens, nats a token; NaN where there are none. */
  meanLogProbability: number;
  /** The part of the prompt that was run, in UTF-16 offsets, and how many tokens that is; its beginning is left out where it did not fit. */
  window: { start: number; end: number; tokens: number; totalTokens: number };
  endTokens: EndTokens;
  /** Milliseconds until the first token's logits, and of all later steps together. */
  promptMs: number;
  stepsMs: number;
  /** Whether the keys and values of earlier tokens are kept; else every step runs the whole text. */
  cached: boolean;
  provider: ProviderReport;
  /** Hex sha256 of the model's file. */
  sha256: string;
}

export interface GenerationService {
  /**
   * Continues a text. Tokens come in messages of one or more: each message is work for both processes. Beam search gives its tokens at the
   * end: until then it may change its mind.
   *
   * @throws RpcError 'no-logits', 'no-tokenizer', 'not-autoregressive', 'too-long' (the given tokens fill the context), 'empty',
   *   'setting-invalid' with the setting and its value, 'nan-logits', 'wrong-tokenizer', 'memory'
   */
  generate(params: GenerationRequest): Streamed<readonly GeneratedToken[], Generation>;
}

/** What the process of a transformer does for its owner. */
export type TransformerService = InferenceService & GenerationService;

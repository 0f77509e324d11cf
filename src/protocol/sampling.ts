/** The messages between the sampling view and the extension host, and what the host keeps of it. */

import type { DecodingSettings, GeneratedToken, Generation, GenerationRequest } from './generation.ts';
import type { Streamed } from './rpc.ts';

export type ModelFamily = 'transformer' | 'vae' | 'gan' | 'diffusion';

/** A model that can be sampled. */
export interface SamplingModel {
  readonly id: string;
  readonly family: ModelFamily;
  readonly title: string;
  readonly description: string;
  /** Of its files; null where they cannot be read. */
  readonly bytes: number | null;
  /** Came with the extension; else it was added. */
  readonly bundled: boolean;
}

/** Where a text that is continued stands. */
export interface TextOrigin {
  readonly uri: string;
  /** "loss.py" */
  readonly name: string;
  /** Of the cursor: a UTF-16 offset into the document, and its line, from 1. */
  readonly offset: number;
  readonly line: number;
}

/** The text before the cursor of the active editor. */
export interface TextTarget extends TextOrigin {
  /** The end of it, on one line. */
  readonly tail: string;
}

/** What a continuation begins from. */
export interface ContinuedText {
  readonly text: string;
  /** null: a prompt. */
  readonly origin: TextOrigin | null;
}

/** A token of a continuation and the one before it: continuations that part are a tree. */
export interface BranchNode {
  readonly token: GeneratedToken;
  /** Its place in the list; -1 is the end of the prompt. */
  readonly parent: number;
}

/** A text continued, with all that was tried. */
export interface TextRun {
  readonly id: string;
  /** When it began, as Date.now() gives it. */
  readonly at: number;
  readonly model: string;
  readonly from: ContinuedText;
  readonly settings: DecodingSettings;
  readonly nodes: readonly BranchNode[];
  /** The last token of the continuation that is shown; -1: none yet. */
  readonly tip: number;
  /** Of the last continuation; null while it goes on, or where it was cancelled. */
  readonly outcome: Generation | null;
}

/** What is chosen in the view. */
export interface SamplingChoices {
  /** null: the first. */
  readonly model: string | null;
  readonly source: 'file' | 'prompt';
  readonly prompt: string;
  readonly decoding: DecodingSettings;
  /** All settings are shown, not the most used alone. */
  readonly settingsOpen: boolean;
  /** The run that is shown, and the one beside it. */
  readonly run: string | null;
  readonly beside: string | null;
}

export interface SamplingContent {
  readonly models: readonly SamplingModel[];
  readonly choices: SamplingChoices;
  /** The newest first. */
  readonly runs: readonly TextRun[];
  readonly target: TextTarget | null;
}

export interface SamplingHost {
  ready(params: Record<never, never>): SamplingContent;
  /** What was chosen is kept over a reload. */
  choose(params: { choices: SamplingChoices }): void;
  /** A run is kept, in place of the one with its id. */
  keep(params: { run: TextRun }): void;
  forget(params: { runs: readonly string[] }): void;
  /** @throws RpcError 'no-text' where no text is open, or nothing stands before its cursor */
  take(params: Record<never, never>): ContinuedText;
  /** @throws RpcError 'model-missing', 'untrusted', and what the engine says */
  continueText(params: { model: string; request: GenerationRequest }): Streamed<GeneratedToken, Generation>;
  /** Puts text where its prompt ended, or, where that was edited, at the cursor. Says which; null: nowhere. */
  insert(params: { from: ContinuedText; text: string }): { place: 'origin' | 'cursor' } | null;
  copy(params: { text: string; what: string }): void;
  /** Of the settings that are on the clipboard; those that it does not have stay. @throws RpcError 'setting-invalid' */
  paste(params: Record<never, never>): PastedSettings;
  /** Opens the attention panel on the prompt and the tokens behind it. */
  explain(params: { model: string; from: ContinuedText; tokens: readonly number[]; text: string }): void;
  addModel(params: Record<never, never>): void;
  openCard(params: { model: string }): void;
}

/** Settings as they are copied: JSON that `genlens sample --settings` takes. */
export interface PastedSettings {
  readonly model?: string;
  readonly decoding: Partial<DecodingSettings>;
}

export interface SamplingPage {
  /** Another editor is active, or its cursor has moved; null: no text is open. */
  target(params: { target: TextTarget | null }): void;
  models(params: { models: readonly SamplingModel[] }): void;
  /** Continues the text at the cursor with what is chosen. */
  start(params: Record<never, never>): void;
}

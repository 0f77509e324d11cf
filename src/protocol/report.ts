/** What a report holds: a run as the panel shows it, and what stands in for the engine. */

import type { AttentionResult, AttentionViewState, TextSymbols } from './attention.ts';
import type { LikelyTokens, PortableSite, SiteScores, TokenPredictions } from './inference.ts';

export interface ReportData {
  /** Version of Genlens that wrote it. */
  genlens: string;
  /** When, in ISO 8601. */
  written: string;
  /** Without the text that was given, of which the part that was run is in `text`, and without the places of files. */
  result: AttentionResult;
  /** What it shows first; null: everything. */
  view: AttentionViewState | null;
  sites: readonly PortableSite[];
  /** Of each site, as the run's own weights were scored. */
  scores: readonly { all: SiteScores; withoutFirst: SiteScores }[];
  /** Of the text that was run. */
  symbols: TextSymbols;
  /** null: the model predicts no next token, or there is no text. */
  next: { predictions: TokenPredictions; likely: LikelyTokens } | null;
}

/** Elements of the typed arrays that a report holds. */
export const arrayTypes = { uint16: Uint16Array, int32: Int32Array, float32: Float32Array } as const;
export type ArrayType = keyof typeof arrayTypes;
export type ReportArray = InstanceType<(typeof arrayTypes)[ArrayType]>;

/** Stands in the report's JSON for an array, which is in the page's element of that id: shuffled, deflated, as base64. */
export interface ArrayReference {
  array: string;
  type: ArrayType;
}

/** A value whose arrays are references. */
export type Packed<T> = T extends ReportArray
  ? ArrayReference
  : T extends ArrayBufferView
    ? T
    : T extends object
      ? { readonly [K in keyof T]: Packed<T[K]> }
      : T;

/** The page's elements that hold a report. */
export const reportElement = { data: 'report', array: (index: number): string => `array-${index}` } as const;

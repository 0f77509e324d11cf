/** The messages between the extension host and the thread that sets formulas for hovers and lists. */

import type { Equality, Finding } from './python.ts';

export type ThemeKind = 'dark' | 'light' | 'highContrast' | 'highContrastLight';

/** LaTeX as a picture, or why there is none. */
export type Picture =
  | {
      /** A data URI of an SVG that has its colours and its size in itself. */
      readonly uri: string;
      /** The LaTeX, without terms. */
      readonly latex: string;
    }
  | { readonly problem: string; readonly latex: string };

/** One of a formula's symbols: what stands for it in the code, and what it is. */
export interface SymbolCard {
  readonly picture: Picture;
  /** "#rrggbb": of the symbol, in the formula as well. */
  readonly colour: string;
  /** The id of the term in the code's LaTeX. */
  readonly id: string;
  readonly code: string;
  /** Null where it is no term of the formula: a weight, a mask. */
  readonly term: { readonly name: string; readonly meaning: string; readonly shape: string; readonly unit: string } | null;
  /** "log-variance"; null where the code holds the term itself. */
  readonly encoding: string | null;
}

/** What is said of a formula that was found in code. */
export interface FormulaCard {
  /** Null where the code has no name, only a picture. */
  readonly name: string | null;
  readonly family: string | null;
  readonly equality: Equality;
  /** What the code computes, in its own symbols. */
  readonly picture: Picture;
  /** The formula as it is written; null where the code's looks the same, or has no name. */
  readonly canonical: Picture | null;
  /** Sentences. */
  readonly summary: string | null;
  readonly note: string | null;
  readonly remarks: readonly string[];
  /** Of the value: "nats"; null where it has none, or is not known. */
  readonly unit: string | null;
  readonly symbols: readonly SymbolCard[];
  /** Names of formulas that it is made of. */
  readonly parts: readonly string[];
  readonly source: { readonly text: string; readonly arxiv: string | null } | null;
  /** Of each of the finding's diagnostics: the code's formula and the one that it would have to be; null where it has none. */
  readonly compared: readonly ({ readonly written: Picture; readonly right: Picture } | null)[];
}

/** What is said of LaTeX in a text. */
export interface MathCard {
  readonly picture: Picture;
  /** Of the catalogue's formula that it states; null where it is none. */
  readonly name: string | null;
  readonly family: string | null;
  readonly summary: string | null;
  readonly source: { readonly text: string; readonly arxiv: string | null } | null;
}

/** A formula that stands in a text. */
export interface MathSpan {
  /** UTF-16 offsets, with what encloses it; end exclusive. */
  readonly start: number;
  readonly end: number;
  /** What stands between, with the commands that the document defines written out. */
  readonly latex: string;
  /** It stands on lines of its own. */
  readonly display: boolean;
}

export interface Typesetting {
  /**
   * The formula, written in LaTeX, that a place of a document is in; null where there is none.
   * @param params `language` is the editor's id; `offset` in UTF-16 units.
   */
  mathAt(params: { text: string; language: string; offset: number }): MathSpan | null;
  formula(params: { finding: Finding; theme: ThemeKind }): FormulaCard;
  /** @param params `formula` is its id in the catalogue, null where it has none. */
  math(params: { latex: string; display: boolean; formula: string | null; theme: ThemeKind }): MathCard;
  /** Names and families by id, of those that the catalogue has; families come in the order in which a list shows them. */
  names(params: { ids: string[] }): { id: string; name: string; family: string }[];
}

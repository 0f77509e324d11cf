/** The messages between the panel *Formula of the Selection* and the extension host. */

/** A symbol of the formula: the term of its LaTeX, and the code that it is. */
export interface ShownSymbol {
  readonly id: string;
  readonly code: string;
  readonly symbol: string;
  /** How often it stands in the code. */
  readonly count: number;
}

/** A piece of a file or notebook; UTF-16 offsets into its text. */
export interface CodePlace {
  readonly uri: string;
  readonly start: number;
  readonly end: number;
}

/** The formula of a piece of code. */
export interface ShownFormula {
  readonly from: CodePlace;
  /** What was read: one line of it, and where it is. */
  readonly code: string;
  readonly place: string;
  /** With `\term{id}{...}` around its symbols. */
  readonly latex: string;
  readonly symbols: readonly ShownSymbol[];
  /** Names of the formulas of the catalogue that it computes. */
  readonly names: readonly string[];
  /** What is wrong with it, as far as that is known: a sentence each. */
  readonly faults: readonly { readonly level: 'error' | 'warning' | 'info' | 'hint'; readonly message: string }[];
}

export interface FormulaPage {
  show(formula: ShownFormula): void;
  /** Lights the term of the code that the cursor is on; null: none. */
  light(params: { term: string | null }): void;
  /** The code was edited since it was read: its terms cannot be shown any more. */
  stale(params: { stale: boolean }): void;
}

export interface FormulaHost {
  /** The page is there, for the first time or again. */
  ready(params: Record<never, never>): void;
  /** A term is pointed at, or has the focus; null: none any more. */
  pointed(params: { term: string | null }): void;
  /** A term was clicked: its code is to be seen. */
  chosen(params: { term: string }): void;
  /** The code is to be read again. */
  again(params: Record<never, never>): void;
}

/** The messages between the view *Formula* of a stopped program and the extension host. */

/** A formula of the frame that may be shown. */
export interface FormulaChoice {
  readonly name: string;
  /** "line 12" */
  readonly place: string;
  /** Where its statement starts: what is sent back. */
  readonly start: number;
  readonly chosen: boolean;
}

/** A variable or a term of the formula. */
export interface ValueRow {
  /** Of `\term{id}{...}` in the formula. */
  readonly id: string;
  readonly kind: 'variable' | 'term' | 'result';
  readonly symbol: string;
  readonly code: string;
  /** "float32[128, 20]" */
  readonly type: string;
  /** "−3.1 … 2.4"; why there is none. */
  readonly value: string;
  readonly isKnown: boolean;
  readonly mean: string;
  /** "12 of 40 are NaN"; empty where all are finite. */
  readonly bad: string;
  /** NaN or infinity arises here, or came in with it. */
  readonly mark: 'origin' | 'spoiled' | null;
}

export type ShownStop =
  | {
      readonly kind: 'empty';
      readonly words: string;
      readonly choices: readonly FormulaChoice[];
      readonly isBusy: boolean;
    }
  | {
      readonly kind: 'formula';
      /** "KL of a diagonal Gaussian to N(0, I)" */
      readonly name: string;
      /** "vae.py, line 42, in loss" */
      readonly place: string;
      readonly latex: string;
      readonly rows: readonly ValueRow[];
      /** What is seen, in words; where something arises, that. */
      readonly headline: string;
      readonly isBad: boolean;
      /** Whether any term could be computed. */
      readonly isKnown: boolean;
      /** What has to be known of these values. */
      readonly notes: readonly string[];
      readonly choices: readonly FormulaChoice[];
    };

export interface StopPage {
  show(shown: ShownStop): void;
}

export interface StopHost {
  ready(params: Record<never, never>): void;
  /** A term is pointed at, or has the focus; null: none any more. */
  pointed(params: { id: string | null }): void;
  /** Its code is to be seen. */
  chosen(params: { id: string }): void;
  /** Another formula of the frame is to be shown. */
  choose(params: { start: number }): void;
}

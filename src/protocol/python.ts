/** The messages between the extension host and the thread that reads Python. */

import type { Span } from '../maths/nesting.ts';
import type { TermReading } from './terms.ts';

/** A class or a function of a text. */
export interface PythonSymbol {
  name: string;
  /** A method is a function whose nearest definition around it is a class. */
  kind: 'class' | 'function' | 'method';
  /** UTF-16 offsets of the whole definition, decorators included; end exclusive. */
  start: number;
  end: number;
  /** Definitions around it. */
  depth: number;
}

/** What a number of a formula is in the code. */
export interface FormulaVariable {
  /** As it stands in the code: "logvar", "self.beta", "disc(fake)". */
  code: string;
  /** In LaTeX, as `Finding.latex` writes it. */
  symbol: string;
  /** The id of `\term{...}` in `Finding.latex`. */
  id: string;
  /** The term of the catalogue's formula that it is; null where it is none (a weight, a mask). */
  term: string | null;
  /** The form in which it holds the term: "log-variance"; null where it is the term itself. */
  encoding: string | null;
  /** Where it stands in the code that the finding is about: UTF-16 offsets. */
  spans: Span[];
}

export type Equality = 'exact' | 'up to constant' | 'near miss';

/**
 * How much something matters. `warning`: a property that the formula needs is broken, or two uses in the code contradict each other;
 * `info`: the code differs from a formula by one thing; `hint`: it can be left out.
 */
export type Severity = 'warning' | 'info' | 'hint';

/** What a piece of code would have to be. */
export interface Fix {
  /** What is done, as it is offered: "Divide by sqrt(d)". */
  title: string;
  /** Pieces of the text that are replaced: UTF-16 offsets. They do not overlap. */
  edits: (Span & { text: string })[];
  /** The formula that the code is then, where that is another one than it was found to be; null: it need not have a name. */
  makes?: string | null;
}

/** What is wrong with a piece of code: UTF-16 offsets of the term at fault. */
export interface Diagnostic extends Span {
  /** Its id in `src/python/checks/rules.ts`. */
  rule: string;
  severity: Severity;
  /** One sentence: what is there, what the formula has, why it matters. */
  message: string;
  /** Other places that have to do with it. */
  related: (Span & { message: string })[];
  /** null where none is sure. After it the code is the formula. */
  fix: Fix | null;
  /** Of a near miss: what the code computes, and what it would compute, each with `\term{differs}{...}` around what differs. */
  compared: { written: string; right: string } | null;
}

/** A formula that a piece of code computes. */
export interface Finding {
  /** The statement or part of it: UTF-16 offsets. */
  start: number;
  end: number;
  /** Its id in the catalogue; null where the code has a fault but no name. */
  formula: string | null;
  /** What the code computes, in its own symbols, with `\term{id}{...}` around its variables. */
  latex: string;
  equality: Equality;
  /** How it differs from the formula as it is written, in words; empty where it does not: "mean over the batch", "times 1/2". */
  remarks: string[];
  variables: FormulaVariable[];
  /** Formulas that it is made of, where each has a place of its own in this code: ids. */
  parts: string[];
  /** The innermost function around it: its name, and where the name stands. */
  holder: { name: string; start: number; end: number } | null;
  /** The function of the text whose result it is, unchanged; null where the code computes it by itself. */
  calls: string | null;
  /** Whether it is one of several terms that another one adds up: half of a loss. */
  isPart: boolean;
  /** What is wrong with it; empty too where it was not checked. */
  diagnostics: Diagnostic[];
}

/** LaTeX of a piece of code. */
export interface CodeLatex {
  /** With `\term{id}{...}` around variables. */
  latex: string;
  variables: Omit<FormulaVariable, 'term' | 'encoding'>[];
  /** The piece that was read, which may be more than what was asked for; UTF-16 offsets. */
  start: number;
  end: number;
}

export interface PythonReading extends TermReading {
  /**
   * The definitions of a text, in the order in which they begin. The text may be anything: a part of a file, a cell with magics, code
   * that is being written.
   */
  outline(params: { text: string }): PythonSymbol[];
  /**
   * The formulas of a text, in the order in which they begin; those of the definitions that touch `within`, where that is given. Of the
   * whole text a formula is named where it is computed, not where that function is called again; `within` names it there too. What has
   * not changed since a text of the same key was read is not read again. Of a text that takes too long there are those that were found
   * in time. With `checked` they tell what is wrong with them, and there are findings also where the code is only nearly a formula, or
   * is none and has a fault; what is at hand of that is told without it too. What comments of the text ask to ignore is left out.
   */
  formulas(params: { key: string; text: string; within?: Span; checked?: boolean }): Finding[];
  /** What there was no time for (to read it, or to check it) in the text that was last given with a key; asking again goes on with it. */
  unread(params: { key: string; checked?: boolean }): Span[];
  /** LaTeX of the expression or function at a place of a text; null where there is none. */
  latex(params: { text: string; start: number; end: number }): CodeLatex | null;
  /** The id of the formula that LaTeX states, by value; null where it is none of the catalogue's. */
  nameLatex(params: { latex: string }): string | null;
}

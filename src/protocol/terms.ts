/** What is asked of the thread that reads Python while a program is stopped: the terms of a statement, and what they are for the program's values. */

import type { Span } from '../maths/nesting.ts';
import type { Summary } from '../maths/summary.ts';

/** One step from a value to one that it holds. */
export type PathStep = { readonly attribute: string } | { readonly index: number | string };

/** Something that the program holds: a name, then attributes and constant indices. */
export type ValuePath = readonly [name: string, ...steps: PathStep[]];

export interface TermVariable {
  /** Of `\term{id}{...}` in the statement's LaTeX. */
  readonly id: string;
  /** As it stands in the code: "self.beta". */
  readonly code: string;
  readonly path: ValuePath;
  readonly symbol: string;
  readonly spans: readonly Span[];
  /** Of `a` where the code has `a[0]`: it is asked for too, since an array's element is computed and a list's is read. */
  readonly held: boolean;
}

/** A part of the statement that computes something. */
export interface Term extends Span {
  readonly id: string;
  readonly code: string;
  readonly symbol: string;
}

/** A statement that computes something; UTF-16 offsets. */
export interface StatementTerms extends Span {
  /** What it computes, with `\term{id}{...}` around variables and terms, which may hold each other. */
  readonly latex: string;
  readonly variables: readonly TermVariable[];
  /** In the order in which they are computed; the last one is the whole. Empty where the whole is a variable. */
  readonly terms: readonly Term[];
  /** What it assigns to, where that is one thing. */
  readonly target: { readonly code: string; readonly path: ValuePath } | null;
}

/** Numbers of an array of the program. */
export interface ProgramArray {
  readonly kind: 'array';
  readonly library: 'torch' | 'numpy';
  /** "float32" */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** In row-major order: all of them, or, where there are too many, every so many along each axis. */
  readonly values: Float64Array;
  readonly sampled: boolean;
}

/** Something that the program holds, as far as it was read. */
export type ProgramValue =
  | ProgramArray
  | { readonly kind: 'number'; readonly type: 'int' | 'float' | 'bool'; readonly value: number }
  /** A tuple or list of numbers. */
  | { readonly kind: 'numbers'; readonly values: readonly number[] }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'none' }
  /** Why nothing was read: one sentence without its subject, "is a property: reading it would run code". */
  | { readonly kind: 'unread'; readonly why: string };

export type ReadValue = readonly [path: ValuePath, value: ProgramValue];

export interface ComputedTerm {
  readonly id: string;
  readonly shape: readonly number[];
  /** Empty where it is not known in which precision the program computes. */
  readonly dtype: string;
  readonly summary: Summary;
  /** What arises here: its inputs have none of it. */
  readonly origin: 'nan' | 'infinity' | null;
}

export type TermValue = ComputedTerm | { readonly id: string; readonly problem: string };

export interface StatementValues {
  readonly terms: readonly TermValue[];
  /**
   * Whether what the target holds is what the statement computes now: it has run, with these values. null where there is nothing to compare.
   */
  readonly isTarget: boolean | null;
}

export interface TermReading {
  /** The statement at a place of a text; null where there is none that computes something. */
  terms(params: { text: string; start: number; end: number }): StatementTerms | null;
  /** What the terms of that statement are for values that the program holds. Nothing of the program is run. */
  termValues(params: { text: string; start: number; end: number; values: readonly ReadValue[]; autocast: boolean }): StatementValues | null;
}

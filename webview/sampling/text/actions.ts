/** What can be done with a text that was continued. */

import type { TextRun } from '../../../src/protocol/sampling.ts';

export interface TextActions {
  /** Goes on behind a node of a run (-1: its prompt), with another token first where one is given. */
  goOn(run: TextRun, from: number, instead?: { readonly of: number; readonly id: number }): void;
  /** Shows the branch through a node. */
  walk(run: TextRun, node: number): void;
  insert(run: TextRun): void;
  copy(run: TextRun): void;
  /** Of the prompt and the tokens up to a node. */
  explain(run: TextRun, node: number): void;
}

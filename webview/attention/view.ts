/** One way of looking at a run: the heads, the text, the next token. The panel shows one at a time. */

import type { TemplateResult } from 'lit';
import type { AttentionHost, AttentionResult, AttentionViewState } from '../../src/protocol/attention.ts';
import type { Remote } from '../../src/protocol/rpc.ts';
import type { Figure } from '../shared/figure/figure.ts';
import type { Palette } from '../shared/heatmap/colours.ts';
import type { Sentence } from './words.ts';

export interface View {
  /** What is seen, in words, from the run. */
  readonly sentence: Sentence;
  /** Shows a run, as the panel's state says. */
  show(result: AttentionResult): void;
  /** Is in front again, with the run that it has: another view may have chosen another map. */
  resume?(): void;
  /** The run is no longer shown: nothing of it is kept. */
  clear(): void;
  /** The tools of the view, beside the choice of views. */
  tools(): TemplateResult;
  /** All below the toolbar. */
  content(): TemplateResult;
  /** A key that no control took; true where it meant something here. */
  pressed(event: KeyboardEvent): boolean;
  /** What Copy takes; null where nothing is chosen. */
  readonly copied: string | null;
  /** What is shown as a figure; absent where there is none. */
  figure?(pixelRatio: number): Promise<Figure>;
  /** What is shown as Markdown; likewise. */
  markdown?(): Promise<string>;
  /** Asks again for what failed. */
  retry(): void;
}

/** What the panel is to its views. */
export interface ViewContext {
  readonly host: Remote<AttentionHost>;
  readonly palette: Palette;
  /** There are an editor and an engine behind it: in a report there are not. */
  readonly live: boolean;
  readonly state: AttentionViewState;
  /** Another state, which is kept and drawn. */
  setState(state: AttentionViewState): void;
  /** The same, but nothing is written of what has changed: no drawing of what stands beside a map that moves. */
  keepState(state: AttentionViewState): void;
  /** Something that is written has changed. */
  changed(): void;
  /** Draws at once: what follows needs the page as it will be. */
  draw(): void;
  report(error: unknown): void;
  /** What was reported is of something else than what shows now. */
  clearProblem(): void;
  /** Said by a screen reader. */
  speak(text: string): void;
  copy(): void;
}

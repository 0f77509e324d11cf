/** What the parts of the diffusion panel share. */

import type {
  DenoiserFacts,
  DenoiserGuided,
  DenoiserMeasures,
  DenoiserRunSummary,
  DenoiserViewState,
} from '../../src/protocol/denoiserView.ts';
import type { FormulaView } from '../shared/formula/formulaView.ts';
import type { Palette } from '../shared/heatmap/colours.ts';
import type { Drawing } from '../shared/training/drawing.ts';
import type { OpenRun } from '../shared/training/openRun.ts';
import type { Pictures } from './pictures.ts';
import type { Timeline } from './timeline.ts';

/** What is looked at, which changes no run. */
export type Look = Partial<
  Pick<DenoiserViewState, 'left' | 'right' | 'memory' | 'half' | 'guidance' | 'map' | 'arrows' | 'paths' | 'count' | 'run'>
>;

export interface DiffusionDesk {
  readonly state: DenoiserViewState;
  readonly open: OpenRun<DenoiserViewState, DenoiserRunSummary>;
  readonly measured: DenoiserMeasures | null;
  readonly facts: DenoiserFacts | null;
  /** Of the guidance that is set; null: not worked out. */
  readonly guided: DenoiserGuided | null;
  readonly palette: Palette;
  readonly pictures: Pictures;
  readonly timeline: Timeline;
  readonly drawing: Drawing;
  readonly formula: FormulaView;
  /** Other data or another seed: a new run. */
  choose(change: Partial<Pick<DenoiserViewState, 'name' | 'points' | 'bandwidth' | 'seed'>>): void;
  /** Takes effect in the run that is open. */
  setRate(rate: number): void;
  speed(stepsPerSecond: number | null): void;
  look(change: Look): void;
  begin(): void;
  run(): void;
  pause(): void;
  stepOnce(): void;
  seek(step: number): void;
}

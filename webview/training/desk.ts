/** What the parts of the training panel share. */

import type { RatePlace, RunSummary, TrainingViewState } from '../../src/protocol/trainingView.ts';
import type { Palette } from '../shared/heatmap/colours.ts';
import type { FormulaView } from '../shared/formula/formulaView.ts';
import type { Drawing } from '../shared/training/drawing.ts';
import type { OpenRun } from '../shared/training/openRun.ts';
import type { StepNumbers } from './measured.ts';
import type { Pictures } from './pictures.ts';
import type { RatePlane } from './ratePlane.ts';
import type { RunData } from './runData.ts';

export interface TrainingDesk {
  readonly state: TrainingViewState;
  readonly open: OpenRun<TrainingViewState, RunSummary>;
  readonly data: RunData | null;
  readonly numbers: StepNumbers | null;
  /** The newest place of the open run, no later than where it stands. */
  readonly place: RatePlace | null;
  /** Why the learned density is not shown; null: it is, or will be. */
  readonly unlearned: string | null;
  /** The step whose learned density is drawn; null: none is. */
  readonly learnedStep: number | null;
  readonly palette: Palette;
  readonly pictures: Pictures;
  readonly ratePlane: RatePlane;
  readonly drawing: Drawing;
  readonly formula: FormulaView;
  /** Other data or another seed: a new run. */
  choose(change: Partial<TrainingViewState>): void;
  /** Takes effect in the run that is open. */
  set(change: Partial<Pick<TrainingViewState, 'beta' | 'rate' | 'stepsPerSecond'>>): void;
  begin(): void;
  run(): void;
  pause(): void;
  stepOnce(): void;
  seek(run: string, step: number): void;
}

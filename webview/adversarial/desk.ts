/** What the parts of the GAN panel share. */

import type { GanPreset } from '../../src/maths/adversarial/presets.ts';
import type {
  AdversarialRotation,
  AdversarialTruth,
  AdversarialViewState,
  GanRunSummary,
  Player,
} from '../../src/protocol/adversarialView.ts';
import type { Coefficients } from '../../src/protocol/training.ts';
import type { FormulaView } from '../shared/formula/formulaView.ts';
import type { Palette } from '../shared/heatmap/colours.ts';
import type { Drawing } from '../shared/training/drawing.ts';
import type { OpenRun } from '../shared/training/openRun.ts';
import type { Pictures } from './pictures.ts';
import type { RotationPlane } from './rotationPlane.ts';

export interface AdversarialDesk {
  readonly state: AdversarialViewState;
  readonly open: OpenRun<AdversarialViewState, GanRunSummary>;
  readonly preset: GanPreset | null;
  readonly measured: AdversarialTruth | null;
  readonly rotation: AdversarialRotation | null;
  /** What the rotation is compared with, in words. */
  readonly compared: string;
  readonly palette: Palette;
  readonly pictures: Pictures;
  readonly rotationPlane: RotationPlane;
  readonly drawing: Drawing;
  readonly formula: FormulaView;
  /** Other data or another seed: a new run. */
  choose(change: Partial<Pick<AdversarialViewState, 'name' | 'points' | 'bandwidth' | 'seed'>>): void;
  /** null: leaves the one that is there. */
  choosePreset(preset: GanPreset | null): void;
  /** @param anew from the beginning; else the run goes on with it */
  applyFix(preset: GanPreset, anew: boolean): void;
  /** Take effect in the run that is open. */
  set(coefficients: Coefficients): void;
  speed(stepsPerSecond: number | null): void;
  look(change: Partial<Pick<AdversarialViewState, 'truth' | 'arrows' | 'grid' | 'realPoints'>>): void;
  begin(): void;
  run(): void;
  pause(): void;
  step(player: Player): void;
  seek(step: number): void;
}

/** What the parts of the panel of a diffusion model share. */

import type {
  AttentionPlace,
  DenoisingContent,
  DenoisingModel,
  DenoisingPlace,
  DenoisingViewState,
  StartImage,
} from '../../src/protocol/denoisingView.ts';
import type { DiffusionSettings } from '../../src/protocol/diffusion.ts';
import type { Progress } from '../../src/protocol/rpc.ts';
import type { Palette } from '../shared/heatmap/colours.ts';
import type { FormulaView } from '../shared/formula/formulaView.ts';
import type { AttentionMaps } from './attentionMaps.ts';
import type { Inverted } from './inverted.ts';
import type { Moment } from './moment.ts';
import type { Player } from './player.ts';
import type { DenoisingSession } from './session.ts';
import type { StepCheck } from './stepCheck.ts';

export interface DenoisingDesk {
  readonly content: DenoisingContent;
  readonly state: DenoisingViewState;
  readonly session: DenoisingSession;
  readonly maps: AttentionMaps;
  readonly inverted: Inverted;
  readonly check: StepCheck;
  readonly player: Player;
  readonly formula: FormulaView;
  readonly palette: Palette;
  /** The model that is chosen, as it is listed. */
  readonly chosen: DenoisingModel | undefined;
  /** What is looked at; null: nothing has come yet. */
  readonly moment: Moment | null;
  /** An image that runs begin with. */
  readonly image: StartImage | null;
  /** Loading or sampling; null: neither. */
  readonly busy: Progress | null;
  readonly problem: string | null;
  /** What was changed of the image, and what is to be known of the run. */
  readonly changes: readonly string[];
  /** What is chosen is not what was drawn. */
  readonly isChanged: boolean;
  choose(change: Partial<Pick<DenoisingViewState, 'model' | 'strip'>>): void;
  /** Of the next run. */
  set(change: Partial<DiffusionSettings>): void;
  /** Looks at another seed or evaluation. */
  move(change: Partial<DenoisingPlace>): void;
  attend(change: Partial<AttentionPlace>): void;
  run(): void;
  stop(): void;
  /** @param pick asks for a file; else the image that is open in front is taken, where there is one */
  pickImage(pick: boolean): void;
  beginAt(evaluation: number): void;
  forgetImage(): void;
  invert(): void;
  addModel(): void;
  /** Takes one that was added off the list. */
  removeModel(model: string): void;
  saveTrajectory(): void;
  saveStrip(): void;
  saveAnimation(): void;
  copySettings(): void;
  pasteSettings(): void;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  undo(): void;
  redo(): void;
  /** Loads the model again, and draws. */
  begin(): void;
  /** Asks again for what is said of the evaluation and did not come. */
  readAgain(): void;
  closeProblem(): void;
  /** Draws the panel again. */
  changed(): void;
}

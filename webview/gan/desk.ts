/** What the parts of the panel of a GAN share. */

import type { GanContent, GanModel, GanPlace, GanViewState, ScoredPicture } from '../../src/protocol/ganView.ts';
import type { Progress } from '../../src/protocol/rpc.ts';
import type { GanSettings } from '../../src/protocol/sampling.ts';
import type { PictureGrid } from '../shared/pictures/pictureGrid.ts';
import type { Explored } from './explored.ts';
import type { Measured } from './measured.ts';
import type { NearestExamples } from './nearest.ts';
import type { GanSession } from './session.ts';

export interface GanDesk {
  readonly content: GanContent;
  readonly state: GanViewState;
  readonly session: GanSession;
  readonly explored: Explored;
  readonly measured: Measured;
  readonly nearest: NearestExamples;
  readonly grid: PictureGrid;
  /** The model that is chosen, as it is listed. */
  readonly chosen: GanModel | undefined;
  /** An image file, scored. */
  readonly image: ScoredPicture | null;
  /** Loading or sampling; null: neither. */
  readonly busy: Progress | null;
  readonly problem: string | null;
  /** What was changed of the image. */
  readonly changes: readonly string[];
  choose(change: Partial<Pick<GanViewState, 'model' | 'data' | 'train'>>): void;
  /** Draws other samples. */
  set(change: Partial<GanSettings>): void;
  /** Looks at another place in z. */
  move(change: Partial<GanPlace>): void;
  measure(): void;
  /** @param pick asks for a file; else the image that is open in front is taken, where there is one */
  pickPicture(pick: boolean): void;
  forgetPicture(): void;
  addData(to: 'data' | 'train'): void;
  addModel(): void;
  /** Takes one that was added off the list. */
  removeModel(model: string): void;
  save(format: 'png' | 'npy'): void;
  copySettings(): void;
  pasteSettings(): void;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** Back to what was chosen before the last change, and forth again. */
  undo(): void;
  redo(): void;
  /** Loads the model again, and draws its samples. */
  begin(): void;
  /** Breaks off what is under way. */
  cancel(): void;
  closeProblem(): void;
  /** Draws the panel again. */
  changed(): void;
}

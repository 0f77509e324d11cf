/** What the parts of the latent panel share. */

import type { LatentContent, LatentModel, LatentViewState } from '../../src/protocol/latent.ts';
import type { Palette } from '../shared/heatmap/colours.ts';
import type { PointsView } from '../shared/points/pointsView.ts';
import type { FormulaView } from '../shared/formula/formulaView.ts';
import type { AggregateCheck } from './aggregate.ts';
import type { Coloured } from './colouring.ts';
import type { PartDesk } from './part/partDesk.ts';
import type { PrivacyCheck } from './privacy.ts';
import type { SelectedSummary } from './selected.ts';
import type { LatentSession } from './session.ts';
import type { Strip, Way } from './strip.ts';
import type { SubjectDesk } from './subject.ts';

export interface LatentDesk {
  readonly content: LatentContent;
  readonly state: LatentViewState;
  readonly session: LatentSession;
  readonly subjects: SubjectDesk;
  readonly part: PartDesk;
  readonly strip: Strip;
  readonly aggregate: AggregateCheck;
  readonly privacy: PrivacyCheck;
  readonly points: PointsView;
  readonly formula: FormulaView;
  readonly palette: Palette;
  readonly coloured: Coloured | null;
  /** The model that is chosen, as it is listed. */
  readonly chosen: LatentModel | undefined;
  /** The picture of the place that is decoded. */
  readonly decoded: Uint8Array | null;
  readonly way: Way | null;
  /** What the lasso encloses; null: nothing. */
  readonly selected: SelectedSummary | null;
  /** What is worked out of the picture at the moment. */
  readonly working: string | null;
  /** Changes what is chosen; a model or data of another kind is loaded. */
  choose(change: Partial<LatentViewState>): void;
  /** The z of the place that is decoded; null where there is none. */
  zHere(): Float32Array | null;
  /** Shows what one dimension does, from where the plane stands. */
  travel(dimension: number): void;
  showManifold(): void;
  /** A path between two places, which can be dragged. */
  showPath(spherical?: boolean): void;
  endWay(): void;
  /** @param pick asks for a file; else the image that is open in front is taken, where there is one */
  pickPicture(pick: boolean): void;
  addData(): void;
  addModel(): void;
  /** Takes one that was added off the list. */
  removeModel(model: string): void;
  /** Draws the panel again. */
  changed(): void;
}

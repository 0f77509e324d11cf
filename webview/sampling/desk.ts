/** What the parts of the sampling view share: what is chosen, and the runs. */

import type { DiffusionSettings } from '../../src/protocol/diffusion.ts';
import type { DecodingSettings } from '../../src/protocol/generation.ts';
import type { Remote } from '../../src/protocol/rpc.ts';
import type {
  GanSettings,
  PictureSettings,
  SamplingChoices,
  SamplingHost,
  SamplingModel,
  SamplingRun,
  TextTarget,
} from '../../src/protocol/sampling.ts';
import type { Palette } from '../shared/heatmap/colours.ts';

/** Settings of one kind, under its name. */
export type CopiedSettings =
  | { readonly decoding: DecodingSettings }
  | { readonly pictures: PictureSettings }
  | { readonly gan: GanSettings }
  | { readonly diffusion: DiffusionSettings };

/** What is shown of a run is the run itself, which is never changed: another takes its place. */
export interface Desk {
  readonly host: Remote<SamplingHost>;
  readonly choices: SamplingChoices;
  readonly models: readonly SamplingModel[];
  /** Models of the user's own run here. */
  readonly canAdd: boolean;
  /** The one chosen, or the first; null where there is none. */
  readonly model: SamplingModel | null;
  readonly target: TextTarget | null;
  readonly runs: readonly SamplingRun[];
  /** The run under way. */
  readonly going: string | null;
  readonly palette: Palette;
  set(change: Partial<SamplingChoices>): void;
  setDecoding(change: Partial<DecodingSettings>): void;
  setPictures(change: Partial<PictureSettings>): void;
  setGan(change: Partial<GanSettings>): void;
  setDiffusion(change: Partial<DiffusionSettings>): void;
  /** Starts what is chosen. */
  start(): void;
  stop(): void;
  /**
   * Does the work of a run, in place of any other under way. What was made until it is stopped or fails stays, unless it is nothing.
   *
   * @param work puts the run as it grows
   */
  run(id: string, work: (signal: AbortSignal) => Promise<void>): void;
  /** Shows a run as it is now, in place of what is known of it. @param keep also over a reload */
  put(run: SamplingRun, keep: boolean): void;
  forget(runs: readonly string[]): void;
  copySettings(settings: CopiedSettings, model: string): void;
  pasteSettings(): void;
  /** Something that the user has asked for: what goes wrong is told. */
  act(work: Promise<unknown>): void;
  /** Draws anew. */
  changed(): void;
}

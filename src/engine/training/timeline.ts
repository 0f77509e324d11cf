/** What the owner of a training keeps of it: checkpoints to go back to, the curve of its losses, and what was changed when. */

import type { Checkpoint, CoefficientChange, LossPoint } from '../../protocol/training.ts';

/** Checkpoints kept; of an autoencoder 110 kB each. */
const MOST_CHECKPOINTS = 64;
const MOST_POINTS = 4096;

export interface KeptTimeline {
  /** By step. */
  readonly checkpoints: readonly Checkpoint[];
  readonly losses: readonly LossPoint[];
  readonly changes: readonly CoefficientChange[];
}

export class Timeline implements KeptTimeline {
  checkpoints: readonly Checkpoint[];
  losses: readonly LossPoint[];
  changes: readonly CoefficientChange[];

  constructor({ checkpoints, losses, changes }: KeptTimeline) {
    this.checkpoints = checkpoints;
    this.losses = losses;
    this.changes = changes;
  }

  /** The last at or before a step. */
  checkpointBefore(step: number): Checkpoint | undefined {
    return this.checkpoints.findLast((checkpoint) => checkpoint.step <= step);
  }

  /** Those in force at a step. */
  changeBefore(step: number): CoefficientChange | undefined {
    return this.changes.findLast((change) => change.step <= step);
  }

  addCheckpoint(checkpoint: Checkpoint): void {
    const others = this.checkpoints.filter(({ step }) => step !== checkpoint.step);
    const all = [...others, checkpoint].sort((a, b) => a.step - b.step);
    this.checkpoints = thinned(all, MOST_CHECKPOINTS);
  }

  addLosses(points: readonly LossPoint[]): void {
    const last = this.losses.at(-1)?.step ?? -1;
    const all = [...this.losses, ...points.filter(({ step }) => step > last)];
    // Some room at once, so that it need not be looked for with each that comes.
    this.losses = all.length > MOST_POINTS ? thinned(all, (7 / 8) * MOST_POINTS) : all;
  }

  /** What was to come later is dropped. */
  addChange(change: CoefficientChange): void {
    this.changes = [...this.changes.filter(({ step }) => step < change.step), change];
  }

  /** Forgets what came after a step. */
  cutAt(step: number): void {
    const upTo = (other: { step: number }): boolean => other.step <= step;
    this.checkpoints = this.checkpoints.filter(upTo);
    this.losses = this.losses.filter(upTo);
    this.changes = this.changes.filter(upTo);
  }
}

/** At most so many of them, 3 or more: where there are more, those go whose neighbours are nearest. The first and the last stay. */
export function thinned<T extends { readonly step: number }>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  const kept = [...items];
  while (kept.length > most) {
    let narrowest = 1;
    for (let i = 1; i < kept.length - 1; i++) if (gapAround(kept, i) < gapAround(kept, narrowest)) narrowest = i;
    kept.splice(narrowest, 1);
  }
  return kept;
}

function gapAround(items: readonly { readonly step: number }[], i: number): number {
  return items[i + 1]!.step - items[i - 1]!.step;
}

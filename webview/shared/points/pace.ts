/** How many points are drawn in a frame while the picture moves, so that it follows the hand on any machine. */

/** Milliseconds between frames: more than this are too few of them, less leaves room. */
const slow = 28;
const quick = 20;
/** Frames further apart do not belong to one movement. */
const pause = 200;
const fewest = 20_000;

export class Pace {
  #budget = 250_000;
  #last = -Infinity;

  /** As many points as may be drawn. */
  get budget(): number {
    return this.#budget;
  }

  /**
   * A frame was drawn in a movement, at `now` in ms.
   *
   * @param total points that there are: more are never needed
   */
  drawn(now: number, total: number): void {
    const interval = now - this.#last;
    this.#last = now;
    if (interval > pause) return;
    if (interval > slow) this.#budget = Math.max(fewest, Math.min(total, this.#budget) * 0.7);
    else if (interval < quick) this.#budget = Math.max(fewest, Math.min(total, this.#budget * 1.15));
  }
}

/** How many steps are done at once, and when. Nothing here changes what a training computes. */

/** Milliseconds that a message's steps take: short enough to change a training between two of them, long enough that sending costs little. */
const AT_ONCE_MS = 12;
const MOST_STEPS = 64;
/** Milliseconds over which the speed is told. */
const SPEED_MS = 500;

export class Pace {
  /** Milliseconds that a step takes. */
  private stepMs = AT_ONCE_MS;
  private nextDue = 0;
  private nextPicture = 0;
  private counted = { since: performance.now(), steps: 0 };
  private speed = 0;
  private waiting: (() => void) | undefined;

  /** Of the last half second or more; 0 before. */
  get stepsPerSecond(): number {
    return this.speed;
  }

  /** Steps of a message that nothing cuts short. */
  atOnce(stepsPerSecond: number | null): number {
    const due = stepsPerSecond === null ? Infinity : Math.round((stepsPerSecond * AT_ONCE_MS) / 1000);
    return Math.max(1, Math.min(MOST_STEPS, Math.round(AT_ONCE_MS / this.stepMs), due));
  }

  /** Waits until steps are due, and gives how many; 0 when it was woken before. */
  async steps(most: number, stepsPerSecond: number | null): Promise<number> {
    const count = Math.min(most, this.atOnce(stepsPerSecond));
    if (stepsPerSecond === null) return count;
    const now = performance.now();
    const due = Math.max(this.nextDue, now - 1000 / stepsPerSecond);
    if (due > now) {
      await this.sleep(due - now);
      return 0;
    }
    this.nextDue = due + (1000 * count) / stepsPerSecond;
    return count;
  }

  /** Ends a wait. */
  wake(): void {
    this.nextDue = 0;
    this.waiting?.();
  }

  async timed<T>(steps: number, work: Promise<T>): Promise<T> {
    const began = performance.now();
    const result = await work;
    const now = performance.now();
    this.stepMs = Math.max(0.01, 0.7 * this.stepMs + 0.3 * ((now - began) / steps));
    this.counted.steps += steps;
    const elapsed = now - this.counted.since;
    if (elapsed >= SPEED_MS) {
      this.speed = (1000 * this.counted.steps) / elapsed;
      this.counted = { since: now, steps: 0 };
    }
    return result;
  }

  /** Whether it is time for a picture; if so the next one comes later. */
  pictureIsDue(perSecond: number): boolean {
    const now = performance.now();
    if (perSecond === 0 || now < this.nextPicture) return false;
    // From when it was due, not from when there was time: else all come late by part of a message, and so fewer than were asked for.
    this.nextPicture = Math.max(now, this.nextPicture + 1000 / perSecond);
    return true;
  }

  private sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.waiting = undefined;
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      this.waiting = end;
    });
  }
}

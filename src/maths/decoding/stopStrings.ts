/** Finds strings that end a continuation in a text that comes in pieces, wherever the pieces are cut. */

export interface Released {
  /** What can be shown: no part of it may still turn out to begin a stop string. */
  added: string;
  stopped: boolean;
}

export class StopStrings {
  private readonly stops: readonly string[];
  private whole: string;
  private shown: number;

  /** @param before text in front of the pieces: a stop string may begin in it, one that ends in it is passed over */
  constructor(stops: readonly string[], before = '') {
    this.stops = stops.filter((stop) => stop !== '');
    this.whole = before;
    this.shown = before.length;
  }

  /** What one more piece lets out. Once a stop string is complete, what comes before it; of several complete at once the first. */
  push(piece: string): Released {
    const before = this.whole.length;
    this.whole += piece;
    const starts = this.stops.map((stop) => this.whole.indexOf(stop, Math.max(0, before - stop.length + 1))).filter((start) => start >= 0);
    if (starts.length > 0) {
      this.whole = this.whole.slice(0, Math.min(...starts));
      return { added: this.flush(), stopped: true };
    }
    const held = Math.max(0, ...this.stops.map((stop) => commonEnd(this.whole, stop)));
    const end = Math.max(this.shown, this.whole.length - held);
    const added = this.whole.slice(this.shown, end);
    this.shown = end;
    return { added, stopped: false };
  }

  /** The beginning of a stop string that was waiting for the rest; nothing comes any more. */
  flush(): string {
    const added = this.whole.slice(this.shown);
    this.shown = Math.max(this.shown, this.whole.length);
    return added;
  }

  /** The text before and all pieces, cut where a stop string was found. */
  get text(): string {
    return this.whole;
  }
}

/** Length of the longest end of a text that a longer stop string begins with. */
function commonEnd(text: string, stop: string): number {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length--) if (text.endsWith(stop.slice(0, length))) return length;
  return 0;
}

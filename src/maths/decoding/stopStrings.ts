/** Finds strings that end a continuation in a text that comes in pieces, wherever the pieces are cut. */

export interface Released {
  /** What can be shown: no part of it may still turn out to begin a stop string. */
  added: string;
  stopped: boolean;
}

export class StopStrings {
  private readonly stops: readonly string[];
  private held = '';

  constructor(stops: readonly string[]) {
    this.stops = stops.filter((stop) => stop !== '');
  }

  /** What one more piece lets out. Once a stop string is found, what comes before it; of several found at once the first. */
  push(piece: string): Released {
    const text = this.held + piece;
    const starts = this.stops.map((stop) => text.indexOf(stop)).filter((start) => start >= 0);
    if (starts.length > 0) {
      this.held = '';
      return { added: text.slice(0, Math.min(...starts)), stopped: true };
    }
    const kept = Math.max(0, ...this.stops.map((stop) => commonEnd(text, stop)));
    this.held = text.slice(text.length - kept);
    return { added: text.slice(0, text.length - kept), stopped: false };
  }

  /** The beginning of a stop string that was waiting for the rest; nothing comes any more. */
  flush(): string {
    const { held } = this;
    this.held = '';
    return held;
  }
}

/** Length of the longest end of a text that a longer stop string begins with. */
function commonEnd(text: string, stop: string): number {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length--) if (text.endsWith(stop.slice(0, length))) return length;
  return 0;
}

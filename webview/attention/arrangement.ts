/** In which order the overview's heads stand: a line a layer, or one after the other from the highest score down. Pure. */

import type { HeadPlace } from './gridLayout.ts';

/** A head among others, and what is written under it. */
export interface CaptionedHead extends HeadPlace {
  /** As short as it gets: "L4H3 0.94". */
  readonly caption: string;
  /** The same as it is heard: "induction 0.94". */
  readonly spoken: string;
}

/** Line and column of the grid. */
export interface Slot {
  readonly row: number;
  readonly head: number;
}

export class Arrangement {
  readonly lines: readonly (readonly HeadPlace[])[];
  /** Whether heads stand in the order of their scores. */
  readonly ranked: boolean;
  readonly #slots = new Map<string, Slot>();
  readonly #captions = new Map<string, CaptionedHead>();

  private constructor(lines: readonly (readonly HeadPlace[])[], ranked: readonly CaptionedHead[] | null) {
    this.lines = lines;
    this.ranked = ranked !== null;
    lines.forEach((line, row) => line.forEach((place, head) => this.#slots.set(keyOf(place), { row, head })));
    for (const head of ranked ?? []) this.#captions.set(keyOf(head), head);
  }

  /** @param heads of each layer */
  static byLayer(heads: readonly number[]): Arrangement {
    return new Arrangement(
      heads.map((count, row) => Array.from({ length: count }, (_, head) => ({ row, head }))),
      null,
    );
  }

  static ranked(heads: readonly CaptionedHead[], columns: number): Arrangement {
    const lines = Array.from({ length: Math.ceil(heads.length / columns) }, (_, line) => heads.slice(line * columns, (line + 1) * columns));
    return new Arrangement(lines, heads);
  }

  /** Where a head stands; null where it is left out. */
  slotOf(place: HeadPlace): Slot | null {
    return this.#slots.get(keyOf(place)) ?? null;
  }

  placeAt({ row, head }: Slot): HeadPlace | null {
    return this.lines[row]?.[head] ?? null;
  }

  captionOf(place: HeadPlace): CaptionedHead | null {
    return this.#captions.get(keyOf(place)) ?? null;
  }

  /** The layers that some lines have heads of, in the order in which they come. */
  layersOf(lines: readonly number[]): number[] {
    return [...new Set(lines.flatMap((line) => (this.lines[line] ?? []).map(({ row }) => row)))];
  }

  /** Heads a line. */
  get lengths(): number[] {
    return this.lines.map(({ length }) => length);
  }
}

const keyOf = ({ row, head }: HeadPlace): string => `${row} ${head}`;

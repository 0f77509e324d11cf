import type { Span } from '../../maths/nesting.ts';

/** Text to be read in the place of a part of another. */
export interface Patch extends Span {
  readonly by: string;
}

/** In the order in which they stand; of two that overlap the first. */
export function ordered(patches: readonly Patch[]): Patch[] {
  let end = -1;
  return [...patches]
    .sort((a, b) => a.start - b.start || a.end - b.end)
    .filter((patch) => {
      const apart = patch.start >= end;
      if (apart) end = patch.end;
      return apart;
    });
}

/** The text with patches, which are in order and apart, in place. */
export function patched(text: string, patches: readonly Patch[]): string {
  const pieces: string[] = [];
  let at = 0;
  for (const { start, end, by } of patches) {
    pieces.push(text.slice(at, start), by);
    at = end;
  }
  return [...pieces, text.slice(at)].join('');
}

/** From offsets of the patched text to those of the text; what lies within a patch lies within what it stands for. */
export function placesBehind(patches: readonly Patch[]): (offset: number) => number {
  // Where each begins in the patched text.
  const starts: number[] = [];
  let shift = 0;
  for (const { start, end, by } of patches) {
    starts.push(start + shift);
    shift += by.length - (end - start);
  }
  return (offset) => {
    let low = 0;
    for (let high = starts.length; low < high;) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= offset) low = middle + 1;
      else high = middle;
    }
    const patch = patches[low - 1];
    if (!patch) return offset;
    const within = offset - starts[low - 1]!;
    return within >= patch.by.length ? patch.end + within - patch.by.length : Math.min(patch.start + within, patch.end);
  };
}

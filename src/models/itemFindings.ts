/** What a model's items are: their sizes say most of it, trial runs the range of their values; the rest is asked. */

import type { ValueRange } from '../maths/vae/likelihood.ts';
import type { Seen, VaeLayout } from '../protocol/vae.ts';
import type { Asking } from './asking.ts';
import { itemsOf } from './vae/sizes.ts';

/** Room beside the values that a vector's numbers were seen with, as a share of what they spread over. */
const room = 0.25;

/** Zero is within: bars stand on it. */
export function drawnRange(seen: Seen | undefined): ValueRange {
  const [least, greatest] = [Math.min(0, seen?.least ?? 0), Math.max(0, seen?.greatest ?? 0)];
  const spread = greatest - least;
  if (!(spread > 0 && Number.isFinite(spread))) return { low: -1, high: 1 };
  return { low: least < 0 ? least - room * spread : 0, high: greatest > 0 ? greatest + room * spread : 0 };
}

/** What the items are, by their sizes behind the batch; null where an answer is needed. */
export function itemOf(itemSizes: readonly number[], asking: Asking): Pick<VaeLayout, 'item' | 'layout'> | null {
  const [first, second] = itemsOf(itemSizes);
  const side = Math.sqrt(itemSizes[0]!);
  if (first!.layout === 'vector' && itemSizes.length === 1 && Number.isInteger(side) && side >= 8) {
    const kind = asking.ask({
      id: 'item',
      text: `Items are ${itemSizes[0]} numbers. Are they pictures, row after row?`,
      options: { image: `grey pictures of ${side} x ${side}`, vector: 'no, vectors' },
      likely: { value: 'image', because: `${itemSizes[0]} is ${side} x ${side}` },
      needed: false,
    });
    return kind === 'vector' ? first! : { item: { kind: 'image', channels: 1, height: side, width: side }, layout: 'channels-first' };
  }
  if (!second) return first!;
  const layout = asking.ask({
    id: 'layout',
    text: `Pictures are ${itemSizes.join(' x ')}. Which of these are the channels?`,
    options: { 'channels-first': 'the first', 'channels-last': 'the last' },
    likely: { value: 'channels-first', because: 'PyTorch has them there' },
    needed: true,
  });
  return layout === 'channels-last' ? second : first!;
}

/** By what was seen of the decoder: a picture that leaves a range is not of that range. */
export function rangeOf(picture: string, seen: Seen | undefined, asking: Asking): ValueRange | null {
  const ranges: Record<string, ValueRange> = {
    '0..1': { low: 0, high: 1 },
    '-1..1': { low: -1, high: 1 },
    '0..255': { low: 0, high: 255 },
  };
  const likely = !seen
    ? null
    : seen.greatest > 32
      ? { value: '0..255', because: `its pictures went up to ${seen.greatest.toPrecision(3)}` }
      : seen.least < -0.3
        ? { value: '-1..1', because: `its pictures went down to ${seen.least.toPrecision(3)}` }
        : { value: '0..1', because: `its pictures lay between ${seen.least.toPrecision(3)} and ${seen.greatest.toPrecision(3)}` };
  const chosen = asking.ask({
    id: 'range',
    text: `Which values do the model's pictures have (${picture}), from black to white?`,
    options: { '0..1': '0 to 1', '-1..1': '-1 to 1', '0..255': '0 to 255' },
    likely,
    needed: true,
  });
  return chosen === null ? null : ranges[chosen]!;
}

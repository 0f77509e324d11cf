/** The points as the view of points takes them. */

import type { EncodedData } from '../../src/protocol/vae.ts';
import type { PointsContent } from '../shared/points/content.ts';
import { colourOfItems, type Coloured } from './colouring.ts';
import type { Placed } from './session.ts';

/** Of the prior, what is seen where there is no data: four deviations each way. */
const priorBox = { left: -4, right: 4, bottom: -4, top: 4 };

export function pointsOf(data: EncodedData, { x, y, names, items, plane }: Placed, { colour }: Coloured): PointsContent {
  return {
    ...{ name: `${data.name} in the latent space`, x, y, colour: colourOfItems(colour, items) },
    axes: { x: names[0], y: names[1], equal: plane !== null },
    spoken: (index) => nameOf(data, items?.[index] ?? index),
  };
}

/** What has come of the points so far, in the plane of the prior. Their labels come with the last of them. */
export function pointsWithoutData({ x, y, names }: Placed): PointsContent {
  return {
    ...{ name: 'The plane of the prior', x, y, box: priorBox },
    colour: { kind: 'values', values: new Float32Array(x.length).fill(NaN), range: [0, 1], ramp: 'viridis' },
    axes: { x: names[0], y: names[1], equal: true },
    spoken: (index) => `item ${index}`,
  };
}

/** What an item is, in few words. */
export function nameOf({ labels }: EncodedData, item: number): string {
  const names = labels.slice(0, 2).map(({ names: all, values }) => all[values[item] ?? -1] ?? '?');
  return names.length > 0 ? names.join(', ') : `item ${item}`;
}

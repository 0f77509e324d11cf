/** The marks of a colour legend. */

import type { ColourScale } from './colours.ts';
import { logFloor, rampPosition } from './colours.ts';

export interface Tick {
  readonly position: number;
  readonly label: string;
}

/** Zero, the half and the top (linear); each power of ten from the floor and the top (log). */
export function legendTicks(scale: ColourScale): readonly Tick[] {
  const { kind, top } = scale;
  if (kind === 'linear') return [0, top / 2, top].map((value) => ({ position: rampPosition(scale, value), label: tickLabel(value) }));
  const powers: Tick[] = [];
  for (let exponent = Math.round(Math.log10(logFloor)); 10 ** exponent < top * 0.5; exponent++) {
    const value = 10 ** exponent;
    const label = tickLabel(value);
    powers.push({ position: rampPosition(scale, value), label: powers.length === 0 ? `≤${label}` : label });
  }
  return [...powers, { position: 1, label: tickLabel(top) }];
}

/** 0, 0.5, 1, 0.01, 1e-4: as short as it is exact enough for a tick. */
function tickLabel(value: number): string {
  if (value === 0) return '0';
  if (value < 1e-3) return value.toExponential(value.toPrecision(1) === String(value) || Math.abs(Math.log10(value) % 1) < 1e-9 ? 0 : 1);
  return String(Number(value.toPrecision(2)));
}

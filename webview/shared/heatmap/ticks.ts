/** The marks of a colour legend. */

import type { ColourScale } from './colours.ts';
import { logFloor, rampPosition } from './colours.ts';

export interface Tick {
  readonly position: number;
  readonly label: string;
}

/** Part of the legend's width that a tick's label needs. */
const room = 0.3;

/** Zero, the half and the top (linear); both ends and zero (signed); the floor, the top and the powers of ten between that have room (log). */
export function legendTicks(scale: ColourScale): readonly Tick[] {
  const { kind, top } = scale;
  if (kind === 'linear') return [0, top / 2, top].map((value) => ({ position: rampPosition(scale, value), label: tickLabel(value) }));
  if (kind === 'signed') {
    const label = tickLabel(top);
    return [`−${label}`, '0', `+${label}`].map((text, index) => ({ position: index / 2, label: text }));
  }
  const ticks: Tick[] = [];
  for (let exponent = Math.round(Math.log10(logFloor)); 10 ** exponent < top; exponent++) {
    const position = rampPosition(scale, 10 ** exponent);
    const label = tickLabel(10 ** exponent);
    if (ticks.length === 0) ticks.push({ position, label: `≤${label}` });
    else if (position - (ticks.at(-1)?.position ?? 0) >= room && 1 - position >= room) ticks.push({ position, label });
  }
  return [...ticks, { position: 1, label: tickLabel(top) }];
}

/** 0, 0.5, 1, 0.01, 1e-4: as short as it is exact enough for a tick. */
function tickLabel(value: number): string {
  if (value === 0) return '0';
  if (value < 1e-3) return value.toExponential(value.toPrecision(1) === String(value) || Math.abs(Math.log10(value) % 1) < 1e-9 ? 0 : 1);
  return String(Number(value.toPrecision(2)));
}

/** Numbers that only keep a division or a logarithm finite: they are left out of a comparison, as is the clamp that they are the end of. */

import { numberOf, type Node } from '../../expression/node.ts';

const tiny = 1.1e-3;

/** The place of the operand that `x + 1e-8`, `max(x, 1e-8)` or `clamp(x, 1e-7, 1 - 1e-7)` is; null for anything else. */
export function withoutTiny(op: string, args: readonly Node[]): number | null {
  const number = (place: number): number | null => (args[place] ? numberOf(args[place]) : null);
  const small = (place: number): boolean => {
    const value = number(place);
    return value !== null && value !== 0 && Math.abs(value) <= tiny;
  };
  switch (op) {
    case 'add':
      if (small(1) && number(0) === null) return 0;
      return small(0) && number(1) === null ? 1 : null;
    case 'subtract':
      return small(1) && number(0) === null ? 0 : null;
    case 'maximum':
      if (small(1)) return 0;
      return small(0) ? 1 : null;
    case 'clamp': {
      const [low, high] = [number(1), number(2)];
      if (low === null || high === null) return null;
      // The ends of the probabilities, or wide bounds on a logarithm or a ratio.
      const ends = Math.abs(low) <= tiny && low !== 0 && high >= 1 - tiny;
      return ends || (low <= -4 && high >= 4) || (Math.abs(low) <= tiny && high >= 10) ? 0 : null;
    }
    default:
      return null;
  }
}

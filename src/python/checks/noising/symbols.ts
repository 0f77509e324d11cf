/** Numbers of a schedule in symbols: what is a product of powers of its rates. */

import { areEqual } from './combination.ts';
import type { Levels } from './meant.ts';
import { numbers, type Numbers } from './schedule.ts';

interface Base {
  /** Of the square of it, and of its root. */
  readonly square: string;
  readonly root: string;
  readonly value: Numbers;
}

const most = 2;

/** The shortest product; null where there is none. `fresh`: what noise that is drawn anew is multiplied by. */
export function inSymbols(wanted: Numbers, { now, before, alpha }: Levels, fresh: Numbers | null = null): string | null {
  const bases: Base[] = [
    { square: 'ᾱ_t', root: '√ᾱ_t', value: now.map(Math.sqrt) },
    { square: '(1 − ᾱ_t)', root: '√(1 − ᾱ_t)', value: now.map((level) => Math.sqrt(1 - level)) },
    { square: 'ᾱ_{t−1}', root: '√ᾱ_{t−1}', value: before.map(Math.sqrt) },
    { square: '(1 − ᾱ_{t−1})', root: '√(1 − ᾱ_{t−1})', value: before.map((level) => Math.sqrt(1 - level)) },
    { square: 'α_t', root: '√α_t', value: alpha.map(Math.sqrt) },
    { square: '(1 − α_t)', root: '√(1 − α_t)', value: alpha.map((level) => Math.sqrt(1 - level)) },
  ];
  const sign = wanted[0]! < 0 ? '−' : '';
  const size = wanted.map(Math.abs);
  let best: number[] | null = null;
  let length = Infinity;
  const powers = bases.map(() => 0);
  const visit = (at: number, value: Numbers, used: number): void => {
    if (used >= length) return;
    if (areEqual(value, size)) {
      [best, length] = [[...powers], used];
      return;
    }
    const base = bases[at];
    if (!base || used > 7) return;
    for (let power = -most; power <= most; power++) {
      powers[at] = power;
      visit(
        at + 1,
        numbers((point) => value[point]! * base.value[point]! ** power),
        used + Math.abs(power),
      );
    }
    powers[at] = 0;
  };
  visit(
    0,
    numbers(() => 1),
    0,
  );
  if (
    !best &&
    fresh &&
    areEqual(
      wanted,
      numbers((at) => Math.sqrt(1 - before[at]! - fresh[at]! ** 2)),
    )
  )
    return '√(1 − ᾱ_{t−1} − σ²)';
  if (!best) return null;
  const side = (isAbove: boolean): string =>
    bases
      .flatMap(({ square, root }, at) => (Math.sign(best![at]!) === (isAbove ? 1 : -1) ? [Math.abs(best![at]!) === 2 ? square : root] : []))
      .join(' ');
  const [above, below] = [side(true), side(false)];
  return `${sign}${above || '1'}${below ? ` / ${below.includes(' ') && !/^√?\([^()]*\)$/.test(below) ? `(${below})` : below}` : ''}`;
}

/**
 * Random numbers by their place: each depends on (seed, stream, position) alone, so that any of them can be made again by itself, in
 * any order and on any machine. The key of Philox is [seed, stream]; its counter counts positions, two to a block.
 */

import { philox4x32 } from './philox.ts';

/** Both are whole numbers from 0 to 2^32 - 1. Streams of one seed are independent of each other, as are seeds. */
export interface RandomStream {
  seed: number;
  stream: number;
}

const WORDS = 2 ** 32;

/**
 * Whole numbers from 0 to 2^53 - 1, all as likely, at the positions from `start` on.
 *
 * @throws RangeError on a seed, stream, start or count outside its range
 */
export function randomWholes({ seed, stream }: RandomStream, count: number, start = 0): Float64Array {
  checkWord('Seed', seed);
  checkWord('Random stream', stream);
  if (!(Number.isSafeInteger(count) && count >= 0)) throw new RangeError(`${count} random numbers are no whole number of 0 or more.`);
  if (!(Number.isSafeInteger(start) && start >= 0 && Number.isSafeInteger(start + count)))
    throw new RangeError(`Random position ${start} is no whole number from 0 to 2^53 - 1.`);
  const wholes = new Float64Array(count);
  const counter = new Uint32Array(4);
  const key = Uint32Array.of(seed, stream);
  const words = new Uint32Array(4);
  let made = -1;
  for (let i = 0; i < count; i++) {
    const position = start + i;
    const block = Math.floor(position / 2);
    if (block !== made) {
      counter[0] = block % WORDS;
      counter[1] = Math.floor(block / WORDS);
      philox4x32(counter, key, words);
      made = block;
    }
    const first = 2 * (position % 2);
    wholes[i] = (words[first]! >>> 5) * 2 ** 26 + (words[first + 1]! >>> 6);
  }
  return wholes;
}

/** Uniform numbers in [0, 1): the 2^53 multiples of 2^-53. Throws as `randomWholes` does. */
export function uniforms(source: RandomStream, count: number, start = 0): Float64Array {
  return randomWholes(source, count, start).map((whole) => whole * 2 ** -53);
}

/**
 * Whole numbers from 0 to bound - 1, one a position. Bounds that are no power of 2 make some of them more likely than others, by a
 * share of bound / 2^53 at most.
 *
 * @throws RangeError on a bound that is not from 1 to 2^32, and as `randomWholes` does
 */
export function integers(source: RandomStream, bound: number, count: number, start = 0): Float64Array {
  if (!(Number.isInteger(bound) && bound >= 1 && bound <= WORDS))
    throw new RangeError(`Bound ${bound} is no whole number from 1 to ${WORDS}.`);
  return uniforms(source, count, start).map((uniform) => Math.floor(uniform * bound));
}

/**
 * The numbers from 0 to count - 1 in random order (Fisher and Yates, from the end; Durstenfeld 1964, Algorithm 235). It takes the
 * positions from `start` to start + count - 2.
 *
 * @throws RangeError as `randomWholes` does
 */
export function permutation(source: RandomStream, count: number, start = 0): Uint32Array {
  const draws = uniforms(source, Math.max(0, count - 1), start);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let last = count - 1; last > 0; last--) {
    const chosen = Math.floor(draws[count - 1 - last]! * (last + 1));
    [order[last], order[chosen]] = [order[chosen]!, order[last]!];
  }
  return order;
}

function checkWord(name: string, value: number): void {
  if (!(Number.isInteger(value) && value >= 0 && value < WORDS))
    throw new RangeError(`${name} ${value} is no whole number from 0 to ${WORDS - 1}.`);
}

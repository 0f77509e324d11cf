/** Space for the numbers of small arrays. */

/** Numbers that are asked for at once. */
const block = 2_048;
/** Fewer lie in the object itself, and more in a block of their own. */
const [least, most] = [8, 256];

let space = new Float64Array(block);
let used = 0;

/** Zeros; of small arrays cut out of a larger block, since to ask for memory takes longer than to work out what goes there. */
export function zeros(length: number): Float64Array {
  if (length <= least || length > most) return new Float64Array(length);
  if (used + length > block) {
    space = new Float64Array(block);
    used = 0;
  }
  const own = new Float64Array(space.buffer, used * Float64Array.BYTES_PER_ELEMENT, length);
  used += length;
  return own;
}

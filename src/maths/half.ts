/** IEEE 754 binary16 ("half precision", "float16") as bits in 16-bit words. */

const quietNaN = 0x7e00;
const infinity = 0x7c00;

/** Magnitude bits of a float32 from which binary16 rounds to infinity: 65,520, half way past the largest half 65,504. */
const overflow = 0x477ff000;
/** Magnitude bits of 2^-14, the smallest normal half. */
const smallestNormal = 0x38800000;

/** Bits of the half nearest to a float32 given by its bits; ties go to the even one. */
function halfFromFloatBits(word: number): number {
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | quietNaN;
  if (magnitude >= overflow) return sign | infinity;
  if (magnitude >= smallestNormal) {
    // Rebias the exponent from 127 to 15, then drop 13 bits; a carry out of the mantissa lands in the exponent, as it must.
    const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
    return sign | ((rounded - 0x38000000) >>> 13);
  }
  // Subnormal halves count in steps of 2^-24. Below half a step nothing is left.
  const exponent = magnitude >>> 23;
  if (exponent < 102) return sign;
  const mantissa = (magnitude & 0x7fffff) | 0x800000;
  const shift = 126 - exponent;
  const rest = mantissa & ((1 << shift) - 1);
  const middle = 1 << (shift - 1);
  const steps = mantissa >>> shift;
  const up = rest > middle || (rest === middle && (steps & 1) === 1) ? 1 : 0;
  return sign | (steps + up);
}

/** Value of a half given by its bits. */
function valueOfHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  return sign * (1024 + mantissa) * 2 ** (exponent - 25);
}

/** Newer engines have the type, and convert several times as fast as a loop can. */
const Native = (globalThis as { Float16Array?: new (values: Float32Array) => { readonly buffer: ArrayBuffer } }).Float16Array;

/** Rounds float32 values to the nearest halves (ties to even); overflow is infinity, every NaN the quiet one. */
export function toHalf(values: Float32Array): Uint16Array {
  return Native ? new Uint16Array(new Native(values).buffer) : toHalfByBits(values);
}

/** The same where there is no Float16Array. */
export function toHalfByBits(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) bits[i] = halfFromFloatBits(words[i]!);
  return bits;
}

let table: Float32Array | undefined;

/** The float32 values of halves, exactly (every half is a float32). */
export function fromHalf(bits: Uint16Array): Float32Array {
  table ??= Float32Array.from({ length: 0x10000 }, (_, half) => valueOfHalf(half));
  const values = new Float32Array(bits.length);
  for (let i = 0; i < values.length; i++) values[i] = table[bits[i]!]!;
  return values;
}

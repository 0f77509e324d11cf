/** In which precision a program computes, so that what overflows there is seen to overflow. */

/** "" where it is not known: then nothing is rounded. */
export type Dtype = string;

/** A number of Python: it takes the precision of the array beside it. */
export const weak = { int: 'int', float: 'float', bool: 'bool' } as const;

const floats = ['bfloat16', 'float16', 'float32', 'float64'];
const isFloat = (dtype: Dtype): boolean => floats.includes(dtype);
const isWeak = (dtype: Dtype): boolean => dtype === 'int' || dtype === 'float';
const isInteger = (dtype: Dtype): boolean => /^u?int\d+$/.test(dtype);

/** Operations that give truth values, lengths or places. */
const truths: ReadonlySet<string> = new Set(
  'less lessEqual greater greaterEqual equal notEqual logicalAnd logicalOr logicalNot isFinite all any'.split(' '),
);
const places: ReadonlySet<string> = new Set('argmax argmin'.split(' '));
const lengths: ReadonlySet<string> = new Set('shape size rank count'.split(' '));
/** Operations that leave whole numbers whole. */
const whole: ReadonlySet<string> = new Set(
  'add subtract multiply negate square abs sign sum amax amin product maximum minimum floorDivide remainder cumulativeSum cumulativeProduct clamp where reshape expand flatten expandDims squeeze permute swapAxes moveAxis part concatenate stack tile index gather select flip roll diagonal diag triangle detach let inline'.split(
    ' ',
  ),
);

/**
 * The precision of what an operation gives.
 * @param standard that in which the library computes with whole numbers
 */
export function resultOf(op: string, args: readonly Dtype[], standard: Dtype): Dtype {
  if (truths.has(op)) return 'bool';
  if (lengths.has(op)) return weak.int;
  if (places.has(op)) return 'int64';
  const common = (op === 'where' ? args.slice(1) : op === 'index' || op === 'gather' ? args.slice(0, 1) : args).reduce(
    (a, b) => promoted(a, b, standard),
    weak.int as Dtype,
  );
  if (common === '' || isFloat(common) || common === weak.float) return common;
  if (whole.has(op)) return common === 'bool' && (op === 'sum' || op === 'cumulativeSum') ? 'int64' : common;
  return common === weak.int ? weak.float : standard;
}

function promoted(a: Dtype, b: Dtype, standard: Dtype): Dtype {
  if (a === b) return a;
  if (a === '' || b === '') return '';
  if (isWeak(a) || isWeak(b)) {
    const [number, other] = isWeak(a) ? [a, b] : [b, a];
    if (isWeak(other)) return weak.float;
    return number === weak.float && !isFloat(other) ? standard : other === 'bool' && number === weak.int ? 'int64' : other;
  }
  if (isFloat(a) && isFloat(b)) {
    // The two halves have only more in common.
    if (floats.indexOf(a) < 2 && floats.indexOf(b) < 2) return 'float32';
    return floats[Math.max(floats.indexOf(a), floats.indexOf(b))]!;
  }
  if (isFloat(a) || isFloat(b)) return isFloat(a) ? a : b;
  if (a === 'bool') return b;
  if (b === 'bool') return a;
  return isInteger(a) && isInteger(b) && Number(/\d+/.exec(a)![0]) >= Number(/\d+/.exec(b)![0]) ? a : b;
}

/** The numbers as they are in that precision; of whole numbers, and where it is not known, as they are. */
export function rounded(values: Float64Array, dtype: Dtype): Float64Array {
  switch (dtype) {
    case 'float32':
      return values.map(Math.fround);
    case 'float16':
      return values.map((value) => toBits(value, 10, -14, 65504));
    case 'bfloat16':
      return values.map((value) => toBits(value, 7, -126, 3.3895313892515355e38));
    default:
      return values;
  }
}

/** The nearest number with so many bits behind the first one; halves go to the even neighbour. */
function toBits(value: number, bits: number, least: number, greatest: number): number {
  if (!Number.isFinite(value) || value === 0) return value;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(value))), least);
  const step = 2 ** (exponent - bits);
  const steps = value / step;
  const down = Math.floor(steps);
  const rest = steps - down;
  const nearest = (rest > 0.5 || (rest === 0.5 && down % 2 !== 0) ? down + 1 : down) * step;
  return Math.abs(nearest) > greatest ? Math.sign(nearest) * Infinity : nearest;
}

/** What work a piece of code does, and what work a formula asks for: what rules most code out before anything is computed. */

import type { ValueReading } from '../../formulas/reading.ts';
import { inputsOf, isNeutral } from './bind.ts';
import type { Cut } from './cut.ts';

/** What stands for an operation of the tables, for readings that ask for what it is made of. */
const implied: Readonly<Record<string, readonly string[]>> = {
  crossEntropy: ['log', 'gather', 'multiply', 'sum', 'oneHot', 'index', 'negate', 'subtract'],
  logSoftmaxOfClasses: ['logSoftmax', 'softmax', 'log', 'exp', 'logSumExp'],
  logSoftmax: ['softmax', 'log', 'exp', 'logSumExp'],
  softmax: ['exp', 'divide', 'sum'],
  logSumExp: ['log', 'exp', 'sum'],
  layerNorm: ['mean', 'variance', 'sqrt', 'rsqrt', 'divide', 'subtract', 'square'],
  masked: ['where', 'add'],
  softplus: ['log', 'exp', 'log1p', 'logSigmoid'],
  logSigmoid: ['log', 'sigmoid', 'softplus'],
  sigmoid: ['exp', 'divide', 'reciprocal'],
  relu: ['maximum', 'clamp'],
  clamp: ['maximum', 'minimum', 'relu'],
  maximum: ['clamp', 'relu'],
  minimum: ['clamp', 'maximum'],
  lerp: ['add', 'multiply', 'subtract'],
  norm: ['square', 'sqrt', 'sum', 'abs'],
  variance: ['mean', 'square', 'subtract'],
  square: ['power', 'multiply'],
  sqrt: ['power'],
  rsqrt: ['power', 'sqrt', 'reciprocal', 'divide'],
  reciprocal: ['power', 'divide'],
  divide: ['multiply', 'reciprocal'],
  einsum: ['matmul', 'sum', 'multiply'],
  matmul: ['sum', 'multiply', 'einsum'],
  mean: ['sum', 'divide'],
  einopsReduce: ['mean', 'sum'],
  subtract: ['add', 'negate'],
  negate: ['subtract'],
  expm1: ['exp'],
  log1p: ['log'],
  exp2: ['exp', 'power'],
  log2: ['log'],
  power: ['square', 'sqrt', 'rsqrt', 'exp'],
  part: ['index'],
  where: ['masked'],
};

/** Operations as bits of whole numbers: there are more than one number holds. */
type Bits = Int32Array;

const bits = new Map<string, number>();
const numbers = 8;

function bitOf(operation: string): number {
  let bit = bits.get(operation);
  if (bit === undefined) bits.set(operation, (bit = bits.size % (32 * numbers)));
  return bit;
}

function bitsOf(operations: Iterable<string>): Bits {
  const all = new Int32Array(numbers);
  for (const operation of operations) {
    const bit = bitOf(operation);
    all[bit >> 5]! |= 1 << (bit & 31);
  }
  return all;
}

function share(a: Bits, b: Bits): boolean {
  for (let place = 0; place < numbers; place++) if ((a[place]! & b[place]!) !== 0) return true;
  return false;
}

interface Work {
  /** What the code does. */
  readonly own: Bits;
  /** And what that is made of. */
  readonly all: Bits;
}

const works = new WeakMap<Cut, Work>();

function workOf(cut: Cut): Work {
  let known = works.get(cut);
  if (!known) {
    const all = new Set(cut.operations);
    for (const operation of all) for (const other of implied[operation] ?? []) all.add(other);
    works.set(cut, (known = { own: bitsOf(cut.operations), all: bitsOf(all) }));
  }
  return known;
}

/** What is done with a covariance matrix, and with nothing else here. */
const matrixWork = ['inverse', 'determinant', 'logAbsDeterminant', 'cholesky', 'solve', 'trace'];

/** Work of a kind that few formulas do: where code does it, a formula has to ask for it. */
const kinds: readonly (readonly string[])[] = [
  ['sin', 'cos', 'tan'],
  ['softmax', 'logSoftmax', 'logSoftmaxOfClasses', 'logSumExp', 'crossEntropy'],
  matrixWork,
  ['matmul', 'einsum', 'outer'],
  ['cumulativeSum', 'cumulativeProduct'],
  ['tanh', 'erf', 'gelu', 'silu', 'lgamma', 'digamma', 'erfinv'],
];

interface Demands {
  /** Of each group one. */
  readonly groups: readonly Bits[];
  /** None of these. */
  readonly barred: Bits;
  readonly required: number;
  /** null: as many as there are, since a role may be held in several forms. */
  readonly capacity: number | null;
}

const demands = new WeakMap<ValueReading, Demands>();

function demandsOf(reading: ValueReading): Demands {
  let known = demands.get(reading);
  if (!known) {
    const { operations, roles } = reading;
    const groups = operations.map(bitsOf);
    if (roles.some(({ domain }) => domain === 'covariance')) groups.push(bitsOf(matrixWork));
    const barred = kinds.filter((kind) => !kind.some((operation) => operations.some((group) => group.includes(operation))));
    const several = roles.some(({ encodings }) => encodings && encodings.length > 1);
    known = {
      groups,
      barred: bitsOf(barred.flat()),
      required: roles.filter(({ absent, literal }) => absent === undefined && literal !== true).length,
      capacity: several ? null : roles.length,
    };
    demands.set(reading, known);
  }
  return known;
}

/** Whether it is worth while to compute anything. */
export function mayBe(cut: Cut, reading: ValueReading): boolean {
  const { groups, barred, required, capacity } = demandsOf(reading);
  const count = cut.inputs.length - cut.measured.size;
  if (count < required || (capacity !== null && count > capacity && count - neutralOf(cut) > capacity)) return false;
  const { own, all } = workOf(cut);
  if (share(own, barred)) return false;
  return groups.every((group) => share(group, all));
}

const neutrals = new WeakMap<Cut, number>();

function neutralOf(cut: Cut): number {
  let known = neutrals.get(cut);
  if (known === undefined) neutrals.set(cut, (known = inputsOf(cut).filter(isNeutral).length));
  return known;
}

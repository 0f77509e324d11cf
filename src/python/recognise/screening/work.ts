/** What work a piece of code does, and what work a formula asks for: what rules most code out before anything is computed. */

import type { ValueReading } from '../../../formulas/reading.ts';
import type { Node } from '../../expression/node.ts';
import { inputsOf, isNeutral } from '../binding/inputs.ts';
import { isRequired } from '../binding/needs.ts';
import { degreesOf } from '../binding/options.ts';
import type { Cut } from '../cut.ts';
import type { Degree } from './degrees.ts';

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

/** Some of the readings, a bit for each. */
type Bits = Int32Array;

/** An operation and all that it is made of. */
const wholes = new Map<string, ReadonlySet<string>>();

function wholeOf(operation: string): ReadonlySet<string> {
  let known = wholes.get(operation);
  if (!known) {
    const all = new Set([operation]);
    for (const one of all) for (const other of implied[one] ?? []) all.add(other);
    wholes.set(operation, (known = all));
  }
  return known;
}

interface Demands {
  /** Of each group one. */
  readonly groups: readonly ReadonlySet<string>[];
  /** None of these. */
  readonly barred: ReadonlySet<string>;
  readonly required: number;
  /** As many as there are where a role may be held in several forms. */
  readonly capacity: number;
  /** Ways in which its roles enter, a bit for each; all where a role may be held in several forms at once. */
  readonly degrees: number;
}

function demandsOf(reading: ValueReading): Demands {
  const { operations, roles } = reading;
  const groups = operations.map((group) => new Set(group));
  if (roles.some(({ domain }) => domain === 'covariance')) groups.push(new Set(matrixWork));
  const barred = kinds.filter((kind) => !kind.some((operation) => operations.some((group) => group.includes(operation))));
  const several = roles.some(({ encodings }) => encodings && encodings.length > 1);
  return {
    groups,
    barred: new Set(barred.flat()),
    required: roles.filter(isRequired).length,
    capacity: several ? Infinity : roles.length,
    degrees: several ? 0b1111 : degreesOf(reading),
  };
}

const demands = new WeakMap<ValueReading, Demands>();

function demandsKnown(reading: ValueReading): Demands {
  let known = demands.get(reading);
  if (!known) demands.set(reading, (known = demandsOf(reading)));
  return known;
}

const done = new Map<string, { readonly whole: ReadonlySet<string>; readonly by: Map<ValueReading, boolean> }>();
const mostDone = 2_000;

/** Whether the operations of a piece of code do what a reading asks for, whatever they are done to. */
export function mayDo({ operations }: Cut, reading: ValueReading): boolean {
  const key = [...operations].sort().join();
  let known = done.get(key);
  if (!known) {
    if (done.size >= mostDone) done.clear();
    const whole = new Set([...operations].flatMap((operation) => [...wholeOf(operation)]));
    done.set(key, (known = { whole, by: new Map<ValueReading, boolean>() }));
  }
  let may = known.by.get(reading);
  if (may === undefined) {
    const { groups, barred } = demandsKnown(reading);
    const { whole } = known;
    may = [...operations].every((operation) => !barred.has(operation)) && groups.every((group) => [...group].some((one) => whole.has(one)));
    known.by.set(reading, may);
  }
  return may;
}

/** The readings of a catalogue, by the work that they ask for. */
export class ReadingsByWork<T extends { readonly reading: ValueReading }> {
  readonly #readings: readonly T[];
  readonly #demands: readonly Demands[];
  readonly #size: number;
  /** By operation: what it bars, then of each group of a reading, in turn, whether it does the job. */
  readonly #does = new Map<string, readonly Bits[]>();
  /** Of each group in turn, the readings that have none. */
  readonly #free: readonly Bits[];
  /** By degree: the readings into which something enters so. */
  readonly #enters: readonly Bits[];

  constructor(readings: readonly T[]) {
    this.#readings = readings;
    this.#demands = readings.map(({ reading }) => demandsKnown(reading));
    this.#size = Math.ceil(readings.length / 32);
    const most = this.#demands.reduce((count, { groups }) => Math.max(count, groups.length), 0);
    this.#free = Array.from({ length: most }, (_, group) => this.#bits(({ groups }) => groups.length <= group));
    this.#enters = [0, 1, 2, 3].map((degree) => this.#bits(({ degrees }) => (degrees & (1 << degree)) !== 0));
  }

  /** Those that a piece of code may be, as far as its operations tell and how its values enter. */
  of(cut: Cut, degrees: ReadonlyMap<Node, Degree>): T[] {
    const inputs = inputsOf(cut);
    const may = new Int32Array(this.#size).fill(-1);
    for (const input of inputs) if (!isNeutral(input)) keep(may, this.#enters[degrees.get(input.node) ?? 3]!);
    const groups = this.#free.map((free) => free.slice());
    for (const operation of cut.operations) {
      const [barred, ...done] = this.#doneBy(operation);
      for (let place = 0; place < this.#size; place++) {
        may[place]! &= ~barred![place]!;
        for (let group = 0; group < groups.length; group++) groups[group]![place]! |= done[group]![place]!;
      }
    }
    for (const group of groups) keep(may, group);
    const neutral = inputs.filter(isNeutral).length;
    const found: T[] = [];
    for (let place = 0; place < this.#readings.length; place++) {
      if ((may[place >> 5]! & (1 << (place & 31))) === 0) continue;
      const { required, capacity } = this.#demands[place]!;
      if (inputs.length >= required && inputs.length - neutral <= capacity) found.push(this.#readings[place]!);
    }
    return found;
  }

  #doneBy(operation: string): readonly Bits[] {
    let known = this.#does.get(operation);
    if (!known) {
      const whole = wholeOf(operation);
      const does = this.#free.map((_, place) =>
        this.#bits(({ groups }) => groups[place] !== undefined && [...whole].some((one) => groups[place]!.has(one))),
      );
      this.#does.set(operation, (known = [this.#bits(({ barred }) => barred.has(operation)), ...does]));
    }
    return known;
  }

  #bits(holds: (demands: Demands) => boolean): Bits {
    const bits = new Int32Array(this.#size);
    for (const [place, demands] of this.#demands.entries()) if (holds(demands)) bits[place >> 5]! |= 1 << (place & 31);
    return bits;
  }
}

function keep(bits: Bits, those: Bits): void {
  for (let place = 0; place < bits.length; place++) bits[place]! &= those[place]!;
}

/** The graph of a statement, computed on what the program holds. */

import * as shapes from '../../maths/tensor/shape.ts';
import { scalar, ShapeError, tensor, type Tensor } from '../../maths/tensor/tensor.ts';
import type { ProgramArray } from '../../protocol/terms.ts';
import { leaves, operandsOf, wrappers, type Node } from '../expression/node.ts';
import { operations, type Operation } from '../value/operations.ts';
import type { TermGraph } from './graph.ts';
import { resultOf, weak, type Dtype } from './precision.ts';

/** A value, or why there is none. */
export type Computed = { readonly value: Tensor; readonly dtype: Dtype } | { readonly problem: string };

/** More numbers than this are not computed for one statement. */
const mostNumbers = 8_000_000;

/** What one coefficient may be taken for, when code is compared with a formula, is not what it is. */
const asTheyAre: Readonly<Record<string, Operation>> = {
  reshape: ([x, ...sizes]) => shapes.reshape(x!, lengthsIn(sizes)),
  expand: ([x, ...sizes]) => shapes.broadcastTo(x!, kept(x!, lengthsIn(sizes))),
  expandDims: ([x], { axis }) => shapes.expandDims(x!, axis as number),
};

const lengthsIn = (args: readonly Tensor[]): number[] => args.flatMap(({ values }) => [...values].map(Math.round));

/** `expand(-1, 3)` leaves the first axis. */
function kept({ shape }: Tensor, sizes: readonly number[]): number[] {
  const more = sizes.length - shape.length;
  return sizes.map((size, axis) => (size === -1 ? (shape[axis - more] ?? 1) : size));
}

/** What formulas leave out, or what is decided when the program runs. */
const untold: Readonly<Record<string, string>> = {
  choice: 'depends on a condition that is decided when the program runs it',
  leftOut: 'depends on what a mask leaves out',
  masked: 'depends on the kind of its mask',
  layerNorm: 'is kept from dividing by 0 in a way that is not known here',
  parts: 'is several values',
};

/** Of truth values they are `not`, `and` and `or`. */
const bitwise: ReadonlySet<string> = new Set(['logicalNot', 'logicalAnd', 'logicalOr', 'exclusiveOr']);

const asked: Readonly<Record<string, (shape: readonly number[], axis: number) => Tensor>> = {
  shape: (shape) => tensor(shape, [shape.length]),
  rank: (shape) => scalar(shape.length),
  count: (shape) => scalar(shape.reduce((size, length) => size * length, 1)),
  size: (shape, axis) => {
    const length = shape.at(axis);
    if (length === undefined) throw new ShapeError(`There is no axis ${axis} in [${shape.join(', ')}].`);
    return scalar(length);
  },
};

/** Computes nodes, each once, in the order in which they are needed. */
export class Computation {
  readonly #graph: TermGraph;
  readonly #standard: Dtype;
  readonly #known = new Map<Node, Computed>();
  #left = mostNumbers;

  constructor(graph: TermGraph) {
    this.#graph = graph;
    const arrays = [...graph.given.values()].filter((value) => value.kind === 'array');
    this.#standard = arrays.some(({ library }) => library === 'torch') ? 'float32' : 'float64';
  }

  of(node: Node): Computed {
    const known = this.#known.get(node);
    if (known) return known;
    const computed = this.#compute(node);
    this.#known.set(node, computed);
    return computed;
  }

  /** Takes what a node is for something nearer to what the program has. */
  correct(node: Node, computed: Computed): void {
    this.#known.set(node, computed);
  }

  #compute(node: Node): Computed {
    const { op, args, attributes } = node;
    const given = this.#graph.given.get(node);
    if (given?.kind === 'array') return ofArray(given);
    if (op === 'number') return ofNumber(attributes['value'] as number);
    if (leaves.has(op)) return { problem: this.#graph.reasonOf(node) };
    if (wrappers.has(op)) return this.of(args[0]!);
    const why = untold[op];
    if (why !== undefined) return { problem: why };
    const ask = asked[op];
    if (ask) {
      const shape = this.#shapeOf(args[0]!);
      return shape ? this.#attempt(() => ask(shape, attributes['axis'] as number), weak.int) : { problem: 'is not known' };
    }
    const operands = operandsOf(node).map((arg) => this.of(arg));
    const problem = operands.find((operand) => 'problem' in operand);
    if (problem) return problem;
    const held = operands.filter((operand): operand is Extract<Computed, { value: Tensor }> => 'value' in operand);
    if (bitwise.has(op) && held.some(({ dtype }) => dtype !== 'bool')) return { problem: 'works on the bits of whole numbers' };
    const compute = asTheyAre[op] ?? operations[op];
    if (!compute) return { problem: `is not computed here (${op})` };
    const dtype = resultOf(
      op,
      held.map((operand) => operand.dtype),
      this.#standard,
    );
    return this.#attempt(
      () =>
        compute(
          held.map(({ value }) => value),
          attributes,
        ),
      dtype,
    );
  }

  #attempt(compute: () => Tensor, dtype: Dtype): Computed {
    if (this.#left <= 0) return { problem: 'would take too long to compute' };
    try {
      const value = compute();
      this.#left -= value.values.length;
      return { value, dtype };
    } catch (error) {
      if (error instanceof ShapeError || error instanceof RangeError) return { problem: `cannot be computed: ${error.message}` };
      throw error;
    }
  }

  /** Known also of what is too large to be read. */
  #shapeOf(node: Node): readonly number[] | null {
    const given = this.#graph.given.get(node);
    if (given?.kind === 'array') return given.shape;
    const computed = this.of(node);
    return 'value' in computed ? computed.value.shape : null;
  }
}

function ofArray({ values, shape, dtype, sampled }: ProgramArray): Computed {
  return sampled ? { problem: 'is too large to be read whole' } : { value: tensor(values, shape), dtype };
}

function ofNumber(value: number): Computed {
  return { value: scalar(value), dtype: Number.isInteger(value) ? weak.int : weak.float };
}

/**
 * Computes only some rows of some heads: cuts the operands of a site so that its cut-out, run on what is left, gives just those weights.
 *
 * The score product has leading axes (batch, heads, in one axis or more), then queries and keys. One linear index counts through the
 * leading axes; every tensor that meets the scores is cut where its own axes line up with them. That holds as long as the nodes in
 * between treat rows alike and apart: element by element, or along the last axis. Where they do not, the plan is refused, with the
 * reason, and the whole site has to be run.
 */

import type { RawTensor } from '../../protocol/worker.ts';
import { elementCount } from '../../formats/elements.ts';
import type { CutOut, Source, Step } from './cutout.ts';
import { asProduct } from './product.ts';
import { infer, isElementwise, knownOf, REDUCTIONS, sliceBounds, type Known } from './shapes.ts';
import { siteSizes, type SiteSizes } from './sizes.ts';

export interface SliceChoice {
  batch: number;
  /** null: all heads of the batch entry. */
  head: number | null;
  queryStart: number;
  /** Past the last row. */
  queryEnd: number;
}

/** How an axis of an operand is cut: not at all, by rows of queries, or by its place among the scores' leading axes. */
type AxisRule = 'whole' | 'rows' | { lead: readonly number[]; axis: number };
/** A target is a shape to give the scores: it becomes the shape of the part. */
type InputRule = { axes: readonly AxisRule[] } | { target: readonly number[] };

export interface SlicePlan extends SiteSizes {
  /** Columns of the softmax's input: the keys, and a sink where there is one. */
  logitColumns: number;
  inputs: readonly { name: string; source: Source; rule: InputRule }[];
}

class Refusal extends Error {}

/** Everything that the cut-out is fed with for a whole site, by the cut-out's names. */
export function wholeOperands(cutOut: CutOut, operands: ReadonlyMap<string, RawTensor>): Map<string, RawTensor> {
  return new Map(cutOut.inputs.map((name, i) => [name, sourceTensor(cutOut.sources[i], operands)]));
}

/**
 * Finds out how the operands of a run can be cut.
 * @param operands the tensors of this run, by the model's names.
 * @param batch sequences that the model was given at once.
 */
export function planSlice(cutOut: CutOut, operands: ReadonlyMap<string, RawTensor>, batch: number): SlicePlan | { refused: string } {
  try {
    return plan(cutOut, operands, batch);
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.message };
    throw error;
  }
}

/** The operands cut to a choice of head and rows, by the cut-out's names. What is cut is copied; what is not is passed on. */
export function sliceOperands(plan: SlicePlan, operands: ReadonlyMap<string, RawTensor>, choice: SliceChoice): Map<string, RawTensor> {
  const { batch, head, queryStart, queryEnd } = choice;
  if (!(batch >= 0 && batch < plan.batch) || (head !== null && !(head >= 0 && head < plan.heads))) {
    throw new RangeError(`no head ${head} of batch entry ${batch}: there are ${plan.batch} x ${plan.heads}`);
  }
  if (!(queryStart >= 0 && queryStart < queryEnd && queryEnd <= plan.queries)) {
    throw new RangeError(`no rows ${queryStart} to ${queryEnd}: there are ${plan.queries}`);
  }
  return new Map(
    plan.inputs.map(({ name, source, rule }) => {
      const whole = sourceTensor(source, operands);
      if ('target' in rule) return [name, targetTensor(whole, partOfShape(plan, rule.target, choice))];
      const ranges = whole.shape.map((size, axis) => range(plan, rule.axes[axis] ?? 'whole', size, choice));
      return [name, cut(whole, ranges)];
    }),
  );
}

function sourceTensor(source: Source | undefined, operands: ReadonlyMap<string, RawTensor>): RawTensor {
  if (source === undefined) throw new RangeError('the cut-out has an input without a source');
  if ('constant' in source) return source.constant;
  const operand = operands.get(source.tensor);
  if (operand === undefined) throw new RangeError(`the operand "${source.tensor}" was not fetched`);
  return operand;
}

function plan(cutOut: CutOut, operands: ReadonlyMap<string, RawTensor>, batch: number): SlicePlan {
  const [first, ...rest] = cutOut.steps;
  if (first === undefined) throw new Refusal('the part has no nodes');
  const known = new Map<string, Known | null>();
  for (const [name, tensor] of cutOut.held) known.set(name, knownOf(tensor));
  for (const [name, tensor] of wholeOperands(cutOut, operands)) known.set(name, knownOf(tensor));

  const scores = inferStep(first, known);
  const shape = known.get(scores)?.shape ?? [];
  const rules = new Rules(cutOut, known, shape);
  rules.product(first, shape);
  for (const step of rest) {
    inferStep(step, known);
    rules.step(step);
  }
  const weights = known.get(cutOut.tap)?.shape ?? [];
  if (!rules.isScores(weights))
    throw new Refusal(`the weights [${weights.join(', ')}] are laid out unlike the scores [${shape.join(', ')}]`);
  const sizes = siteSizes({ name: cutOut.tap }, weights, batch);
  const made: SlicePlan = {
    ...sizes,
    logitColumns: known.get(cutOut.softmaxInput)?.shape.at(-1) ?? 0,
    inputs: cutOut.inputs.map((name, i) => ({ name, source: cutOut.sources[i] ?? { tensor: '' }, rule: rules.of(name) })),
  };
  // What each part would be, worked out before any is computed: a row of one head, and all heads of one batch entry.
  const parts = [
    { batch: 0, head: 0, queryStart: 0, queryEnd: 1 } as const,
    { batch: 0, head: null, queryStart: 0, queryEnd: sizes.queries } as const,
  ];
  for (const choice of sizes.queries > 0 ? parts : []) tryPart(cutOut, made, known, rules, choice, weights);
  return made;
}

/** Works out the first output of a step, and returns its name. */
function inferStep(step: Step, known: Map<string, Known | null>): string {
  const inputs = step.inputs.map((name) => (name === '' ? null : (known.get(name) ?? null)));
  const missing = step.inputs.find((name) => name !== '' && known.get(name) === null);
  const output = missing === undefined ? infer(step.node, inputs) : null;
  if (output === null) throw new Refusal(`the shape that ${step.node.opType} makes is not known`);
  const [name = ''] = step.outputs;
  known.set(name, output);
  // Second outputs (the mask of a Dropout) carry no weights; who reads one is refused.
  for (const other of step.outputs.slice(1)) known.set(other, null);
  return name;
}

/** Collects, node by node, how each input has to be cut. */
class Rules {
  readonly #rules = new Map<string, InputRule>();
  readonly #inputs: ReadonlySet<string>;
  readonly #known: ReadonlyMap<string, Known | null>;
  readonly #index: number;
  readonly #rows: number;
  /** Tensors laid out as the scores are. */
  readonly #scores = new Set<string>();
  /** Tensors of the part that hold no scores: computed from their shape. */
  readonly #derived = new Set<string>();
  /** Derived tensors whose numbers meet the scores, so that they must be the same for a part as for the whole. */
  readonly fixed = new Set<string>();

  constructor(cutOut: CutOut, known: ReadonlyMap<string, Known | null>, scores: readonly number[]) {
    this.#inputs = new Set(cutOut.inputs);
    this.#known = known;
    this.#index = elementCount(scores.slice(0, -2));
    this.#rows = scores.at(-2) ?? 0;
  }

  of(input: string): InputRule {
    return this.#rules.get(input) ?? { axes: [] };
  }

  /** Is this a shape [..., queries, any] whose leading axes count through the same index as the score product's? */
  isScores(shape: readonly number[]): boolean {
    return shape.length >= 2 && shape.at(-2) === this.#rows && elementCount(shape.slice(0, -2)) === this.#index;
  }

  product(step: Step, output: readonly number[]): void {
    this.#scores.add(step.outputs[0] ?? '');
    const product = asProduct(step.node);
    if (product === null || output.length < 2) throw new Refusal(`${step.node.opType} is no product that can be cut`);
    (['left', 'right'] as const).forEach((side, i) => {
      const shape = this.#shape(step.inputs[i] ?? '');
      this.#set(
        step.inputs[i] ?? '',
        shape.map((size, axis) => {
          const shown = product.shows(side, axis - shape.length);
          if (shown === null || shown === -1) return 'whole';
          return shown === -2 ? 'rows' : this.#lead(size, output, output.length + shown);
        }),
      );
    });
    for (const addend of step.inputs.slice(2)) if (addend !== '') this.#meet(addend, output);
  }

  step(step: Step): void {
    const { node, inputs, outputs } = step;
    const [output = ''] = outputs;
    const shape = this.#shape(output);
    const filling = (node.opType === 'Expand' || node.opType === 'ConstantOfShape') && this.isScores(shape);
    if (node.opType === 'Shape' || (!filling && !inputs.some((name) => this.#scores.has(name)))) {
      this.#derived.add(output);
      return;
    }
    if (!this.isScores(shape)) throw new Refusal(`${node.opType} makes [${shape.join(', ')}] of the scores`);
    this.#scores.add(output);
    const last = shape.length - 1;
    const onLast = (axis: number): boolean => axis === -1 || axis === last;
    if (isElementwise(node)) for (const name of inputs) this.#meet(name, shape);
    else if (node.opType === 'Concat') {
      if (!onLast(node.attributes.get('axis')?.int ?? 0)) throw new Refusal('Concat joins along another axis than the keys');
      for (const name of inputs) this.#meet(name, shape);
    } else if (node.opType === 'Softmax') {
      if (!onLast(node.attributes.get('axis')?.int ?? -1)) throw new Refusal('Softmax runs along another axis than the keys');
    } else if (REDUCTIONS.has(node.opType)) {
      if (this.#shape(inputs[0] ?? '').some((size, axis) => axis !== last && size !== shape[axis]))
        throw new Refusal(`${node.opType} reduces another axis than the keys`);
    } else if (node.opType === 'Slice') {
      const bounds = sliceBounds(
        node,
        inputs.map((name) => this.#known.get(name) ?? null),
      );
      if (bounds?.every(({ axis }) => axis === last) !== true) throw new Refusal('Slice cuts another axis than the keys');
      for (const name of inputs.slice(1)) if (this.#derived.has(name)) this.fixed.add(name);
    } else if (node.opType === 'Reshape') this.#relayout(step, shape);
    else if (node.opType === 'Unsqueeze' || (node.opType === 'Squeeze' && inputs.length + node.attributes.size > 1))
      this.#sameEnds(step, shape);
    else if (node.opType === 'Expand' || node.opType === 'ConstantOfShape') this.#expand(step, shape);
    else throw new Refusal(`${node.opType} lies between the scores and the weights`);
  }

  #relayout(step: Step, shape: readonly number[]): void {
    this.#sameEnds(step, shape);
    const [, target = ''] = step.inputs;
    if (this.#inputs.has(target)) this.#rules.set(target, { target: shape });
  }

  #sameEnds(step: Step, shape: readonly number[]): void {
    const before = this.#shape(step.inputs[0] ?? '');
    if (before.at(-1) !== shape.at(-1) || before.at(-2) !== shape.at(-2)) {
      throw new Refusal(`${step.node.opType} lays [${before.join(', ')}] out as [${shape.join(', ')}]`);
    }
  }

  #expand(step: Step, shape: readonly number[]): void {
    const [data = '', target = ''] = step.inputs;
    if (step.node.opType === 'Expand') {
      this.#meet(data, shape);
      if (this.#inputs.has(target)) this.#rules.set(target, { target: shape });
    }
  }

  /** Lines a tensor up with the scores that it meets, as broadcasting does: at the ends. */
  #meet(name: string, output: readonly number[]): void {
    if (this.#derived.has(name)) this.fixed.add(name);
    if (!this.#inputs.has(name)) return;
    const shape = this.#shape(name);
    const shift = output.length - shape.length;
    this.#set(
      name,
      shape.map((size, i) => {
        const axis = i + shift;
        if (axis === output.length - 1 || size === 1) return 'whole';
        return axis === output.length - 2 ? 'rows' : this.#lead(size, output, axis);
      }),
    );
  }

  #lead(size: number, output: readonly number[], axis: number): AxisRule {
    if (size !== 1 && size !== output[axis]) throw new Refusal(`an operand has ${size} where the scores have ${output[axis]}`);
    return size === 1 ? 'whole' : { lead: output.slice(0, -2), axis };
  }

  #set(name: string, axes: readonly AxisRule[]): void {
    const before = this.#rules.get(name);
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify({ axes }))
      throw new Refusal('an operand meets the scores twice, in two ways');
    this.#rules.set(name, { axes });
  }

  #shape(name: string): readonly number[] {
    return this.#known.get(name)?.shape ?? [];
  }
}

/** Follows the shapes of a part through the nodes: its weights must come out as such, and nothing that the scores meet may differ. */
function tryPart(
  cutOut: CutOut,
  made: SlicePlan,
  whole: ReadonlyMap<string, Known | null>,
  rules: Rules,
  choice: SliceChoice,
  weights: readonly number[],
): void {
  const known = new Map<string, Known | null>();
  for (const name of cutOut.held.keys()) known.set(name, whole.get(name) ?? null);
  for (const { name, rule } of made.inputs) {
    const before = whole.get(name);
    if (before === undefined || before === null) throw new Refusal('the shape of an operand is not known');
    if ('target' in rule) known.set(name, { ...before, numbers: partOfShape(made, rule.target, choice) });
    else {
      const ranges = before.shape.map((size, axis) => range(made, rule.axes[axis] ?? 'whole', size, choice));
      const shape = ranges.map(([start, end]) => end - start);
      known.set(name, { ...before, shape, numbers: shape.join() === before.shape.join() ? before.numbers : null });
    }
  }
  for (const step of cutOut.steps) inferStep(step, known);
  for (const name of rules.fixed) {
    if (JSON.stringify(known.get(name)?.numbers) !== JSON.stringify(whole.get(name)?.numbers))
      throw new Refusal('the scores meet a number that depends on their own size');
  }
  const expected = partOfShape(made, weights, choice);
  const shape = known.get(cutOut.tap)?.shape ?? [];
  if (shape.join() !== expected.join())
    throw new Refusal(`a part's weights would be [${shape.join(', ')}] and not [${expected.join(', ')}]`);
}

/** The shape [..., queries, any] of the whole, cut to a choice. */
function partOfShape(plan: SlicePlan, shape: readonly number[], choice: SliceChoice): number[] {
  const lead = shape.slice(0, -2);
  return shape.map((size, axis) => {
    const rule: AxisRule = axis < lead.length ? { lead, axis } : axis === lead.length ? 'rows' : 'whole';
    const [start, end] = range(plan, rule, size, choice);
    return end - start;
  });
}

/** Start and end, along one axis of an operand, of what a choice needs. An axis of size 1 is stretched over all: it stays. */
function range(plan: SiteSizes, rule: AxisRule, size: number, choice: SliceChoice): [number, number] {
  if (rule === 'whole' || size === 1) return [0, size];
  if (rule === 'rows') return [choice.queryStart, choice.queryEnd];
  return leadRange(
    rule,
    choice.head === null ? plan.heads : 1,
    choice.head === null ? choice.batch : choice.batch * plan.heads + choice.head,
  );
}

/** The part of a leading axis that holds the block number `index` of `block` consecutive entries of the linear index. */
function leadRange({ lead, axis }: { lead: readonly number[]; axis: number }, block: number, index: number): [number, number] {
  const size = lead[axis] ?? 1;
  const inner = elementCount(lead.slice(axis + 1));
  const place = Math.floor((index * block) / inner) % size;
  if (inner % block === 0) return [place, place + 1];
  const count = block / inner;
  if (Number.isInteger(count) && count % size === 0) return [0, size];
  if (Number.isInteger(count) && size % count === 0) return [place, place + count];
  throw new Refusal(`axes of [${lead.join(', ')}] do not part into blocks of ${block}`);
}

function targetTensor(whole: RawTensor, shape: readonly number[]): RawTensor {
  return { type: whole.type, shape: [shape.length], data: BigInt64Array.from(shape, BigInt) };
}

/** Copies a box out of a row-major tensor, run by run. */
function cut(tensor: RawTensor, ranges: readonly (readonly [number, number])[]): RawTensor {
  const { shape, data, type } = tensor;
  // Behind the last axis that is cut, everything is one run.
  let axis = shape.length - 1;
  while (axis >= 0 && ranges[axis]?.[0] === 0 && ranges[axis]?.[1] === shape[axis]) axis--;
  if (axis < 0) return tensor;
  const strides = shape.map((_, i) => elementCount(shape.slice(i + 1)));
  const [from = 0, to = 0] = ranges[axis] ?? [];
  const run = (to - from) * (strides[axis] ?? 1);
  const outer = ranges.slice(0, axis);
  const count = elementCount(outer.map(([start, end]) => end - start));
  const cutShape = ranges.map(([start, end]) => end - start);
  const out = data.slice(0, 0).constructor as new (length: number) => typeof data;
  const values = new out(count * run);
  for (let i = 0; i < count; i++) {
    let offset = from * (strides[axis] ?? 1);
    let rest = i;
    for (let a = axis - 1; a >= 0; a--) {
      const [start, end] = outer[a] ?? [0, 1];
      offset += (start + (rest % (end - start))) * (strides[a] ?? 1);
      rest = Math.floor(rest / (end - start));
    }
    copyRun(values, data, offset, run, i * run);
  }
  return { type, shape: cutShape, data: values };
}

function copyRun(into: RawTensor['data'], from: RawTensor['data'], offset: number, length: number, at: number): void {
  (into as { set(source: unknown, at: number): void }).set(from.subarray(offset, offset + length), at);
}

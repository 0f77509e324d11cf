/**
 * Finds out how the operands of a site can be cut, so that its cut-out gives only some rows of some heads.
 *
 * That can be done as long as the nodes between scores and weights treat rows alike and apart: element by element, or along the last
 * axis. Where they do not, the plan is refused, with the reason, and the whole site has to be run.
 */

import { elementCount } from '../../formats/elements.ts';
import type { RawTensor } from '../../protocol/worker.ts';
import type { CutOut } from './cutout.ts';
import type { Step } from './part.ts';
import { asProduct } from './product.ts';
import { infer, isElementwise, knownOf, REDUCTIONS, sliceBounds, type Known } from './shapes.ts';
import { siteSizes } from './sizes.ts';
import { partOfShape, range, Refusal, wholeOperands, type AxisRule, type InputRule, type SliceChoice, type SlicePlan } from './slice.ts';

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

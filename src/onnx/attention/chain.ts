/** The nodes that the scores pass one after the other on their way to the softmax. */

import type { CutOut } from './cutout.ts';
import type { Step } from './part.ts';

export interface ChainLink {
  step: Step;
  /** Which input the scores come through. */
  through: number;
  output: string;
}

/** From the score product's output to the softmax's input; null where the way parts and joins again. */
export function scoreChain({ steps, softmaxInput }: CutOut): ChainLink[] | null {
  const makers = new Map(steps.map((step) => [step.outputs[0] ?? '', step]));
  const [product] = steps;
  const links: ChainLink[] = [];
  let tensor = softmaxInput;
  for (let step = makers.get(tensor); step !== product; step = makers.get(tensor)) {
    if (!step) return null;
    const made = step.inputs.flatMap((input, index) => (makers.has(input) ? [index] : []));
    const [through, ...others] = made;
    if (through === undefined || others.length > 0) return null;
    links.unshift({ step, through, output: tensor });
    tensor = step.inputs[through]!;
  }
  return links;
}

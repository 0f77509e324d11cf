/** How code differs from the formula that it is, in words. */

import type { Node } from '../expression/node.ts';
import { given, namesOf } from '../recognise/evidence/given.ts';
import { axesOf } from '../recognise/comparison/layouts.ts';
import type { Recognition } from '../recognise/recogniser.ts';
import { axesInWords } from './axisWords.ts';
import { numberInWords, scaleOf } from './scale.ts';

/** What a node is called in the code. */
export type CodeOf = (node: Node) => string;

export function remarksOf(recognition: Recognition, codeOf: CodeOf): string[] {
  const own = recognition.reading.remark;
  return [...differences(recognition, codeOf), ...(own === undefined ? [] : [own])];
}

function differences(recognition: Recognition, codeOf: CodeOf): string[] {
  switch (recognition.kind) {
    case 'value':
      return ofValue(recognition, codeOf);
    case 'sum':
      return ofSum(recognition, codeOf);
    case 'call':
      return [];
  }
}

function ofValue(recognition: Recognition & { kind: 'value' }, codeOf: CodeOf): string[] {
  const { fit, reading, layout, weights } = recognition;
  const remarks: string[] = [];
  const { means, factor } = scaleOf(recognition);
  const summedByFormula = new Set(axesOf(reading.summed));
  // An axis that this code does not have is neither summed nor kept.
  const there = axesOf(reading.axes).filter((axis) => (layout.lengths[axis] ?? [1]).length > 0);
  const isNormalised = fit.constant === 0 && [...weights.values()].includes(0);
  const isMean = (axis: string): boolean => means.includes(axis) || (isNormalised && !summedByFormula.has(axis));
  const averaged = there.filter((axis) => fit.summed.includes(axis) && isMean(axis));
  const added = there.filter((axis) => fit.summed.includes(axis) && !isMean(axis) && !summedByFormula.has(axis));
  const kept = there.filter((axis) => !fit.summed.includes(axis) && summedByFormula.has(axis));
  if (averaged.length > 0) remarks.push(`mean over ${axesInWords(averaged)}`);
  if (added.length > 0) remarks.push(`sum over ${axesInWords(added)}`);
  if (kept.length > 0) remarks.push(`one number for each of ${axesInWords(kept)}, not summed`);
  if (Math.abs(factor - 1) > 1e-6) remarks.push(factor === -1 ? 'of the other sign' : `times ${numberInWords(factor)}`);
  for (const [node, power] of weights) if (power !== 0 || isNormalised) remarks.push(weightInWords(node, power, codeOf));
  if (fit.gradientAlone) remarks.push('same gradient, another value');
  else if (fit.constant !== 0) remarks.push('up to a constant');
  return remarks;
}

/** `power`: 1 multiplies, -1 divides, 0 is divided by its sum, or is added. */
function weightInWords(node: Node, power: number, codeOf: CodeOf): string {
  const verb = given(node).isMask ? 'masked' : power < 0 ? 'divided' : 'weighted';
  return `${verb} by \`${codeOf(node)}\``;
}

function ofSum({ formula, terms }: Recognition & { kind: 'sum' }, codeOf: CodeOf): string[] {
  return [...terms].flatMap(([{ factor, weights }, { id }]) => {
    const name = formula.terms.find((term) => term.id === id)?.name ?? id;
    const by = [...(factor === 1 ? [] : [numberInWords(factor)]), ...weights.map((weight) => `\`${codeOf(weight)}\``)];
    return by.length > 0 ? [`${name} times ${by.join(' times ')}`] : [];
  });
}

/** A node's own name, where it does not stand in the code at hand. */
export const nameOf = (node: Node): string => namesOf(node)[0] ?? 'a number';

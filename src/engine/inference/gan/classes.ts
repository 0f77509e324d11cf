/** Classes of samples, and of data by its labels. */

import type { DataSet } from '../../../models/dataset.ts';
import type { ChosenClass } from '../../../protocol/gan.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import { checkWhole } from '../items/inputs.ts';
import type { HeldGan } from './model.ts';

/** Of samples `first` to `first + count - 1`; empty of a model without classes. @throws RpcError 'bad-input' */
export function classesOfSamples({ loaded: { classes } }: HeldGan, chosen: ChosenClass, first: number, count: number): Int32Array {
  if (classes.length === 0) return new Int32Array(0);
  if (chosen === 'each') return Int32Array.from({ length: count }, (_, i) => (first + i) % classes.length);
  return new Int32Array(count).fill(checkWhole('class', chosen, 0, classes.length - 1));
}

/** [count] classes that are given. @throws RpcError 'bad-input' */
export function checkClasses({ loaded: { classes } }: HeldGan, value: unknown, count: number): Int32Array {
  if (classes.length === 0) return new Int32Array(0);
  if (!(value instanceof Int32Array) || value.length !== count)
    throw new RpcError(
      'bad-input',
      `classes ${value instanceof Int32Array ? `has ${value.length} numbers` : 'is no Int32Array'}; ${count} are needed.`,
    );
  value.forEach((each, i) => checkWhole(`classes[${i}]`, each, 0, classes.length - 1));
  return value;
}

/** The data's labels that are the model's classes, and each item's class; null where there are none such. */
export function classesOfData({ loaded: { classes } }: HeldGan, { labels }: DataSet): { heading: string; classes: Int32Array } | null {
  if (classes.length === 0) return null;
  const places = new Map(classes.map((name, place) => [name, place]));
  for (const { name, names, values } of labels) {
    const of = names.map((label) => places.get(label));
    if (of.every((place) => place !== undefined)) return { heading: name, classes: Int32Array.from(values, (value) => of[value]!) };
  }
  return null;
}

/**
 * What a debug adapter is asked to evaluate so that values of a stopped program are read.
 *
 * The adapter's own ways to them run code of the program: its tree of variables asks every attribute of an object, properties too, and
 * calls `__repr__`; `self.scale` as an expression may be a property. So no expression of the text is ever evaluated. One expression is
 * sent a stop: it executes `readValues.py` in a namespace of its own, which looks names up and says what is stored under them.
 */

import type { ValuePath } from '../../../protocol/terms.ts';

/** Numbers that are read of one value and at one stop; of what has more, some are. */
export const limits = { value: 65_536, stop: 524_288 } as const;

/**
 * One expression of Python, without a name in it that the program could have given another meaning.
 * @param code readValues.py
 * @throws TypeError where a path is none
 */
export function readingExpression(code: string, paths: readonly ValuePath[]): string {
  for (const path of paths) checkPath(path);
  const read = `own['read'](here.__globals__, ${literal(JSON.stringify(paths))}, ${limits.value}, ${limits.stop})`;
  // A module, or its dictionary.
  const builtins = "here.__globals__['__builtins__']";
  const run = `(lambda builtins, own: (builtins['exec'](${literal(code)}, own), ${read})[1])`;
  return `(lambda here: ${run}(${builtins} if ${builtins}.__class__ is {}.__class__ else ${builtins}.__dict__, {}))(lambda: 0)`;
}

const identifier = /^[\p{ID_Start}_][\p{ID_Continue}]*$/u;

function checkPath([name, ...steps]: ValuePath): void {
  const isStep = (step: (typeof steps)[number]): boolean =>
    'attribute' in step ? identifier.test(step.attribute) : typeof step.index === 'string' || Number.isSafeInteger(step.index);
  if (!identifier.test(name) || !steps.every(isStep)) throw new TypeError(`${JSON.stringify([name, ...steps])} is not read.`);
}

/** A string of Python. JSON's escapes are Python's too; debugpy takes "@LINE@" for a new line. */
const literal = (text: string): string =>
  JSON.stringify(text).replace(/[^\x20-\x3f\x41-\x7e]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);

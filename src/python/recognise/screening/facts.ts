/**
 * What is measured of formulas whatever the code is: how each role enters, and whether elements act together. It takes about a second for
 * the whole catalogue, so it is measured when the extension is built and read when it runs; what was not read is measured when it is asked for.
 */

import type { Formula } from '../../../formulas/formula.ts';
import type { Encoding, Role, ValueReading } from '../../../formulas/reading.ts';
import { degreeOf, keepDegree, type Degree } from './degrees.ts';
import { isSeparableFormula, keepSeparable } from './separable.ts';
import { keepSpan, points, spanOf } from './spans.ts';

interface FormFacts {
  readonly degree: Degree | null;
  /** Of its span: how many functions; null where it has none. */
  readonly functions: number | null;
}

interface Facts {
  readonly readings: readonly { readonly of: string; readonly separable: boolean | null; readonly forms: readonly FormFacts[] }[];
  /** Of every span what code holds at the points, then its functions there: numbers of 8 bytes, in base 64. */
  readonly numbers: string;
}

const readingsOf = (catalogue: Iterable<Formula>): { id: string; reading: ValueReading }[] =>
  [...catalogue].flatMap(({ id, readings }) => (readings ?? []).flatMap((reading) => (reading.kind === 'value' ? [{ id, reading }] : [])));

const formsOf = ({ roles }: ValueReading): { role: Role; encoding: Encoding | null }[] =>
  roles.flatMap((role) => (role.encodings ?? [null]).map((encoding) => ({ role, encoding })));

const nameOf = (id: string, reading: ValueReading): string =>
  `${id} ${formsOf(reading)
    .map(({ role, encoding }) => `${role.id} ${encoding?.id ?? ''}`)
    .join()}`;

/** Everything about a catalogue, as text. */
export function measureFacts(catalogue: Iterable<Formula>): string {
  const numbers: number[] = [];
  const readings = readingsOf(catalogue).map(({ id, reading }) => ({
    of: nameOf(id, reading),
    separable: isSeparableFormula(reading),
    forms: formsOf(reading).map(({ role, encoding }): FormFacts => {
      const span = spanOf(reading, role, encoding);
      if (span) numbers.push(...span.held, ...span.basis.flatMap((one) => [...one]));
      return { degree: degreeOf(reading, role, encoding), functions: span && span.basis.length };
    }),
  }));
  const facts: Facts = { readings, numbers: Buffer.from(Float64Array.from(numbers).buffer).toString('base64') };
  return JSON.stringify(facts);
}

/** What was measured of this catalogue before. Text about another one is not used. */
export function keepFacts(catalogue: Iterable<Formula>, text: string): void {
  const { readings, numbers } = JSON.parse(text) as Facts;
  const own = readingsOf(catalogue);
  if (own.length !== readings.length || own.some(({ id, reading }, at) => nameOf(id, reading) !== readings[at]!.of)) return;
  const bytes = Buffer.from(numbers, 'base64');
  const all = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  let next = 0;
  const take = (): Float64Array => all.subarray(next, (next += points));
  for (const [at, { reading }] of own.entries()) {
    const { separable, forms } = readings[at]!;
    keepSeparable(reading, separable);
    for (const [place, { role, encoding }] of formsOf(reading).entries()) {
      const { degree, functions } = forms[place]!;
      keepDegree(reading, role, encoding, degree);
      const held = functions === null ? null : take();
      keepSpan(reading, role, encoding, held && { held, basis: Array.from({ length: functions! }, take) });
    }
  }
}

import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../../src/formulas/catalogue.ts';
import type { Formula } from '../../../../src/formulas/formula.ts';
import { degreeOf } from '../../../../src/python/recognise/screening/degrees.ts';
import { keepFacts, measureFacts } from '../../../../src/python/recognise/screening/facts.ts';
import { isSeparableFormula } from '../../../../src/python/recognise/screening/separable.ts';
import { spanOf } from '../../../../src/python/recognise/screening/spans.ts';

const few = ['kl_diag_std_normal', 'cross_entropy', 'q_sample', 'sdpa'].map((id) => catalogue.get(id)!);

/** The same formulas as other objects, which cannot be computed. */
const uncomputed = (): Formula[] =>
  few.map((formula) => ({
    ...formula,
    readings: formula.readings!.map((reading) =>
      reading.kind === 'value'
        ? {
            ...reading,
            elements: () => {
              throw new Error('It is computed.');
            },
          }
        : reading,
    ),
  }));

const factsOf = (formulas: readonly Formula[]) =>
  formulas.flatMap(({ readings }) =>
    readings!.flatMap((reading) =>
      reading.kind === 'value'
        ? [
            {
              separable: isSeparableFormula(reading),
              forms: reading.roles.flatMap((role) =>
                (role.encodings ?? [null]).map((encoding) => [degreeOf(reading, role, encoding), spanOf(reading, role, encoding)]),
              ),
            },
          ]
        : [],
    ),
  );

describe('what is measured of formulas', () => {
  it('is there afterwards without being measured', () => {
    const formulas = uncomputed();
    keepFacts(formulas, measureFacts(few));
    const facts = factsOf(formulas);
    expect(facts).toEqual(factsOf(few));
    expect(facts.some(({ forms }) => forms.some(([, span]) => span !== null))).toBe(true);
  });

  it('is not taken for that of other formulas', () => {
    const formulas = uncomputed();
    keepFacts(formulas, measureFacts(few.slice(1)));
    expect(() => factsOf(formulas)).toThrow('It is computed.');
  });
});

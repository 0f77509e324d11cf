import katex from 'katex';
import { describe, expect, it } from 'vitest';
import { plainLatex, shownLatex, termIds } from '../../../src/formulas/formula.ts';
import { stepOfRun, type StepForm } from '../../../src/formulas/samplerStep.ts';
import { samplers } from '../../../src/maths/samplers/list.ts';

const forms: StepForm[] = samplers.flatMap(({ name, title }) =>
  (['epsilon', 'v_prediction', 'sample', 'flow_prediction'] as const).flatMap((prediction) =>
    [true, false].map((on) => ({
      ...{ kind: name === 'ddim' ? ('mixed' as const) : ('linear' as const), sampler: name, title, prediction, exploding: on },
      ...{ hasEarlier: on, hasFresh: !on, guided: on, rescaled: on },
    })),
  ),
);

describe('the formula of a step', () => {
  it('is typeset strictly, with a term for each name in it and a source', () => {
    for (const form of forms) {
      const formula = stepOfRun(form);
      const lines = [...shownLatex(formula), ...formula.steps.flatMap(({ latex }) => latex)];
      for (const line of lines) expect(() => katex.renderToString(plainLatex(line), { strict: 'error', throwOnError: true })).not.toThrow();
      const ids = formula.terms.map(({ id }) => id);
      expect(ids).toEqual([...new Set(ids)]);
      for (const id of lines.flatMap(termIds)) expect(ids, `${form.sampler}: ${id}`).toContain(id);
      expect(formula.source).not.toBeNull();
    }
  });

  it('is the same object of the same form', () => {
    expect(stepOfRun({ ...forms[0]! })).toBe(stepOfRun(forms[0]!));
    expect(new Set(forms.map(stepOfRun)).size).toBe(forms.length);
  });
});

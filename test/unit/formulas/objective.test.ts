import katex from 'katex';
import { describe, expect, it } from 'vitest';
import { plainLatex, shownLatex, termIds } from '../../../src/formulas/formula.ts';
import { objectiveOfRun, weightedObjectiveOfRun } from '../../../src/formulas/objective.ts';

describe('the objective of a run', () => {
  it('names every term that it shows, once, and is typeset strictly', () => {
    for (const formula of [objectiveOfRun, weightedObjectiveOfRun]) {
      const all = [...shownLatex(formula), ...formula.steps.flatMap(({ latex }) => latex)];
      const ids = formula.terms.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(new Set(all.flatMap(termIds))).toEqual(new Set(ids));
      for (const latex of [...all, ...formula.terms.map(({ symbol }) => symbol)])
        expect(() => katex.renderToString(plainLatex(latex), { throwOnError: true, strict: 'error' })).not.toThrow();
    }
  });

  it('is a bound with beta 1 or more alone', () => {
    expect([objectiveOfRun.claim, weightedObjectiveOfRun.claim]).toEqual(['bound', 'definition']);
    expect(weightedObjectiveOfRun.note).toContain('no bound');
  });
});

import { expect, it } from 'vitest';
import { namesOn } from '../../../../../src/features/formulas/debugging/names.ts';

it('finds the names on a line, each once, and none of attributes, calls, texts, comments and keywords', () => {
  expect(namesOn("    kl = beta * self.f(mu, kl) + x['key'] if not done else g (y)  # z")).toEqual([
    { name: 'kl', start: 4 },
    { name: 'beta', start: 9 },
    { name: 'self', start: 16 },
    { name: 'mu', start: 23 },
    { name: 'x', start: 33 },
    { name: 'done', start: 49 },
    { name: 'y', start: 62 },
  ]);
  expect(namesOn('"it\'s"')).toEqual([]);
  expect(namesOn('f(x)')).toEqual([{ name: 'x', start: 2 }]);
});

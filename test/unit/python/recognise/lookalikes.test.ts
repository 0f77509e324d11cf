/** What stands in the code of real packages and has the value of a formula, or its names, and is another thing. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeAll, expect, test } from 'vitest';
import { catalogue } from '../../../../src/formulas/catalogue.ts';
import { Follower } from '../../../../src/python/expression/follow/follower.ts';
import { Graph } from '../../../../src/python/expression/node.ts';
import { loadParser } from '../../../../src/python/reader/parser.ts';
import { findFormulas } from '../../../../src/python/recognise/findings.ts';
import { Recogniser } from '../../../../src/python/recognise/recogniser.ts';
import { readModule } from '../../../../src/python/syntax/build.ts';

const bytes = (name: string) => readFileSync(createRequire(import.meta.url).resolve(name));
let parser: Awaited<ReturnType<typeof loadParser>>;
beforeAll(async () => {
  parser = await loadParser(bytes('web-tree-sitter/web-tree-sitter.wasm'), bytes('tree-sitter-python/tree-sitter-python.wasm'));
});

function named(code: string): string[] {
  const follower = new Follower(new Graph());
  follower.module(readModule(parser, code));
  return findFormulas(follower.computed, new Recogniser(catalogue.values())).map(({ recognition }) => recognition.formula.id);
}

const inFunction = (head: string, ...lines: string[]): string =>
  ['import torch', `def ${head}:`, ...lines.map((line) => `    ${line}`)].join('\n');

test.each([
  ['gauss_nll', 'a scaled square beside something', inFunction('loss(score, sigma, x_t)', 'return score * sigma.pow(2) + x_t')],
  ['perplexity', 'one over an entry', inFunction('scaled(degree, col)', 'inverse = 1.0 / degree', 'return inverse[col]')],
  ['flow_nll', 'two log-densities', inFunction('log_prob(self, value)', 'return self.base.log_prob(value) + self.skew_prob(value)')],
  ['fm_target', 'a source without its mean', inFunction('snr(source, mean_target)', 'zero_mean_target = source - mean_target')],
  [
    'gan_g_linear',
    'what an actor learns',
    inFunction('actor(self, fake_data)', 'target = self.returns(fake_data)', 'return -target.mean()'),
  ],
])('no %s: %s', (id, _, code) => {
  expect(named(code)).not.toContain(id);
});

import type { Parser } from 'web-tree-sitter';
import { beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../../../src/formulas/catalogue.ts';
import { Follower } from '../../../../src/python/expression/follow/follower.ts';
import { Graph } from '../../../../src/python/expression/node.ts';
import { findFormulas } from '../../../../src/python/recognise/findings.ts';
import { Recogniser } from '../../../../src/python/recognise/recogniser.ts';
import { readModule } from '../../../../src/python/syntax/build.ts';
import { pythonParser } from '../syntax/parser.ts';

let parser: Parser;
beforeAll(async () => {
  parser = await pythonParser();
});
const recogniser = new Recogniser(catalogue.values());

/** Ids of what a function of these parameters computes, in order. */
function idsIn(parameters: string, ...lines: string[]): string[] {
  const text = `import torch\nimport torch.nn.functional as F\ndef f(${parameters}):\n${lines.map((line) => `    ${line}\n`).join('')}`;
  const follower = new Follower(new Graph());
  follower.module(readModule(parser, text));
  return findFormulas(follower.computed, recogniser).map(({ recognition }) => recognition.formula.id);
}

describe('diffusion in code', () => {
  it('tells a step with eta from the forward noising', () => {
    const step = [
      'x0 = (x - torch.sqrt(1 - ab) * eps) / torch.sqrt(ab)',
      'c1 = eta * ((1 - ab / ab_next) * (1 - ab_next) / (1 - ab)).sqrt()',
      'c2 = ((1 - ab_next) - c1 ** 2).sqrt()',
      'return ab_next.sqrt() * x0 + c1 * torch.randn_like(x) + c2 * eps',
    ];
    expect(idsIn('x, eps, ab, ab_next, eta', ...step)).toEqual(['x0_from_eps', 'ddim_step']);
  });

  it('finds all noise levels at once', () => {
    expect(
      idsIn(
        'n, lo, hi, rho=7.0',
        'u = torch.arange(n) / (n - 1)',
        'sigmas = (hi ** (1 / rho) + u * (lo ** (1 / rho) - hi ** (1 / rho))) ** rho',
      ),
    ).toEqual(['karras_sigmas']);
  });

  it('names no step of physics and no ratio of levels', () => {
    expect(idsIn('pos, vel, acc, dt', 'return pos + vel * dt + 0.5 * acc * dt ** 2')).toEqual([]);
    expect(idsIn('ab_t, ab_s', 'alpha_ts = ab_t / ab_s', 'return alpha_ts')).toEqual([]);
  });
});

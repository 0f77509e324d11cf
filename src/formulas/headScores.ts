/** What tells heads apart: the share of attention on the keys that a pattern names. */

import { patterns, type Pattern } from '../maths/attention/patterns.ts';
import type { Formula, Term } from './formula.ts';

const targets: Term = {
  id: 'targets',
  symbol: 'T(i)',
  name: 'target keys',
  meaning: 'The keys that the pattern names for query i, of those that it may attend to.',
  shape: 'set of keys',
  unit: 'tokens',
};

const score: Formula = {
  id: 'head_score',
  family: 'Transformer',
  name: 'Score of a head on a pattern',
  latex: String.raw`\term{score}{S}=\frac1{\lvert\term{eligible}{E}\rvert}\sum_{i\in\term{eligible}{E}}\ \sum_{j\in\term{targets}{T(i)}}\term{weight}{\alpha_{ij}}`,
  lines: [
    String.raw`\term{chance}{C}=\frac1{\lvert\term{eligible}{E}\rvert}\sum_{i\in\term{eligible}{E}}\frac{\lvert\term{targets}{T(i)}\rvert}{\term{visible}{n_i}}`,
  ],
  terms: [
    {
      id: 'score',
      symbol: 'S',
      name: 'score',
      meaning: 'The mean share of a row’s attention that lies on its targets: 1 where the head does nothing else.',
      shape: 'number',
      unit: 'dimensionless',
    },
    {
      id: 'eligible',
      symbol: 'E',
      name: 'eligible queries',
      meaning: 'Queries that may attend to one target at least; the others say nothing of the pattern.',
      shape: 'set of queries',
      unit: 'tokens',
    },
    targets,
    {
      id: 'weight',
      symbol: String.raw`\alpha_{ij}`,
      name: 'attention weight',
      meaning: 'Weight of key j in the row of query i.',
      shape: '[queries, keys]',
      unit: 'dimensionless',
    },
    {
      id: 'chance',
      symbol: 'C',
      name: 'chance',
      meaning: 'The score of a head that attends to all visible keys alike; a score says something only beside it.',
      shape: 'number',
      unit: 'dimensionless',
    },
    {
      id: 'visible',
      symbol: 'n_i',
      name: 'visible keys',
      meaning: 'Keys that query i may attend to: i + 1 under the causal mask, so that chance is no 1/N.',
      shape: '[queries]',
      unit: 'tokens',
    },
  ],
  claim: 'definition',
  note: 'It tells where a head attends on this text, not what the head does.',
  source: {
    paper: 'Olsson et al. 2022, In-context Learning and Induction Heads',
    place: 'head activation evaluators (prefix matching); here for any set of targets, on any text',
    arxiv: '2209.11895',
  },
  steps: [],
};

/** A pattern is its set of targets. */
const targetsOf = ({ id, name, formula, description, source }: Pattern): Formula => ({
  id: `targets_${id}`,
  family: 'Transformer',
  name,
  latex: String.raw`\term{targets}{T(i)}=${formula}`,
  lines: [],
  terms: [{ ...targets, meaning: `Of the keys that query i may attend to: ${description}.` }],
  claim: 'definition',
  source,
  steps: [],
});

export const headScores: readonly Formula[] = [score, ...patterns.map(targetsOf)];

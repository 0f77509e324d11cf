/** What tells heads apart: the share of attention on the keys that a pattern names. */

import type { Formula, Source, Term } from './formula.ts';

const olsson = 'Olsson et al. 2022, In-context Learning and Induction Heads';

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
    paper: olsson,
    equation: 'appendix on head activation evaluators (prefix matching), for any set of targets',
    arxiv: '2209.11895',
  },
  steps: [],
};

/** A pattern is its set of targets. */
function pattern(id: string, name: string, set: string, meaning: string, source: Source): Formula {
  const latex = String.raw`\term{targets}{T(i)}=${set}`;
  return { id, family: 'Transformer', name, latex, lines: [], terms: [{ ...targets, meaning }], claim: 'definition', source, steps: [] };
}

export const headScores: readonly Formula[] = [
  score,
  pattern('targets_previous', 'Previous token', String.raw`\{\,i-1\,\}`, 'The token before the query’s own; the first token has none.', {
    paper: olsson,
    equation: 'appendix on head activation evaluators (previous token attention)',
    arxiv: '2209.11895',
  }),
  pattern(
    'targets_first',
    'First token (sink)',
    String.raw`\{\,0\,\}`,
    'The first token of the text, on which heads rest that have nothing to look for.',
    {
      paper: 'Xiao et al. 2023, Efficient Streaming Language Models with Attention Sinks',
      equation: 'section 3.1',
      arxiv: '2309.17453',
    },
  ),
  pattern(
    'targets_induction',
    'Induction',
    String.raw`\{\,j\le i : t_{j-1}=t_i,\ j-1<i\,\}`,
    'Tokens that came right after an earlier occurrence of the query’s own token.',
    { paper: olsson, equation: 'definition of induction heads; appendix (prefix matching)', arxiv: '2209.11895' },
  ),
  pattern('targets_duplicate', 'Duplicate token', String.raw`\{\,j<i : t_j=t_i\,\}`, 'Earlier occurrences of the query’s own token.', {
    paper: 'Wang et al. 2022, Interpretability in the Wild: a Circuit for Indirect Object Identification in GPT-2 small',
    equation: 'section 3 (duplicate token heads)',
    arxiv: '2211.00593',
  }),
];

/** What an edge of attention is worth beside its weight: what it adds to the output, and what is lost without it. */

import type { Formula } from './formula.ts';
import { attentionWeight } from './attention.ts';

/** The length of what one key adds to the output of one query. */
export const weightedValue: Formula = {
  id: 'weighted_value_norm',
  family: 'Transformer',
  name: 'Length of what an edge adds',
  latex: String.raw`\term{contribution}{\lVert\alpha_{ij}W_Ov_j\rVert}=\term{weight}{\alpha_{ij}}\,\term{norm}{\lVert W_Ov_j\rVert}`,
  lines: [],
  terms: [
    {
      id: 'contribution',
      symbol: String.raw`\lVert\alpha_{ij}W_Ov_j\rVert`,
      name: 'length of what the edge adds',
      meaning: 'How long the vector is that key j adds, through this head, to the stream that query i writes to.',
      shape: 'number',
      unit: 'dimensionless',
    },
    attentionWeight,
    {
      id: 'norm',
      symbol: String.raw`\lVert W_Ov_j\rVert`,
      name: 'length of the projected value',
      meaning: 'How long value j is once the head’s part of the output projection has been applied, its bias left out.',
      shape: 'number',
      unit: 'dimensionless',
    },
  ],
  claim: 'identity',
  note: 'A length has no direction: what two keys add may cancel, and what later layers make of it is not in it.',
  source: {
    paper: 'Kobayashi et al. 2020, Attention is Not Only a Weight: Analyzing Transformers with Vector Norms',
    place: 'the norm of a weighted transformed vector',
    arxiv: '2004.10102',
  },
  steps: [],
};

/** What masking one edge does to the probability of the next token. */
export const edgeEffect: Formula = {
  id: 'edge_effect',
  family: 'Transformer',
  name: 'Effect of an edge on the next token',
  latex: String.raw`\term{change}{\Delta_{ij}}=\term{masked}{\ln p(y\mid s_{ij}\leftarrow-\infty)}-\term{logProbability}{\ln p(y)}`,
  lines: [String.raw`\term{renormalised}{\alpha'_{il}}=\frac{\alpha_{il}}{1-\term{weight}{\alpha_{ij}}},\quad l\ne j,\qquad\alpha'_{ij}=0`],
  terms: [
    {
      id: 'change',
      symbol: String.raw`\Delta_{ij}`,
      name: 'change of the log-probability',
      meaning: 'What masking the edge alone does to the log-probability of token y after query i: below 0 where the edge speaks for y.',
      shape: 'number',
      unit: 'nats',
    },
    {
      id: 'masked',
      symbol: String.raw`\ln p(y\mid s_{ij}\leftarrow-\infty)`,
      name: 'log-probability without the edge',
      meaning: 'The whole model run again with the logit of this one edge of this one head at −∞.',
      shape: 'number',
      unit: 'nats',
    },
    {
      id: 'logProbability',
      symbol: String.raw`\ln p(y)`,
      name: 'log-probability',
      meaning: 'What the run gives token y after query i: the token that follows, or the most probable one at the end.',
      shape: 'number',
      unit: 'nats',
    },
    attentionWeight,
    {
      id: 'renormalised',
      symbol: String.raw`\alpha'_{il}`,
      name: 'weights that are left',
      meaning: 'What the softmax makes of the rest of the row: the other weights in the same proportions, summing to 1 again.',
      shape: '[keys]',
      unit: 'dimensionless',
    },
  ],
  claim: 'definition',
  note: 'One edge at a time: two edges that say the same may each seem to do nothing. Later layers see what comes of it.',
  source: {
    paper: 'Geva et al. 2023, Dissecting Recall of Factual Associations in Auto-Regressive Language Models',
    place: 'attention knockout, here of a single edge of a single head',
    arxiv: '2304.14767',
  },
  steps: [],
};

export const edges: readonly Formula[] = [weightedValue, edgeEffect];

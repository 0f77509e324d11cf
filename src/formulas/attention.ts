/** Attention as it is shown beside a run: written out for one cell, and what is said of whole maps of it. */

import type { Formula, Term } from './formula.ts';

const vaswani = 'Vaswani et al. 2017, Attention Is All You Need';

/** Of query i on key j. */
export const attentionWeight: Term = {
  id: 'weight',
  symbol: String.raw`\alpha_{ij}`,
  name: 'attention weight',
  meaning: 'How much of value j goes into the output for query i: where the head attends, not what it does with it.',
  shape: 'number',
  unit: 'dimensionless',
};

/** Scaled dot-product attention, written out for one cell: query i and key j of one head. How code has it is in `transformer.ts`. */
export const sdpa: Formula = {
  id: 'sdpa',
  family: 'Transformer',
  name: 'Scaled dot-product attention',
  latex: String.raw`\mathrm{Attention}(Q,K,V)=\mathrm{softmax}\Bigl(\term{scale}{\frac{1}{\sqrt{d_k}}}\,\term{query}{Q}\,\term{key}{K^\top}+\term{mask}{M}\Bigr)\term{value}{V}`,
  lines: [
    String.raw`\term{score}{x_{ij}}=\term{query}{q_i}\cdot\term{key}{k_j}`,
    String.raw`\term{logit}{s_{ij}}=\term{scale}{\frac{1}{\sqrt{d_k}}}\,\term{score}{x_{ij}}+\term{mask}{M_{ij}}`,
    String.raw`\term{maximum}{m_i}=\max_l s_{il},\quad\term{denominator}{Z_i}=\sum_l\exp(s_{il}-m_i)`,
    String.raw`\term{weight}{\alpha_{ij}}=\frac{\exp\bigl(\term{logit}{s_{ij}}-\term{maximum}{m_i}\bigr)}{\term{denominator}{Z_i}}`,
    String.raw`\term{output}{o_i}=\sum_j\term{weight}{\alpha_{ij}}\,\term{value}{v_j}`,
  ],
  terms: [
    {
      id: 'query',
      symbol: 'q_i',
      name: 'query',
      meaning: 'What token i looks for, as it enters the score product: after any rotary embedding.',
      shape: '[headDim]',
      unit: 'dimensionless',
    },
    {
      id: 'key',
      symbol: 'k_j',
      name: 'key',
      meaning: 'What token j is found by, as it enters the score product: after any rotary embedding.',
      shape: '[headDim]',
      unit: 'dimensionless',
    },
    {
      id: 'score',
      symbol: 'x_{ij}',
      name: 'score',
      meaning: 'The dot product of query i and key j, before scale and mask.',
      shape: 'number',
      unit: 'dimensionless',
    },
    {
      id: 'scale',
      symbol: String.raw`1/\sqrt{d_k}`,
      name: 'scale',
      meaning:
        'The factor that every score of the head is multiplied by; one over the root of the head width, or what the model has instead.',
      shape: 'number',
      unit: 'dimensionless',
    },
    {
      id: 'mask',
      symbol: 'M_{ij}',
      name: 'mask or bias',
      meaning: 'What is added to the scaled score: 0 where nothing is, −∞ where query i must not attend to key j.',
      shape: 'number',
      unit: 'nats',
    },
    {
      id: 'logit',
      symbol: 's_{ij}',
      name: 'logit',
      meaning: 'What enters the softmax: the difference of two logits of a row is the log of the ratio of their weights.',
      shape: 'number',
      unit: 'nats',
    },
    {
      id: 'maximum',
      symbol: 'm_i',
      name: 'maximum of the row',
      meaning: 'The largest logit of query i, taken off before the exponential so that it cannot overflow.',
      shape: 'number',
      unit: 'nats',
    },
    {
      id: 'denominator',
      symbol: 'Z_i',
      name: 'denominator of the row',
      meaning: 'The sum over all keys of exp(logit − maximum): at least 1, and the number of keys where all logits are equal.',
      shape: 'number',
      unit: 'dimensionless',
    },
    attentionWeight,
    {
      id: 'value',
      symbol: 'v_j',
      name: 'value',
      meaning: 'What token j gives to those that attend to it.',
      shape: '[valueDim]',
      unit: 'dimensionless',
    },
    {
      id: 'output',
      symbol: 'o_i',
      name: 'output of the head',
      meaning: 'The mean of all values, weighted by the row of attention of query i.',
      shape: '[valueDim]',
      unit: 'dimensionless',
    },
    {
      id: 'variance',
      symbol: String.raw`\mathrm{Var}(q\cdot k)`,
      name: 'variance of the scores',
      meaning: 'Over all pairs of a query and a key of this head in this run, also those that a mask leaves out.',
      shape: 'number',
      unit: 'dimensionless',
    },
    {
      id: 'varianceTrace',
      symbol: String.raw`\mathrm{tr}(\Sigma_q\Sigma_k)`,
      name: 'spread against spread',
      meaning: 'What the covariances of queries and keys give alone, as if both had mean 0.',
      shape: 'number',
      unit: 'dimensionless',
    },
    {
      id: 'varianceQueryMean',
      symbol: String.raw`\mu_q^\top\Sigma_k\mu_q`,
      name: 'mean query against the keys',
      meaning: 'What the mean query adds: large where the keys spread along it.',
      shape: 'number',
      unit: 'dimensionless',
    },
    {
      id: 'varianceKeyMean',
      symbol: String.raw`\mu_k^\top\Sigma_q\mu_k`,
      name: 'mean key against the queries',
      meaning: 'What the mean key adds: large where the queries spread along it.',
      shape: 'number',
      unit: 'dimensionless',
    },
    {
      id: 'headDim',
      symbol: 'd_k',
      name: 'head width',
      meaning: 'The number of components of a query and of a key.',
      shape: 'number',
      unit: 'dimensionless',
    },
    {
      id: 'slope',
      symbol: String.raw`\partial\alpha_{ij}/\partial s_{ij}`,
      name: 'slope of the weight',
      meaning: 'How fast the weight changes with its own logit: at most 1/4, and near 0 where the softmax is saturated.',
      shape: 'number',
      unit: 'per nat',
    },
    {
      id: 'jacobianNorm',
      symbol: String.raw`\lVert J_i\rVert_2`,
      name: 'norm of the Jacobian',
      meaning: 'How far the weights of the row move at most for a small move of its logits, both in the 2-norm.',
      shape: 'number',
      unit: 'per nat',
    },
    {
      id: 'jacobianSlack',
      symbol: String.raw`\tfrac12-\lVert J_i\rVert_2`,
      name: 'slack of the bound',
      meaning: 'How far the norm of this row is below the bound: never negative, and 0 where two keys have half of the weight each.',
      shape: 'number',
      unit: 'per nat',
    },
  ],
  claim: 'definition',
  source: { paper: vaswani, place: 'eq. 1', arxiv: '1706.03762' },
  steps: [
    {
      id: 'squareRoot',
      title: 'Why the square root',
      words: [
        'Logits that spread far make a softmax put nearly all weight on one key, where its gradient is nearly 0. The variance of the scores over all pairs of this head’s queries and keys has an exact form, with their means $\\mu$ and covariances $\\Sigma$:',
        'If the components of $q$ and $k$ were independent with mean 0 and variance 1, the covariances would be the identity and the means 0: the variance would be $d_k$, and dividing the scores by $\\sqrt{d_k}$ would make it 1. Trained heads break that assumption: their components are correlated and their means are not 0. So compare the two numbers for this head rather than trust the argument.',
      ],
      latex: [
        String.raw`\term{variance}{\mathrm{Var}(q\cdot k)}=\term{varianceTrace}{\mathrm{tr}(\Sigma_q\Sigma_k)}+\term{varianceQueryMean}{\mu_q^\top\Sigma_k\mu_q}+\term{varianceKeyMean}{\mu_k^\top\Sigma_q\mu_k}`,
        String.raw`\Sigma_q=\Sigma_k=I,\ \mu_q=\mu_k=0\ \Rightarrow\ \mathrm{Var}(q\cdot k)=\term{headDim}{d_k}`,
      ],
      claim: 'identity',
      source: { paper: vaswani, place: 'footnote 4 of section 3.2.1 (the special case)', arxiv: '1706.03762' },
    },
    {
      id: 'maximumSubtracted',
      title: 'Why taking off the maximum changes nothing',
      words: [
        'The same factor stands above and below the fraction and cancels, whatever $m_i$ is. With the largest logit no exponential is above 1, so none overflows, and the denominator is at least 1.',
      ],
      latex: [
        String.raw`\frac{\exp(s_{ij})}{\sum_l\exp(s_{il})}=\frac{\exp(-m_i)\exp(s_{ij})}{\exp(-m_i)\sum_l\exp(s_{il})}=\frac{\exp(s_{ij}-\term{maximum}{m_i})}{\term{denominator}{Z_i}}`,
      ],
      claim: 'identity',
    },
    {
      id: 'jacobian',
      title: 'How weights change with logits',
      words: [
        'Raising one logit takes weight from all other keys of the row. The rows of this matrix sum to 0, so adding one number to all logits changes nothing.',
        'It is symmetric, so no eigenvalue exceeds its largest row of absolute values (Gershgorin), and that row is $2\\alpha_{ij}(1-\\alpha_{ij})\\le\\tfrac12$: softmax moves weights by at most half of what logits move, in the 2-norm.',
      ],
      latex: [
        String.raw`J_i=\frac{\partial\alpha_i}{\partial s_i}=\mathrm{diag}(\alpha_i)-\alpha_i\alpha_i^\top`,
        String.raw`\term{jacobianNorm}{\lVert J_i\rVert_2}\le\frac12,\qquad\term{jacobianSlack}{\frac12-\lVert J_i\rVert_2}\ge0`,
        String.raw`\term{slope}{\frac{\partial\alpha_{ij}}{\partial s_{ij}}}=\term{weight}{\alpha_{ij}}\bigl(1-\term{weight}{\alpha_{ij}}\bigr)`,
      ],
      claim: 'bound',
      source: {
        paper: 'Gao and Pavel 2017, On the Properties of the Softmax Function with Application in Game Theory and Reinforcement Learning',
        place: 'for the Jacobian; the bound is derived here',
        arxiv: '1704.00805',
      },
    },
    {
      id: 'rowsSum',
      title: 'Rows sum to 1',
      words: [
        'Each weight is its part of the same denominator. Where the model adds a sink to the denominator, which is no key, the weights of a row sum to less than 1.',
      ],
      latex: [String.raw`\sum_j\term{weight}{\alpha_{ij}}=\frac{\sum_j\exp(s_{ij}-m_i)}{\term{denominator}{Z_i}}=1`],
      claim: 'identity',
    },
  ],
};

const rowEntropy: Formula = {
  id: 'attention_entropy',
  family: 'Transformer',
  name: 'Entropy of a row of attention',
  latex: String.raw`\term{entropy}{H_i}=-\sum_j\term{weight}{\alpha_{ij}}\ln\term{weight}{\alpha_{ij}}`,
  lines: [String.raw`\term{relative}{h_i}=\frac{\term{entropy}{H_i}}{\ln\term{visible}{n_i}}`],
  terms: [
    {
      id: 'entropy',
      symbol: 'H_i',
      name: 'entropy of the row',
      meaning:
        'How far query i spreads its attention: exp(H) is the number of keys of a uniform row with the same entropy; H / ln 2 is in bits.',
      shape: '[queries]',
      unit: 'nats',
    },
    {
      id: 'weight',
      symbol: String.raw`\alpha_{ij}`,
      name: 'attention weight',
      meaning: 'Weight of key j in the row of query i; 0 ln 0 counts as 0.',
      shape: '[queries, keys]',
      unit: 'dimensionless',
    },
    {
      id: 'visible',
      symbol: 'n_i',
      name: 'visible keys',
      meaning: 'Keys that query i may attend to: i + 1 under the causal mask.',
      shape: '[queries]',
      unit: 'tokens',
    },
    {
      id: 'relative',
      symbol: 'h_i',
      name: 'entropy relative to its largest',
      meaning: '0 where one key has all the weight, 1 where all visible keys have the same; not defined for a single visible key.',
      shape: '[queries]',
      unit: 'dimensionless',
    },
  ],
  claim: 'definition',
  source: { paper: 'Shannon 1948, A Mathematical Theory of Communication', place: 'section 6' },
  steps: [],
};

const rollout: Formula = {
  id: 'attention_rollout',
  family: 'Transformer',
  name: 'Attention rollout',
  latex: String.raw`\term{rollout}{R^{(L)}}=\tilde A^{(L)}\tilde A^{(L-1)}\cdots\tilde A^{(1)},\quad\tilde A^{(l)}=\tfrac12\term{mean}{\bar A^{(l)}}+\tfrac12I`,
  lines: [],
  terms: [
    {
      id: 'rollout',
      symbol: 'R^{(L)}',
      name: 'rollout',
      meaning: 'How much each input position is held to contribute to each position after layer L; every row sums to 1.',
      shape: '[queries, keys]',
      unit: 'dimensionless',
    },
    {
      id: 'mean',
      symbol: String.raw`\bar A^{(l)}`,
      name: 'mean attention of a layer',
      meaning: 'The attention of layer l, averaged over its heads.',
      shape: '[queries, keys]',
      unit: 'dimensionless',
    },
  ],
  claim: 'approximation',
  note: 'A heuristic: it takes half of every layer for the residual connection, all heads for equal, and values and MLPs for nothing.',
  source: { paper: 'Abnar and Zuidema 2020, Quantifying Attention Flow in Transformers', place: 'eq. 1', arxiv: '2005.00928' },
  steps: [],
};

/** What is said of maps. */
export const attentionMaps: readonly Formula[] = [rowEntropy, rollout];

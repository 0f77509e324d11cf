/** Losses of a policy: the clipped one, and estimates of how far it is from a reference. */

import type { Formula } from './formula.ts';
import { choosing, differences, squared } from './operationGroups.ts';
import type { Evidence, Requirement, Role, ValueReading } from './reading.ts';
import { term } from './term.ts';
import { clippedPolicyLoss, klK2, klK3 } from '../maths/preference/losses.ts';
import { add, clamp, divide, exp, expm1, log, maximum, multiply, negate, subtract } from '../maths/tensor/elementwise.ts';
import { scalar, type Tensor } from '../maths/tensor/tensor.ts';

type Given = Readonly<Record<string, Tensor>>;

const loss = { kind: 'value', axes: 'B', summed: '', fit: 'loss' } as const;
const schulman2020 = { paper: 'Schulman 2020, Approximating KL Divergence' };
const has = (role: string, words: readonly string[]): Requirement => ({ role, words });

const epsilonWords = [
  'eps',
  'epsilon',
  'clip',
  'clip eps',
  'clip range',
  'clip param',
  'clip ratio',
  'clip coef',
  'cliprange',
  'eps clip',
  'clip epsilon',
];
const ratio: Role = {
  id: 'ratio',
  shape: 'B',
  domain: 'positive',
  words: ['ratio', 'ratios', 'r', 'rho', 'importance ratio', 'prob ratio', 'coef 1', 'importance'],
};
const advantage: Role = {
  id: 'advantage',
  shape: 'B',
  domain: 'real',
  words: ['advantage', 'advantages', 'adv', 'advs', 'a', 'gae', 'advs', 'mb advantages'],
};
const newLog: Role = {
  id: 'newLog',
  shape: 'B',
  domain: 'logProbability',
  words: ['log prob', 'logp', 'new log prob', 'logprobs', 'log probs', 'new logp', 'new', 'newlogprob', 'per token logps'],
  not: ['old'],
};
const oldLog: Role = {
  id: 'oldLog',
  shape: 'B',
  domain: 'logProbability',
  words: ['old', 'old log prob', 'old logp', 'old logprobs', 'old log probs', 'behaviour', 'mb logprobs', 'sampled'],
  not: ['new'],
};
const epsilon: Role = { id: 'epsilon', shape: '', domain: 'unit', words: epsilonWords, literal: true };
const bounds: readonly Role[] = [
  { ...epsilon, words: ['low', 'eps low', 'epsilon low', 'clip low', 'clip ratio low', ...epsilonWords] },
  { ...epsilon, id: 'epsilonHigh', words: ['high', 'eps high', 'epsilon high', 'clip high', 'clip ratio high'] },
];
const clippedOf = (of: (given: Given) => Tensor) => (given: Given) =>
  clippedPolicyLoss(of(given), given['advantage']!, given['epsilon']!, given['epsilonHigh'] ?? given['epsilon']!);
const ratioSources = [
  { roles: [ratio], of: ({ ratio }: Given): Tensor => ratio! },
  { roles: [newLog, oldLog], of: ({ newLog, oldLog }: Given): Tensor => exp(subtract(newLog!, oldLog!)) },
];

const ppo: Formula = {
  id: 'ppo_clip',
  family: 'Preference',
  name: 'Clipped policy loss',
  latex: String.raw`-\mathbb E\min\bigl(\term{ratio}{r}\,\term{advantage}{A},\ \mathrm{clip}(\term{ratio}{r},1-\term{epsilon}{\varepsilon},1+\term{epsilon}{\varepsilon})\,\term{advantage}{A}\bigr)`,
  lines: [
    String.raw`\term{ratio}{r}=\frac{\pi(a\mid s)}{\pi_{old}(a\mid s)}=\exp\bigl(\term{newLog}{\log\pi(a\mid s)}-\term{oldLog}{\log\pi_{old}(a\mid s)}\bigr)`,
    String.raw`\mathrm{clip}(r,1-\varepsilon,1+\term{epsilonHigh}{\varepsilon'})\quad\text{(with two bounds)}`,
  ],
  terms: [
    term('ratio', 'r', 'probability ratio', 'Of the policy to the one that acted.', '[batch]'),
    term('advantage', 'A', 'advantage', 'How much better the action was than expected.', '[batch]'),
    term(
      'epsilon',
      String.raw`\varepsilon`,
      'clip range',
      'How far the ratio may go from 1 before it gains nothing more: 0.2 in the paper.',
    ),
    term('epsilonHigh', String.raw`\varepsilon'`, 'upper clip range', 'Where the upper bound is another one than the lower.'),
    term('newLog', String.raw`\log\pi(a\mid s)`, 'log-probability', 'Of the action, by the policy.', '[batch]', 'nats'),
    term(
      'oldLog',
      String.raw`\log\pi_{old}(a\mid s)`,
      'log-probability when acting',
      'Of the same action, by the policy that took it: constant.',
      '[batch]',
      'nats',
    ),
  ],
  claim: 'definition',
  note: 'The minimum makes it a lower bound on the unclipped objective: a ratio that went the wrong way still counts in full.',
  source: { paper: 'Schulman et al. 2017, Proximal Policy Optimization Algorithms', place: 'eq. 7', arxiv: '1707.06347' },
  steps: [],
  identities: [
    {
      latex: String.raw`-\min(rA,\mathrm{clip}(r)A)=\max(-rA,-\mathrm{clip}(r)A)`,
      words: 'Minus the lesser is the greater of the negatives.',
      sides: ({ ratio, advantage, epsilon }) => {
        const clipped = clamp(ratio!, subtract(scalar(1), epsilon!), add(scalar(1), epsilon!));
        return [
          clippedPolicyLoss(ratio!, advantage!, epsilon!, epsilon!),
          maximum(negate(multiply(ratio!, advantage!)), negate(multiply(clipped, advantage!))),
        ];
      },
    },
  ],
  mistakes: [
    'The maximum is taken of the two, or the minimum of their negatives.',
    'The old log-probability is computed anew with a gradient: the ratio is then 1 and never clipped.',
    'The advantage carries a gradient into the value function.',
  ],
  readings: ratioSources.flatMap(({ roles, of }): ValueReading[] => [
    {
      ...loss,
      roles: [...roles, advantage, epsilon],
      elements: clippedOf(of),
      operations: [choosing],
      rank: 2,
    },
    {
      ...loss,
      roles: [...roles, advantage, ...bounds],
      elements: clippedOf(of),
      operations: [choosing],
      rank: 2,
      remark: 'with two bounds',
    },
  ]),
};

const policyLog: Role = {
  id: 'policy',
  shape: 'B',
  domain: 'logProbability',
  words: ['logp', 'log prob', 'logprobs', 'log probs', 'policy', 'new', 'pi', 'per token logps', 'log pi', 'live', 'now'],
  not: ['ratio', 'logratio', 'ref', 'reference'],
};
const referenceLog: Role = {
  id: 'reference',
  shape: 'B',
  domain: 'logProbability',
  words: [
    'ref',
    'reference',
    'ref logp',
    'ref log prob',
    'old',
    'ref logprobs',
    'ref per token logps',
    'base',
    'frozen',
    'fixed',
    'anchor',
  ],
  not: ['ratio', 'logratio', 'new'],
};
const logRatioWords = ['log ratio', 'logratio', 'logr', 'log r', 'log rho', 'log ratios', 'logratios', 'delta', 'diff'];
const delta: Role = {
  id: 'delta',
  shape: 'B',
  domain: 'real',
  words: logRatioWords,
  not: ['pz', 'qz', 'prior', 'posterior', 'prod', 'marginal', 'loc', 'abs'],
};
const probabilityRatio: Role = {
  id: 'ratio',
  shape: 'B',
  domain: 'positive',
  words: ['ratio', 'r', 'rho', 'importance ratio'],
  not: ['log'],
};
const klContexts = [
  'kl',
  'approx kl',
  'policy kl',
  'mean kl',
  'kl div',
  'kl loss',
  'kl penalty',
  'kld',
  'k1',
  'k2',
  'k3',
  'kl estimate',
  'kl est',
  'kl divergence',
  'old approx kl',
  'per token kl',
  'kl term',
  'kls',
  'drift',
];
const logProbabilityWords = [
  'log prob',
  'logp',
  'logprob',
  'logprobs',
  'log probs',
  'logps',
  'ref',
  'reference',
  'lp',
  'lps',
  'log pi',
  'old',
  'policy',
  'frozen',
  'anchor',
];
/** A closed form of a divergence has ratios of parameters. */
const isLogRatio: Evidence = [
  [{ context: klContexts }, has('delta', logRatioWords)],
  [
    { context: klContexts, not: ['kl divergence'] },
    { role: 'delta', words: ['ratio'], not: ['param', 'parameter', 'var', 'variance', 'scale', 'std', 'sigma'] },
  ],
];
const othersThanLogs = [
  ...['var', 'vars', 'logvar', 'log var', 'variance', 'lv', 'std', 'sigma', 'scale', 'spread', 'precision', 'mean', 'mu', 'loc'],
  ...['pred', 'prediction', 'y', 'y hat', 'target', 'targets', 'label', 'out', 'output', 'error', 'x', 't', 'time'],
];
/** What was drawn by reparametrisation is no answer of a policy, unless names say so. */
const areOfPolicies: Evidence = [
  { role: 'policy', without: ['ownDensity'] } as const,
  { context: ['policy', 'actor', 'ppo', 'agent', 'rl', 'rlhf', 'grpo'] },
  has('reference', ['ref', 'reference', 'old', 'policy', 'frozen', 'anchor']),
].map((one) => [
  { context: klContexts },
  has('reference', logProbabilityWords),
  has('policy', logProbabilityWords),
  // A prior is of latents.
  { role: 'reference', words: [], not: ['prior'] },
  one,
]);
const areLogs: Evidence = [[has('reference', logProbabilityWords), has('policy', logProbabilityWords)], [{ context: klContexts }]];
const differenceOf = ({ policy, reference }: Given): Tensor => subtract(reference!, policy!);
const deltaTerm = term(
  'delta',
  String.raw`\Delta`,
  'log-ratio',
  'Of the reference’s probability to the policy’s, for what the policy drew.',
  '[batch]',
  'nats',
);
const policyTerm = term('policy', String.raw`\log\pi(y)`, 'log-probability of the policy', 'Of what it drew itself.', '[batch]', 'nats');
const referenceTerm = term(
  'reference',
  String.raw`\log\pi_{ref}(y)`,
  'log-probability of the reference',
  'Of the same.',
  '[batch]',
  'nats',
);
const deltaLatex = String.raw`\term{delta}{\Delta}=\term{reference}{\log\pi_{ref}(y)}-\term{policy}{\log\pi(y)},\quad y\sim\pi`;

/** Two steps at a fair coin and one that is not: enough to tell an estimate's mean from its value. */
const coin = [0.5, 0.3, 0.2];
const other = [0.2, 0.2, 0.6];

const k3: Formula = {
  id: 'kl_k3',
  family: 'Preference',
  name: 'KL estimate k3',
  latex: String.raw`e^{\term{delta}{\Delta}}-\term{delta}{\Delta}-1,\quad${deltaLatex}`,
  lines: [String.raw`\term{ratio}{r}-1-\log\term{ratio}{r},\quad\term{ratio}{r}=e^{\Delta}`],
  terms: [
    deltaTerm,
    referenceTerm,
    policyTerm,
    term('ratio', 'r', 'probability ratio', 'Of the reference to the policy, for what the policy drew.', '[batch]'),
  ],
  claim: 'estimate',
  note: 'Its value is unbiased for KL(π ‖ π_ref) and never below 0. Its gradient through the log-probabilities is another one: that of KL(π_ref ‖ π).',
  source: schulman2020,
  steps: [],
  identities: [
    {
      latex: String.raw`e^\Delta-\Delta-1=\mathrm{expm1}(\Delta)-\Delta`,
      words: 'Near 0 it is computed without cancellation.',
      sides: ({ delta }) => [klK3(delta!), subtract(expm1(delta!), delta!)],
    },
    {
      latex: String.raw`\mathbb E_{y\sim\pi}\bigl[e^\Delta-\Delta-1\bigr]=\sum_y\pi(y)\log\frac{\pi(y)}{\pi_{ref}(y)}`,
      words: 'Its mean under the policy is the divergence.',
      sides: () => [expected(klK3), scalar(coin.reduce((all, p, y) => all + p * Math.log(p / other[y]!), 0))],
    },
  ],
  mistakes: [
    'The log-ratio is turned round: it is then an estimate of something else.',
    'It is used as a loss in the belief that its gradient is that of KL(π ‖ π_ref).',
    'What is drawn is not from the policy itself.',
  ],
  readings: [
    {
      ...loss,
      roles: [policyLog, referenceLog],
      elements: (given) => klK3(differenceOf(given)),
      operations: [['exp', 'expm1'], differences],
      // Of two log-variances it is a part of a closed form, of an error and its target another loss.
      evidence: [...areLogs, ['reference', 'policy'].map((role): Requirement => ({ role, words: [], not: othersThanLogs }))],
    },
    {
      ...loss,
      roles: [delta],
      elements: ({ delta }) => klK3(delta!),
      operations: [['exp', 'expm1'], differences],
      evidence: [[{ context: klContexts }], [{ role: 'delta', words: logRatioWords }]],
    },
    {
      ...loss,
      roles: [probabilityRatio, delta],
      elements: ({ ratio, delta }) => subtract(subtract(ratio!, delta!), scalar(1)),
      operations: [differences],
      evidence: [
        [
          { role: 'ratio', words: ['ratio', 'rho', 'r', 'importance ratio'] },
          { role: 'delta', words: logRatioWords },
        ],
      ],
      rank: 2,
    },
    {
      ...loss,
      roles: [probabilityRatio],
      elements: ({ ratio }) => klK3(log(ratio!)),
      operations: [['log', 'log1p'], differences],
      evidence: [[{ context: klContexts }], [{ role: 'ratio', words: ['ratio', 'rho', 'importance ratio'] }]],
    },
  ],
};

/** The mean of an estimate under a policy over three answers. */
function expected(estimate: (delta: Tensor) => Tensor): Tensor {
  const values = coin.map((p, y) => multiply(scalar(p), estimate(scalar(Math.log(other[y]! / p)))));
  return values.reduce((all, value) => add(all, value));
}

const k1: Formula = {
  id: 'kl_k1',
  family: 'Preference',
  name: 'KL estimate k1',
  latex: String.raw`-\term{delta}{\Delta},\quad${deltaLatex}`,
  lines: [String.raw`\tfrac12\term{delta}{\Delta}^2\quad\text{(k2)}`],
  terms: [deltaTerm, referenceTerm, policyTerm],
  claim: 'estimate',
  note: 'Unbiased, but may be below 0 and varies much. k2, half of the square, is biased and never below 0; its gradient is in expectation that of the divergence.',
  source: schulman2020,
  steps: [],
  identities: [
    {
      latex: String.raw`\mathbb E_{y\sim\pi}[-\Delta]=\sum_y\pi(y)\log\frac{\pi(y)}{\pi_{ref}(y)}`,
      words: 'Its mean under the policy is the divergence.',
      sides: () => [expected(negate), scalar(coin.reduce((all, p, y) => all + p * Math.log(p / other[y]!), 0))],
    },
    {
      latex: String.raw`-\Delta=\log\frac{\pi(y)}{\pi_{ref}(y)}`,
      words: 'It is the log of the ratio of the two probabilities.',
      sides: (given) => [negate(differenceOf(given)), log(divide(exp(given['policy']!), exp(given['reference']!)))],
    },
  ],
  mistakes: [
    'The log-ratio is turned round: the penalty then rewards to leave the reference.',
    'It is minimised through the log-probability alone, whose gradient is 0 in expectation.',
  ],
  readings: [
    {
      ...loss,
      roles: [policyLog, referenceLog],
      elements: (given) => negate(differenceOf(given)),
      operations: [differences],
      evidence: areOfPolicies,
    },
    {
      ...loss,
      roles: [delta],
      elements: ({ delta }) => negate(delta!),
      operations: [['negate', 'subtract', 'multiply', 'log']],
      evidence: isLogRatio,
    },
    {
      ...loss,
      roles: [policyLog, referenceLog],
      elements: (given) => klK2(differenceOf(given)),
      operations: [squared, differences],
      evidence: areOfPolicies,
      remark: 'k2: half of the square, biased',
    },
    {
      ...loss,
      roles: [delta],
      elements: ({ delta }) => klK2(delta!),
      operations: [squared],
      evidence: isLogRatio,
      remark: 'k2: half of the square, biased',
    },
  ],
};

export const policy: readonly Formula[] = [ppo, k3, k1];

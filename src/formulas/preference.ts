/** Learning from preferences and rewards. */

import type { Formula } from './formula.ts';
import { fakeWords } from './ganRoles.ts';
import { differences, logistic } from './operationGroups.ts';
import { policy } from './policy.ts';
import type { Evidence, Requirement, Role, ValueReading } from './reading.ts';
import { term } from './term.ts';
import { dpo, preferenceLoss } from '../maths/preference/losses.ts';
import { add, divide, exp, log, multiply, softplus, subtract } from '../maths/tensor/elementwise.ts';
import { mean as meanOf, sum } from '../maths/tensor/reduce.ts';
import { scalar, type Tensor } from '../maths/tensor/tensor.ts';

type Given = Readonly<Record<string, Tensor>>;

const none = scalar(0);
const loss = { kind: 'value', axes: 'B', summed: '', fit: 'loss' } as const;

const chosenWords = [
  'chosen',
  'w',
  'win',
  'winner',
  'preferred',
  'better',
  'good',
  'accepted',
  'yw',
  'y w',
  'preferred',
  'winning',
  'pos',
  'positive',
  'choice',
];
const rejectedWords = [
  'rejected',
  'l',
  'lose',
  'loser',
  'dispreferred',
  'worse',
  'bad',
  'yl',
  'y l',
  'reject',
  'losing',
  'neg',
  'negative',
  'nonpreferred',
];
const referenceWords = ['ref', 'reference', 'pi ref', 'base', 'sft', 'frozen', 'fixed', 'anchor', 'initial', 'init'];
const policyWords = ['policy', 'pi', 'model', 'theta', 'new', 'actor', 'current', 'student', 'live', 'now', 'online'];
const dpoContexts = ['dpo', 'preference', 'direct preference', 'cdpo', 'preference loss', 'dpo loss'];

const has = (role: string, words: readonly string[]): Requirement => ({ role, words });
const beta: Role = { id: 'beta', shape: '', domain: 'positive', words: ['beta', 'temperature', 'kl coef'], literal: true, absent: 1 };
const smoothing: Role = {
  id: 'smoothing',
  shape: '',
  domain: 'unit',
  words: ['label smoothing', 'smoothing', 'eps', 'epsilon', 'ls'],
  literal: true,
  absent: 0,
};

/** Letters that say which answer it is beside whose it is: `ref_c`, `pi_r`. */
const letters = { chosen: ['c', 'plus'], rejected: ['r', 'minus'] } as const;

const pairs = (owner: readonly string[], answer: readonly string[]): string[] =>
  owner.flatMap((o) => answer.flatMap((a) => [`${o} ${a}`, `${a} ${o}`]));

/** A log-probability of an answer: of its whole, or token by token. */
const ofAnswer = (id: string, owner: readonly string[], answer: keyof typeof letters, shape: string, not: readonly string[]): Role => {
  const words = answer === 'chosen' ? chosenWords : rejectedWords;
  const other = answer === 'chosen' ? 'rejected' : 'chosen';
  return {
    id,
    shape,
    domain: 'logProbability',
    words: [...pairs(owner, words), ...pairs(owner, letters[answer]), ...words],
    not: [...not, other, ...pairs(owner, letters[other])],
  };
};
const answers = (shape: string): readonly Role[] => [
  ofAnswer('policyChosen', policyWords, 'chosen', shape, referenceWords),
  ofAnswer('policyRejected', policyWords, 'rejected', shape, referenceWords),
  ofAnswer('refChosen', referenceWords, 'chosen', shape, ['policy']),
  ofAnswer('refRejected', referenceWords, 'rejected', shape, ['policy']),
];
const arePreferences: Evidence = [
  [has('refChosen', referenceWords), has('refRejected', referenceWords)],
  // The reference does not learn.
  [
    { role: 'refChosen', held: true },
    { role: 'refRejected', held: true },
  ],
  [has('policyChosen', chosenWords), has('policyRejected', rejectedWords)],
  [{ context: dpoContexts }],
];
const areRatios: Evidence = [
  // Of rewards rather than ratios it is another loss.
  [
    has('chosenRatio', chosenWords),
    has('rejectedRatio', rejectedWords),
    { context: dpoContexts, not: ['reward', 'rewards', 'rm', 'reward model', 'reward loss', 'bradley terry', 'bt'] },
  ],
  [
    has('chosenRatio', ['log ratio', 'logratio', 'logratios', 'log ratios', 'ratio']),
    has('rejectedRatio', ['log ratio', 'logratio', 'logratios', 'log ratios', 'ratio']),
  ],
  [has('chosenRatio', ['pi', 'policy', 'model']), has('rejectedRatio', referenceWords)],
  // What no gradient reaches was taken off each.
  [
    has('chosenRatio', chosenWords),
    has('rejectedRatio', rejectedWords),
    { role: 'chosenRatio', lessHeld: true },
    { role: 'rejectedRatio', lessHeld: true },
  ],
];

/** DPO from the four log-probabilities, each made of what code gives by `reduced`. */
const dpoOf =
  (reduced: (x: Tensor) => Tensor) =>
  ({ policyChosen, policyRejected, refChosen, refRejected, beta, smoothing }: Given): Tensor =>
    dpo(
      subtract(reduced(policyChosen!), reduced(refChosen!)),
      subtract(reduced(policyRejected!), reduced(refRejected!)),
      beta!,
      smoothing ?? none,
    );

/** Unbiased where the share `smoothing` of the preferences is flipped. */
function robustDpo({ policyChosen, policyRejected, refChosen, refRejected, beta, smoothing }: Given): Tensor {
  const of = (sign: 1 | -1): Tensor =>
    dpo(
      multiply(scalar(sign), subtract(policyChosen!, refChosen!)),
      multiply(scalar(sign), subtract(policyRejected!, refRejected!)),
      beta!,
      none,
    );
  const share = smoothing ?? none;
  const one = scalar(1);
  const weighted = subtract(multiply(subtract(one, share), of(1)), multiply(share, of(-1)));
  return divide(weighted, subtract(one, multiply(scalar(2), share)));
}

const directPreference: Formula = {
  id: 'dpo',
  family: 'Preference',
  name: 'DPO',
  latex: String.raw`-\mathbb E\log\sigma\biggl(\term{beta}{\beta}\log\frac{\term{policyChosen}{\pi(y_w\mid x)}}{\term{refChosen}{\pi_{ref}(y_w\mid x)}}-\term{beta}{\beta}\log\frac{\term{policyRejected}{\pi(y_l\mid x)}}{\term{refRejected}{\pi_{ref}(y_l\mid x)}}\biggr)`,
  lines: [
    String.raw`-\log\sigma\bigl(\beta(\term{chosenRatio}{\Delta_w}-\term{rejectedRatio}{\Delta_l})\bigr),\quad\term{chosenRatio}{\Delta_w}=\log\frac{\pi(y_w\mid x)}{\pi_{ref}(y_w\mid x)}`,
    String.raw`-(1-\term{smoothing}{\varepsilon})\log\sigma(u)-\term{smoothing}{\varepsilon}\log\sigma(-u)\quad\text{(smoothed)}`,
  ],
  terms: [
    term('beta', String.raw`\beta`, 'strength', 'How dear it is to leave the reference.'),
    term(
      'policyChosen',
      String.raw`\pi(y_w\mid x)`,
      'policy on the chosen answer',
      'Code holds its log, summed over tokens.',
      '[batch]',
      'nats',
    ),
    term(
      'refChosen',
      String.raw`\pi_{ref}(y_w\mid x)`,
      'reference on the chosen answer',
      'Code holds its log, without a gradient.',
      '[batch]',
      'nats',
    ),
    term(
      'policyRejected',
      String.raw`\pi(y_l\mid x)`,
      'policy on the rejected answer',
      'Code holds its log, summed over tokens.',
      '[batch]',
      'nats',
    ),
    term(
      'refRejected',
      String.raw`\pi_{ref}(y_l\mid x)`,
      'reference on the rejected answer',
      'Code holds its log, without a gradient.',
      '[batch]',
      'nats',
    ),
    term('chosenRatio', String.raw`\Delta_w`, 'log-ratio of the chosen answer', 'Of policy and reference.', '[batch]', 'nats'),
    term('rejectedRatio', String.raw`\Delta_l`, 'log-ratio of the rejected answer', 'Of policy and reference.', '[batch]', 'nats'),
    term('smoothing', String.raw`\varepsilon`, 'label smoothing', 'How likely a preference is held to be turned round; 0 in the paper.'),
  ],
  claim: 'definition',
  note: 'Log-probabilities are summed over the tokens of the answer; averaged, it is the length-normalised variant.',
  source: {
    paper: 'Rafailov et al. 2023, Direct Preference Optimization: Your Language Model is Secretly a Reward Model',
    place: 'eq. 7',
    arxiv: '2305.18290',
  },
  steps: [],
  identities: [
    {
      latex: String.raw`r(y)=\beta\log\frac{\pi(y)}{\pi_{ref}(y)}:\quad-\log\sigma(r(y_w)-r(y_l))`,
      words: 'It is the Bradley–Terry loss of implicit rewards.',
      sides: (given) => {
        const { policyChosen, policyRejected, refChosen, refRejected, beta } = given;
        const reward = (policy: Tensor, reference: Tensor): Tensor => multiply(beta!, subtract(policy, reference));
        return [
          dpoOf((x) => x)({ ...given, smoothing: none }),
          softplus(subtract(reward(policyRejected!, refRejected!), reward(policyChosen!, refChosen!))),
        ];
      },
    },
  ],
  mistakes: [
    'Chosen and rejected stand the wrong way round: the loss then falls with the rejected answer.',
    'The reference is left out, or follows the policy.',
    'Log-probabilities of padding are summed too.',
    'β is on one of the two log-ratios alone.',
  ],
  readings: [
    {
      ...loss,
      roles: [...answers('B'), beta],
      elements: dpoOf((x) => x),
      operations: [logistic, differences],
      evidence: arePreferences,
      rank: 2,
    },
    {
      ...loss,
      roles: [...answers('B'), beta, smoothing],
      elements: dpoOf((x) => x),
      operations: [logistic, differences, ['multiply']],
      evidence: arePreferences,
      rank: 2,
      remark: 'with label smoothing',
    },
    {
      ...loss,
      roles: [...answers('B'), beta, smoothing],
      elements: robustDpo,
      operations: [logistic, differences, ['multiply'], ['divide']],
      evidence: arePreferences,
      rank: 2,
      remark: 'robust to flipped preferences (Chowdhury 2024)',
    },
    ...[undefined, 'with label smoothing'].map((remark): ValueReading => ({
      ...loss,
      roles: [
        { id: 'chosenRatio', shape: 'B', domain: 'real', words: [...chosenWords, 'pi logratios', 'pi', 'policy'] },
        { id: 'rejectedRatio', shape: 'B', domain: 'real', words: [...rejectedWords, 'ref logratios', 'ref', 'reference'] },
        beta,
        ...(remark ? [smoothing] : []),
      ],
      elements: ({ chosenRatio, rejectedRatio, beta, smoothing }) => dpo(chosenRatio!, rejectedRatio!, beta!, smoothing ?? none),
      operations: [logistic],
      evidence: areRatios,
      rank: 2,
      ...(remark && { remark }),
    })),
    ...(
      [
        [(x: Tensor) => sum(x, [-1]), 'from tokens'],
        [(x: Tensor) => meanOf(x, [-1]), 'length-normalised: the mean over tokens, not their sum'],
      ] as const
    ).map(([reduced, remark]): ValueReading => ({
      ...loss,
      roles: [...answers('B T'), beta],
      elements: dpoOf(reduced),
      operations: [logistic, differences, ['sum', 'mean', 'einsum', 'matmul']],
      evidence: arePreferences,
      rank: 2,
      remark,
    })),
  ],
};

const adversaries = [...fakeWords, 'real', 'reals', 'disc', 'discriminator', 'critic', 'ref', 'reference'];
const rewardContexts = [
  'reward',
  'bradley',
  'bradley terry',
  'preference',
  'rm',
  'reward model',
  'pairwise',
  'bt',
  'rank loss',
  'ranking',
  'rlhf',
];
const bradleyTerry: Formula = {
  id: 'bradley_terry',
  family: 'Preference',
  name: 'Bradley-Terry reward loss',
  latex: String.raw`-\mathbb E\log\sigma(\term{chosen}{r_w}-\term{rejected}{r_l})`,
  lines: [String.raw`-\log\sigma(r_w-r_l-\term{margin}{m})\quad\text{(with a margin)}`],
  terms: [
    term('chosen', 'r_w', 'reward of the chosen answer', 'What the reward model gives it.', '[batch]'),
    term('rejected', 'r_l', 'reward of the rejected answer', 'What the reward model gives it.', '[batch]'),
    term('margin', 'm', 'margin', 'How much better the chosen answer has to be; mostly absent.', '[batch]'),
  ],
  claim: 'definition',
  note: 'The logistic loss of a difference. Its value alone does not tell what the two numbers are.',
  source: { paper: 'Bradley and Terry 1952, Rank Analysis of Incomplete Block Designs: I. The Method of Paired Comparisons' },
  steps: [],
  identities: [
    {
      latex: String.raw`-\log\sigma(r_w-r_l)=-\log\frac{e^{r_w}}{e^{r_w}+e^{r_l}}`,
      words: 'It is the cross-entropy of a softmax over the two rewards.',
      sides: ({ chosen, rejected }) => [
        preferenceLoss(chosen!, rejected!, none),
        subtract(log(add(exp(chosen!), exp(rejected!))), chosen!),
      ],
    },
    {
      latex: String.raw`-\log\sigma(u)=\mathrm{softplus}(-u)`,
      words: 'It is a softplus of the difference turned round.',
      sides: ({ chosen, rejected, margin }) => [
        preferenceLoss(chosen!, rejected!, margin!),
        softplus(subtract(add(rejected!, margin!), chosen!)),
      ],
    },
  ],
  mistakes: [
    'Chosen and rejected stand the wrong way round.',
    'The sigmoid is taken without the log: its gradient vanishes where the model is wrong most.',
    'log(sigmoid(u)) underflows where logsigmoid does not.',
  ],
  readings: [
    {
      ...loss,
      roles: [
        { id: 'chosen', shape: 'B', domain: 'real', words: chosenWords, not: ['rejected', 'ref', 'reference'] },
        { id: 'rejected', shape: 'B', domain: 'real', words: rejectedWords, not: ['chosen', 'ref', 'reference'] },
        { id: 'margin', shape: 'B', domain: 'positive', words: ['margin', 'm', 'margins'], absent: 0 },
      ],
      elements: ({ chosen, rejected, margin }) => preferenceLoss(chosen!, rejected!, margin!),
      operations: [logistic],
      evidence: [
        [
          has(
            'chosen',
            chosenWords.filter((words) => words !== 'w' && words !== 'pos' && words !== 'positive'),
          ),
          has(
            'rejected',
            rejectedWords.filter((words) => words !== 'l' && words !== 'neg' && words !== 'negative'),
          ),
        ],
        [
          has('chosen', ['reward', 'rewards', 'r', 'rm', 'reward model']),
          has('rejected', ['reward', 'rewards', 'r', 'rm', 'reward model']),
          has('chosen', chosenWords),
        ],
        // Entries of one list of rewards, ordered by preference.
        [
          has('chosen', ['reward', 'rewards', 'reward model']),
          has('rejected', ['reward', 'rewards', 'reward model']),
          { role: 'chosen', origin: ['part'] },
          { role: 'rejected', origin: ['part'] },
        ],
        [has('chosen', chosenWords), has('rejected', rejectedWords), { context: rewardContexts }],
        // One network's verdict on one thing against that on another; of what is generated it would be a relativistic discriminator.
        [
          { role: 'chosen', saidLike: 'rejected' },
          { role: 'chosen', words: [], not: adversaries },
          { role: 'rejected', words: [], not: adversaries },
          { context: [], not: ['gan', 'discriminator', 'generator', 'relativistic'] },
        ],
        [has('chosen', ['r w', 'rw', 'r chosen']), has('rejected', ['r l', 'rl', 'r rejected'])],
        [
          {
            context: [
              'bradley terry',
              'reward model',
              'reward loss',
              'preference loss',
              'rm loss',
              'pairwise reward',
              'bt loss',
              'bradley',
              'rewardmodel',
            ],
          },
        ],
      ],
    },
  ],
};

export const preference: readonly Formula[] = [directPreference, bradleyTerry, ...policy];

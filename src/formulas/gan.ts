/** Losses of generative adversarial networks; penalties are in `ganPenalties.ts`, distances of features in `ganFeatures.ts`. */

import { score } from './encodings.ts';
import type { Formula } from './formula.ts';
import { ganFeatures } from './ganFeatures.ts';
import { ganPenalties } from './ganPenalties.ts';
import {
  fakeProbability,
  fakeScore,
  fakeTarget,
  fakeTargetTerm,
  fakeTerm,
  isDiscriminators,
  isDiscriminatorsOfFake,
  isDiscriminatorsOfReal,
  isGenerators,
  isGeneratorsAlone,
  isHingeLoss,
  isHingeOfFake,
  isHingeOfReal,
  isSurelyGenerators,
  isSurelyDiscriminators,
  realProbability,
  realScore,
  realTarget,
  realTargetTerm,
  realTerm,
} from './ganRoles.ts';
import { choosing, differences, logistic, squared } from './operationGroups.ts';
import type { Role } from './reading.ts';
import { term } from './term.ts';
import {
  hingeOfFake,
  hingeOfReal,
  leastSquares,
  minimaxDiscriminator,
  nonSaturatingGenerator,
  saturatingGenerator,
  targetedCrossEntropy,
} from '../maths/adversarial/losses.ts';
import { add, minimum, multiply, negate, relu, softplus, square, subtract } from '../maths/tensor/elementwise.ts';
import { scalar, type Tensor } from '../maths/tensor/tensor.ts';

const goodfellow = 'Goodfellow et al. 2014, Generative Adversarial Networks';
const arjovsky = { paper: 'Arjovsky, Chintala and Bottou 2017, Wasserstein GAN', arxiv: '1701.07875' };
const mao = { paper: 'Mao et al. 2016, Least Squares Generative Adversarial Networks', place: 'eq. 2', arxiv: '1611.04076' };

const one = scalar(1);
const none = scalar(0);
const half = scalar(0.5);
const loss = { kind: 'value', axes: 'B', summed: '', fit: 'loss' } as const;
const halfOfIt = 'one of its two terms';

/** With one target for both there is no game. */
function unlike(real: Tensor, fake: Tensor): [Tensor, Tensor] {
  const isSame = real.values.every((value, at) => value === fake.values[at]);
  return isSame ? [scalar(NaN), scalar(NaN)] : [real, fake];
}

/** Logit of a probability, the way that the identities compute it. */
function logit(probability: Tensor): Tensor {
  return score.find(({ id }) => id === 'logit')!.encode(probability);
}

const minimax: Formula = {
  id: 'gan_d_bce',
  family: 'GAN',
  name: 'Minimax discriminator loss',
  latex: String.raw`-\mathbb E_x\bigl[\log\term{real}{D(x)}\bigr]-\mathbb E_z\bigl[\log(1-\term{fake}{D(G(z))})\bigr]`,
  lines: [
    String.raw`-\mathbb E_x\bigl[\term{realTarget}{s}\log D(x)+(1-\term{realTarget}{s})\log(1-D(x))\bigr]-\mathbb E_z\bigl[\term{fakeTarget}{f}\log D(G(z))+(1-\term{fakeTarget}{f})\log(1-D(G(z)))\bigr]`,
  ],
  terms: [realTerm, fakeTerm, realTargetTerm, fakeTargetTerm],
  claim: 'definition',
  note: 'The same whether it is written with probabilities or with logits, as cross-entropy or as softplus. At the best discriminator it is log 4 less twice the Jensen–Shannon divergence. With smoothed labels (the second line) the targets are not 1 and 0.',
  source: { paper: goodfellow, place: 'eq. 1', arxiv: '1406.2661' },
  steps: [],
  identities: [
    {
      latex: String.raw`D=\sigma(l):\quad-\log D(x)-\log(1-D(G(z)))=\mathrm{softplus}(-l_x)+\mathrm{softplus}(l_{G(z)})`,
      words: 'From logits it is a sum of two softplus.',
      sides: ({ real, fake }) => [
        minimaxDiscriminator(real!, fake!, one, none),
        add(softplus(negate(logit(real!))), softplus(logit(fake!))),
      ],
    },
    {
      latex: String.raw`-s\log D-(1-s)\log(1-D)=\mathrm{softplus}(l)-s\,l`,
      words: 'A target enters linearly in the logit.',
      sides: ({ real, realTarget }) => [
        targetedCrossEntropy(real!, realTarget!),
        subtract(softplus(logit(real!)), multiply(realTarget!, logit(real!))),
      ],
    },
  ],
  mistakes: [
    'Probabilities are given to a loss that expects logits, or logits to one that expects probabilities.',
    'The generated examples are not held constant, so that the discriminator’s step moves the generator.',
    'Both targets are the same.',
    'The generated examples’ targets are smoothed too, which keeps the generator where it is.',
  ],
  readings: [
    {
      ...loss,
      roles: [realProbability, fakeProbability, realTarget, fakeTarget],
      elements: ({ real, fake, realTarget, fakeTarget }) => minimaxDiscriminator(real!, fake!, ...unlike(realTarget!, fakeTarget!)),
      operations: [logistic],
      evidence: isDiscriminators,
      rank: 2,
    },
    {
      ...loss,
      roles: [realProbability, fakeProbability],
      elements: ({ real, fake }) => minimaxDiscriminator(real!, fake!, none, one),
      operations: [logistic],
      evidence: isSurelyDiscriminators,
      rank: 2,
      remark: 'of the other sign: the target is 0 for real examples and 1 for generated ones',
    },
    {
      ...loss,
      roles: [realProbability, realTarget],
      elements: ({ real, realTarget }) => targetedCrossEntropy(real!, realTarget!),
      operations: [logistic],
      evidence: isDiscriminatorsOfReal,
      remark: halfOfIt,
    },
    {
      ...loss,
      roles: [fakeProbability],
      elements: ({ fake }) => targetedCrossEntropy(fake!, none),
      operations: [logistic],
      evidence: isDiscriminatorsOfFake,
      remark: halfOfIt,
    },
  ],
};

const nonSaturating: Formula = {
  id: 'gan_g_ns',
  family: 'GAN',
  name: 'Non-saturating generator loss',
  latex: String.raw`-\mathbb E_z\bigl[\log\term{fake}{D(G(z))}\bigr]`,
  lines: [],
  terms: [fakeTerm],
  claim: 'definition',
  note: 'Also written as softplus of minus the logit, and as cross-entropy against ones. Its gradient is large where the discriminator is sure that the example is generated, which is when the minimax form has none.',
  source: { paper: goodfellow, place: 'section 3', arxiv: '1406.2661' },
  steps: [],
  identities: [
    {
      latex: String.raw`D=\sigma(l):\quad-\log D=\mathrm{softplus}(-l)`,
      words: 'From a logit it is a softplus.',
      sides: ({ fake }) => [nonSaturatingGenerator(fake!), softplus(negate(logit(fake!)))],
    },
    {
      latex: String.raw`-\log D=\log(1-D)-\log D-\log(1-D)=-l-\log(1-D)`,
      words: 'It differs from the saturating form’s negative by the logit.',
      sides: ({ fake }) => [nonSaturatingGenerator(fake!), subtract(negate(logit(fake!)), saturatingGenerator(fake!))],
    },
  ],
  mistakes: [
    'The target is zeros: that is the discriminator’s term for the same examples.',
    'The generated examples are held constant, so that no gradient reaches the generator.',
    'A sigmoid stands before a loss that takes logits.',
  ],
  readings: [
    {
      ...loss,
      roles: [fakeProbability],
      elements: ({ fake }) => nonSaturatingGenerator(fake!),
      operations: [logistic],
      evidence: isGenerators,
    },
    {
      ...loss,
      roles: [fakeProbability],
      elements: ({ fake }) => nonSaturatingGenerator(subtract(one, fake!)),
      operations: [logistic],
      evidence: isSurelyGenerators,
      remark: 'for a discriminator whose target is 0 for real examples',
    },
  ],
};

const saturating: Formula = {
  id: 'gan_g_saturating',
  family: 'GAN',
  name: 'Saturating generator loss',
  latex: String.raw`\mathbb E_z\bigl[\log(1-\term{fake}{D(G(z))})\bigr]`,
  lines: [],
  terms: [fakeTerm],
  claim: 'definition',
  note: 'The generator’s part of the minimax game as it stands. Its gradient vanishes where the discriminator is sure that the example is generated.',
  source: { paper: goodfellow, place: 'eq. 1', arxiv: '1406.2661' },
  steps: [],
  identities: [
    {
      latex: String.raw`D=\sigma(l):\quad\log(1-D)=-\mathrm{softplus}(l)`,
      words: 'From a logit it is minus a softplus.',
      sides: ({ fake }) => [saturatingGenerator(fake!), negate(softplus(logit(fake!)))],
    },
  ],
  mistakes: [
    'The sign is turned: the generator is then trained to be found out.',
    'It is used from the start of training, where it has next to no gradient.',
  ],
  readings: [
    {
      ...loss,
      roles: [fakeProbability],
      elements: ({ fake }) => saturatingGenerator(fake!),
      operations: [logistic],
      evidence: isGeneratorsAlone,
    },
  ],
};

const linear: Formula = {
  id: 'gan_g_linear',
  family: 'GAN',
  name: 'Linear generator loss',
  latex: String.raw`-\mathbb E_z\bigl[\term{fake}{D(G(z))}\bigr]`,
  lines: [],
  terms: [fakeTerm],
  claim: 'definition',
  note: 'Of the Wasserstein GAN and of the hinge GAN.',
  source: { ...arjovsky, place: 'algorithm 1' },
  steps: [],
  identities: [
    {
      latex: String.raw`-D=\max(0,-D)-\max(0,D)`,
      words: 'It is the difference of what is below and what is above 0.',
      sides: ({ fake }) => [negate(fake!), subtract(relu(negate(fake!)), relu(fake!))],
    },
  ],
  mistakes: ['The sign does not fit the critic’s: both then move the same way.', 'A sigmoid is left at the end of the critic.'],
  readings: [
    {
      ...loss,
      roles: [fakeScore],
      elements: ({ fake }) => negate(fake!),
      operations: [
        ['negate', 'subtract', 'multiply'],
        ['mean', 'sum'],
      ],
      evidence: isGenerators,
    },
  ],
};

const hinge: Formula = {
  id: 'hinge_d',
  family: 'GAN',
  name: 'Hinge discriminator loss',
  latex: String.raw`\mathbb E\bigl[\max(0,1-\term{real}{D(x)})\bigr]+\mathbb E\bigl[\max(0,1+\term{fake}{D(G(z))})\bigr]`,
  lines: [],
  terms: [realTerm, fakeTerm],
  claim: 'definition',
  note: 'Scores beyond the margin are not pushed further. Each of its halves is used alone too.',
  source: { paper: 'Lim and Ye 2017, Geometric GAN', arxiv: '1705.02894' },
  steps: [],
  identities: [
    {
      latex: String.raw`\max(0,1-D(x))+\max(0,1+D(G(z)))=2-\min(1,D(x))-\min(1,-D(G(z)))`,
      words: 'It is the margin that is left of each.',
      sides: ({ real, fake }) => [
        add(hingeOfReal(real!), hingeOfFake(fake!)),
        subtract(subtract(scalar(2), minimum(one, real!)), minimum(one, negate(fake!))),
      ],
    },
  ],
  mistakes: [
    'The signs inside are turned: real examples are then pushed down.',
    'The hinge is used for the generator too, which stops it once the critic is fooled.',
    'The scores go through a sigmoid first, which never leaves the margin.',
  ],
  readings: [
    {
      ...loss,
      roles: [realScore, fakeScore],
      elements: ({ real, fake }) => add(hingeOfReal(real!), hingeOfFake(fake!)),
      operations: [choosing],
      evidence: isHingeLoss,
      rank: 2,
    },
    {
      ...loss,
      roles: [realScore],
      elements: ({ real }) => hingeOfReal(real!),
      operations: [choosing],
      evidence: isHingeOfReal,
      remark: halfOfIt,
    },
    {
      ...loss,
      roles: [fakeScore],
      elements: ({ fake }) => hingeOfFake(fake!),
      operations: [choosing],
      evidence: isHingeOfFake,
      remark: halfOfIt,
    },
  ],
};

const critic: Formula = {
  id: 'wgan_d',
  family: 'GAN',
  name: 'Wasserstein critic loss',
  latex: String.raw`\mathbb E\bigl[\term{fake}{D(G(z))}\bigr]-\mathbb E\bigl[\term{real}{D(x)}\bigr]`,
  lines: [],
  terms: [fakeTerm, realTerm],
  claim: 'bound',
  note: 'Minus a lower bound on the Wasserstein-1 distance, if the critic is 1-Lipschitz: which clipping, a penalty or spectral norms have to see to.',
  source: { ...arjovsky, place: 'algorithm 1' },
  steps: [],
  identities: [
    {
      latex: String.raw`(D(G(z))+c)-(D(x)+c)=D(G(z))-D(x)`,
      words: 'A constant added to the critic changes nothing.',
      sides: ({ real, fake }) => [subtract(add(fake!, scalar(3)), add(real!, scalar(3))), subtract(fake!, real!)],
    },
  ],
  mistakes: [
    'The signs of critic and generator do not fit each other.',
    'Nothing keeps the critic Lipschitz: the loss then falls without end.',
    'The gradient penalty is taken off instead of added.',
  ],
  readings: [
    {
      ...loss,
      roles: [realScore, fakeScore],
      elements: ({ real, fake }) => subtract(fake!, real!),
      operations: [differences, ['mean', 'sum']],
      evidence: isSurelyDiscriminators,
    },
    {
      ...loss,
      roles: [realScore, fakeScore],
      elements: ({ real, fake }) => subtract(real!, fake!),
      operations: [differences, ['mean', 'sum']],
      evidence: isSurelyDiscriminators.map((alternative) => [
        ...alternative,
        {
          context: [
            'critic',
            'disc',
            'discriminator',
            'd loss',
            'loss d',
            'wgan',
            'wasserstein',
            'errd',
            'err d',
            'd cost',
            'w dist',
            'wasserstein d',
          ],
        },
      ]),
      remark: 'of the other sign: an estimate of the distance, or a critic that is high on generated examples',
    },
  ],
};

/** Any score would do as a target, so it has to be called one. */
const realLabel: Role = {
  id: 'realTarget',
  shape: '',
  named: true,
  absent: 1,
  literal: true,
  domain: 'real',
  words: ['b', 'real label', 'real labels', 'valid', 'ones', 'real target', 'target real', 'y real', 'label real', 'valid labels'],
};
const fakeLabel: Role = {
  id: 'fakeTarget',
  shape: '',
  named: true,
  absent: 0,
  domain: 'real',
  words: ['a', 'fake label', 'fake labels', 'zeros', 'fake target', 'target fake', 'y fake', 'label fake'],
};

const leastSquaresD: Formula = {
  id: 'lsgan_d',
  family: 'GAN',
  name: 'Least-squares discriminator loss',
  latex: String.raw`\tfrac12\mathbb E\bigl[(\term{real}{D(x)}-\term{realTarget}{b})^2\bigr]+\tfrac12\mathbb E\bigl[(\term{fake}{D(G(z))}-\term{fakeTarget}{a})^2\bigr]`,
  lines: [],
  terms: [
    realTerm,
    term('realTarget', 'b', 'target for real examples', 'Mostly 1.'),
    fakeTerm,
    term('fakeTarget', 'a', 'target for generated examples', 'Mostly 0; −1 in the paper’s other scheme.'),
  ],
  claim: 'definition',
  source: mao,
  steps: [],
  identities: [
    {
      latex: String.raw`\tfrac12(D-b)^2=\tfrac12D^2-bD+\tfrac12b^2`,
      words: 'Written out, the target stands by the score alone.',
      sides: ({ real, realTarget }) => [
        leastSquares(real!, realTarget!),
        add(subtract(multiply(half, square(real!)), multiply(realTarget!, real!)), multiply(half, square(realTarget!))),
      ],
    },
  ],
  mistakes: [
    'Both terms have the same target.',
    'A sigmoid is left at the end of the discriminator, which brings back what the loss is to avoid.',
  ],
  readings: [
    {
      ...loss,
      roles: [realScore, fakeScore, realLabel, fakeLabel],
      elements: ({ real, fake, realTarget, fakeTarget }) => {
        const [b, a] = unlike(realTarget!, fakeTarget!);
        return add(leastSquares(real!, b), leastSquares(fake!, a));
      },
      operations: [squared],
      evidence: isDiscriminators,
      rank: 2,
    },
    {
      ...loss,
      roles: [realScore, fakeScore],
      elements: ({ real, fake }) => add(leastSquares(real!, one), leastSquares(fake!, negate(one))),
      operations: [squared],
      evidence: isDiscriminators,
      rank: 2,
      remark: 'targets 1 and −1',
    },
    {
      ...loss,
      roles: [realScore],
      elements: ({ real }) => leastSquares(real!, one),
      operations: [squared],
      evidence: isDiscriminatorsOfReal,
      remark: halfOfIt,
    },
    {
      ...loss,
      roles: [fakeScore],
      elements: ({ fake }) => leastSquares(fake!, none),
      operations: [squared],
      evidence: isDiscriminatorsOfFake,
      remark: halfOfIt,
    },
  ],
};

const leastSquaresG: Formula = {
  id: 'lsgan_g',
  family: 'GAN',
  name: 'Least-squares generator loss',
  latex: String.raw`\tfrac12\mathbb E\bigl[(\term{fake}{D(G(z))}-\term{target}{c})^2\bigr]`,
  lines: [],
  terms: [
    fakeTerm,
    term('target', 'c', 'target', 'What the generator wants the discriminator to say: mostly 1, 0 in the paper’s other scheme.'),
  ],
  claim: 'definition',
  source: mao,
  steps: [],
  identities: [
    {
      latex: String.raw`\tfrac12(D-c)^2=\tfrac12D^2-cD+\tfrac12c^2`,
      words: 'Written out, the target stands by the score alone.',
      sides: ({ fake, target }) => [
        leastSquares(fake!, target!),
        add(subtract(multiply(half, square(fake!)), multiply(target!, fake!)), multiply(half, square(target!))),
      ],
    },
  ],
  mistakes: ['The target is the one that the discriminator has for generated examples.', 'The generated examples are held constant.'],
  readings: [
    {
      ...loss,
      roles: [
        fakeScore,
        {
          id: 'target',
          shape: '',
          domain: 'real',
          literal: true,
          absent: 1,
          named: true,
          words: ['c', 'valid', 'real label', 'ones', 'target', 'label', 'real labels', 'real target'],
          not: ['fake', 'feat', 'features', 'pred', 'logits', 'zeros'],
        },
      ],
      elements: ({ fake, target }) => leastSquares(fake!, target!),
      operations: [squared],
      // The discriminator draws its score of the same samples to another target.
      evidence: isGeneratorsAlone,
    },
    {
      ...loss,
      roles: [fakeScore],
      elements: ({ fake }) => leastSquares(fake!, none),
      operations: [squared],
      evidence: isSurelyGenerators,
      remark: 'target 0',
    },
  ],
};

export const gan: readonly Formula[] = [
  minimax,
  nonSaturating,
  saturating,
  linear,
  hinge,
  critic,
  leastSquaresD,
  leastSquaresG,
  ...ganPenalties,
  ...ganFeatures,
];

/** Losses of probabilities of classes. */

import { binaryCrossEntropy, binaryCrossEntropyOfLogits, binaryFocal } from '../maths/losses/binary.ts';
import {
  crossEntropySmoothedOverOthers,
  crossEntropyTerms,
  distillationTerms,
  divergenceTerms,
  focused,
  logitOf,
  ofClass,
  smoothed,
  smoothedCrossEntropy,
  smoothedOverOthers,
  softCrossEntropyTerms,
  timesSquaredTemperature,
} from '../maths/losses/categorical.ts';
import { add, divide, exp, log, multiply, negate, reciprocal, sigmoid, softplus, subtract } from '../maths/tensor/elementwise.ts';
import { logSoftmax, sum } from '../maths/tensor/reduce.ts';
import { expandDims, oneHot } from '../maths/tensor/shape.ts';
import { detach, scalar, type Tensor } from '../maths/tensor/tensor.ts';
import { logitForm, logProbabilityWords, probabilityForms, probabilityWords, truthForms } from './categorical.ts';
import type { Formula } from './formula.ts';
import type { Encoding, Evidence, Requirement, Role, ValueReading } from './reading.ts';
import { term } from './term.ts';

const one = scalar(1);
const none = scalar(0);

const logarithms = [
  'log',
  'log1p',
  'logSoftmax',
  'logSoftmaxOfClasses',
  'logSumExp',
  'crossEntropy',
  'logSigmoid',
  'softplus',
  'log2',
  'log10',
  'exp',
  'softmax',
];
const choosing = ['gather', 'index', 'oneHot', 'multiply', 'einsum', 'matmul', 'crossEntropy', 'where', 'masked'];
const products = ['multiply', 'einsum', 'matmul', 'crossEntropy', 'where'];
const powers = ['power', 'square', 'multiply', 'exp', 'sqrt'];

const labelWords = ['y', 'target', 'targets', 'label', 'labels', 'shift labels', 'gt', 'true labels', 'tgt', 'ids', 'token ids', 'y true'];
const noLogits = ['label', 'labels', 'target', 'targets', 'mask', 'weights', 'one hot'];
const logits: Role = { id: 'prediction', shape: 'B C', domain: 'real', encodings: logitForm, not: noLogits };
const probabilities: Role = { id: 'prediction', shape: 'B C', domain: 'unit', encodings: probabilityForms, not: noLogits };

/** Code that makes probabilities of logits itself, or is given probabilities or their logarithms. */
const predictions: readonly {
  readonly role: Role;
  readonly logs: (prediction: Tensor) => Tensor;
  readonly made: readonly (readonly string[])[];
}[] = [
  {
    role: probabilities,
    logs: log,
    made: [['log', 'log1p', 'log2', 'log10', 'crossEntropy', 'negate', 'subtract', 'multiply']],
  },
  {
    role: logits,
    logs: (prediction) => logSoftmax(prediction, -1),
    made: [['logSoftmax', 'logSoftmaxOfClasses', 'logSumExp', 'softmax', 'exp']],
  },
];
const targetWords = [...labelWords, 'one hot', 'soft targets', 'onehot', 'y onehot', 'soft labels', 'true dist', 'smoothed', 'soft'];
/** What a policy's log-probabilities are weighted with. */
const notWeights = [
  ...['return', 'returns', 'adv', 'advs', 'advantage', 'advantages', 'reward', 'rewards', 'gae', 'delta', 'td', 'td error', 'q', 'qs'],
  ...['value', 'values', 'a', 'r', 'g', 'score', 'signal', 'baseline', 'ratio', 'entropy'],
];
const label: Role = { id: 'label', shape: 'B', domain: 'class', classes: 'C', words: labelWords };
const target: Role = {
  id: 'target',
  shape: 'B C',
  domain: 'distribution',
  words: targetWords,
  not: notWeights,
};
const exampleWeight: Role = {
  id: 'weight',
  shape: 'B',
  domain: 'positive',
  words: ['weight', 'weights', 'mask', 'w', 'sample weight', 'alpha', 'alpha t', 'class weights', 'loss mask', 'at'],
  not: notWeights,
  absent: 1,
};

const predictionTerm = term(
  'prediction',
  'p_c',
  'probability of a class',
  'What the model gives class c; code mostly holds logits, whose softmax it is.',
  '[batch, classes]',
);
const labelTerm = term('label', 'k', 'label', 'The number of the class that is true.', '[batch]', 'class');
const targetTerm = term(
  'target',
  'y_c',
  'target',
  '1 for the class that is true and 0 for others, or any distribution over classes.',
  '[batch, classes]',
);

const ofLogits: Requirement = { role: 'prediction', encodings: ['logit'] };
const ofProbabilities: Requirement = { role: 'prediction', encodings: ['probability'] };
const namedLogs: Requirement = { role: 'prediction', words: logProbabilityWords };
const namedProbabilities: Requirement = { role: 'prediction', words: probabilityWords };
const namedTarget: Requirement = { role: 'target', words: targetWords };
const ownTarget: Requirement = { role: 'target', apartFrom: 'prediction' };
const crossEntropyContext = [
  'cross entropy',
  'ce',
  'xent',
  'ce loss',
  'cross entropy loss',
  'crossentropy',
  'softmax loss',
  'categorical crossentropy',
  'nll',
  'nll loss',
];
const isCrossEntropy: Evidence = [[ofLogits], [ofProbabilities], [namedLogs], [{ target: crossEntropyContext }]];
const isSoftCrossEntropy: Evidence = [
  [ofLogits, ownTarget],
  [ofProbabilities, namedTarget, ownTarget],
  [ofProbabilities, namedProbabilities, ownTarget],
  [namedLogs, namedTarget, ownTarget],
  [{ role: 'prediction', encodings: ['log-probability'] }, namedTarget, { target: crossEntropyContext }],
];

const crossEntropy: Formula = {
  id: 'cross_entropy',
  family: 'Loss',
  name: 'Cross-entropy',
  latex: String.raw`-\sum_c\term{target}{y_c}\log\term{prediction}{p_c}`,
  lines: [String.raw`\term{target}{y_c}=[c=\term{label}{k}]\ \Rightarrow\ -\term{weight}{w}\log p_{\term{label}{k}}`],
  terms: [targetTerm, predictionTerm, labelTerm, term('weight', 'w', 'weight', 'Of an example: 1, or 0 where it is masked.', '[batch]')],
  claim: 'definition',
  note: 'In nats an example where logarithms are natural. It is smallest where the probabilities are the target, and then its entropy.',
  source: { paper: 'Good 1952, Rational Decisions' },
  steps: [],
  identities: [
    {
      latex: String.raw`-\sum_cy_c\log p_c=H(y)+D_{KL}(y\Vert p)`,
      words: 'It is the entropy of the target and the divergence from it.',
      sides: ({ target, prediction }) => {
        const entropy = sum(crossEntropyTerms(target!, log(target!)), [-1]);
        const divergence = sum(divergenceTerms(log(target!), log(prediction!)), [-1]);
        return [sum(crossEntropyTerms(target!, log(prediction!)), [-1]), add(entropy, divergence)];
      },
    },
    {
      latex: String.raw`-\log\mathrm{softmax}(z)_k=\log\sum_ce^{z_c}-z_k`,
      words: 'Of logits it is the log of the sum of exponentials, less the logit of the label.',
      sides: ({ prediction: logits, label }) => [
        negate(ofClass(logSoftmax(logits!, -1), label!)),
        subtract(log(sum(exp(logits!), [-1])), ofClass(logits!, label!)),
      ],
    },
  ],
  mistakes: [
    'Probabilities are given where logits are asked for: the softmax is taken twice, and the loss cannot come near 0.',
    'Classes are not on the axis that the function takes them on.',
    'Padding counts: it is not masked, or the mean is over all places and not over those that count.',
  ],
  readings: predictions.flatMap(({ role, logs, made }): ValueReading[] => [
    {
      kind: 'value',
      roles: [role, label, exampleWeight],
      axes: 'B',
      summed: '',
      elements: ({ prediction, label, weight }) => multiply(weight!, negate(ofClass(logs(prediction!), label!))),
      fit: 'loss',
      operations: [...made, choosing],
      evidence: isCrossEntropy,
      rank: 0,
    },
    {
      kind: 'value',
      roles: [role, target, exampleWeight],
      axes: 'B',
      summed: '',
      elements: ({ prediction, target, weight }) => multiply(weight!, sum(crossEntropyTerms(target!, logs(prediction!)), [-1])),
      fit: 'loss',
      operations: [...made, products],
      evidence: isSoftCrossEntropy,
      rank: 0,
    },
    {
      kind: 'value',
      roles: [role, target],
      axes: 'B C',
      summed: 'C',
      elements: ({ prediction, target }) => crossEntropyTerms(target!, logs(prediction!)),
      fit: 'loss',
      operations: [...made, products],
      evidence: isSoftCrossEntropy,
      rank: 0,
    },
  ]),
};

const smoothingWords = [
  'smoothing',
  'label smoothing',
  'smooth',
  'epsilon',
  'eps',
  'ls',
  'eps ls',
  'smooth eps',
  'label smooth',
  'smoothing factor',
  'alpha',
  'ls eps',
  'lb smooth',
  'epsilon ls',
];
const smoothing: Role = { id: 'smoothing', shape: '', domain: 'unit', words: smoothingWords, literal: true };
const classCount: Role = {
  id: 'classes',
  shape: '',
  domain: 'positive',
  words: ['classes', 'num classes', 'n classes', 'k', 'n class', 'c', 'vocab size', 'num labels', 'nc', 'vocab'],
  literal: true,
};
const classLength: Role = { ...classCount, domain: 'length', classes: 'C' };
const isSmoothing: Evidence = [
  [
    {
      role: 'smoothing',
      words: ['smoothing', 'label smoothing', 'smooth', 'ls', 'smooth eps', 'label smooth', 'smoothing factor', 'eps ls'],
    },
  ],
  [{ context: ['label smoothing', 'smooth labels', 'smooth one hot', 'smooth', 'smoothed', 'label smooth', 'smoothing', 'ls'] }],
  [
    {
      target: [
        'smooth',
        'smoothed',
        'smooth labels',
        'soft targets',
        'smoothed labels',
        'soft labels',
        'smooth targets',
        'y smooth',
        'soft target',
        'soft',
        'smooth target',
        'true dist',
      ],
    },
  ],
  [
    { role: 'target', words: ['one hot', 'onehot', 'labels', 'label', 'targets', 'y true'] },
    { role: 'smoothing', words: smoothingWords },
  ],
];

/** Readings of a target that is smoothed: with its own number of classes, and with one that the code has elsewhere. */
function smoothedTargets(of: (target: Tensor, smoothing: Tensor, classes: Tensor) => Tensor, remark: string): ValueReading[] {
  const common = {
    kind: 'value',
    axes: 'B C',
    summed: '',
    fit: 'quantity',
    operations: [['multiply', 'lerp', 'divide', 'where']],
    evidence: isSmoothing,
    remark,
  } as const;
  return [
    {
      ...common,
      roles: [target, smoothing],
      elements: ({ target, smoothing }) => of(target!, smoothing!, scalar(target!.shape.at(-1) ?? 1)),
    },
    {
      ...common,
      roles: [{ ...target, domain: 'unit' }, smoothing, classCount],
      elements: ({ target, smoothing, classes }) => of(target!, smoothing!, classes!),
    },
  ];
}

const labelSmoothing: Formula = {
  id: 'label_smoothing',
  family: 'Loss',
  name: 'Cross-entropy with label smoothing',
  latex: String.raw`\term{smoothed}{y'}=(1-\term{smoothing}{\varepsilon})\term{target}{y}+\term{smoothing}{\varepsilon}/\term{classes}{K}`,
  lines: [
    String.raw`-\sum_c\term{smoothed}{y'_c}\log\term{prediction}{p_c}=(1-\term{smoothing}{\varepsilon})(-\log p_{\term{label}{k}})+\term{smoothing}{\varepsilon}\,\frac1K\sum_c(-\log\term{prediction}{p_c})`,
  ],
  terms: [
    term('smoothed', "y'", 'smoothed target', 'What the loss is taken against: it sums to 1.', '[batch, classes]'),
    term('smoothing', String.raw`\varepsilon`, 'smoothing', 'The share of the target that is spread over all classes.'),
    targetTerm,
    term('classes', 'K', 'number of classes', 'Over which the smoothing is spread.'),
    predictionTerm,
    labelTerm,
  ],
  claim: 'definition',
  note: 'The transform of the target or the loss. Where the smoothing is spread over the other classes alone, K − 1 stands below: another ε.',
  source: {
    paper: 'Szegedy et al. 2016, Rethinking the Inception Architecture for Computer Vision',
    place: 'section 7',
    arxiv: '1512.00567',
  },
  steps: [],
  identities: [
    {
      latex: String.raw`\sum_cy'_c=1`,
      words: 'A smoothed target sums to 1.',
      sides: ({ target, smoothing }) => {
        const sums = sum(smoothed(target!, smoothing!, scalar(target!.shape.at(-1) ?? 1)), [-1]);
        return [sums, add(one, multiply(none, sums))];
      },
    },
    {
      latex: String.raw`-\sum_cy'_c\log p_c=(1-\varepsilon)(-\log p_k)+\varepsilon\,\frac1K\sum_c(-\log p_c)`,
      words: 'The loss of the smoothed target is the loss of the label and the mean over all classes.',
      sides: ({ prediction, label, smoothing }) => {
        const classes = prediction!.shape.at(-1) ?? 1;
        const smooth = smoothed(oneHot(label!, classes), smoothing!, scalar(classes));
        return [sum(crossEntropyTerms(smooth, log(prediction!)), [-1]), smoothedCrossEntropy(log(prediction!), label!, smoothing!)];
      },
    },
    {
      latex: String.raw`(1-\varepsilon)y+\frac{\varepsilon}{K-1}(1-y)=(1-\varepsilon')y+\frac{\varepsilon'}K,\quad\varepsilon'=\frac{K}{K-1}\varepsilon`,
      words: 'Spread over the other classes alone it is the same with a larger share.',
      sides: ({ target, smoothing }) => {
        const classes = target!.shape.at(-1) ?? 2;
        const larger = multiply(scalar(classes / (classes - 1)), smoothing!);
        return [smoothedOverOthers(target!, smoothing!, scalar(classes)), smoothed(target!, larger, scalar(classes))];
      },
    },
  ],
  mistakes: [
    'The smoothed target does not sum to 1: the share is added but not taken off, or K − 1 and K are mixed.',
    'Smoothing stands in the validation loss too: it then has a floor above 0.',
  ],
  readings: [
    ...smoothedTargets(smoothed, 'the target'),
    {
      kind: 'value',
      roles: [label, smoothing, classLength],
      axes: 'B C',
      summed: '',
      elements: ({ label, smoothing, classes }) => smoothed(oneHot(label!, classes!.values[0]!), smoothing!, classes!),
      fit: 'quantity',
      operations: [['oneHot', 'equal', 'eye', 'where', 'index']],
      remark: 'the target',
    },
    ...smoothedTargets(smoothedOverOthers, 'the target, the smoothing spread over the other classes alone'),
    ...predictions.flatMap(({ role, logs, made }): ValueReading[] => [
      {
        kind: 'value',
        roles: [role, label, smoothing, { ...classLength, literal: false, absent: 1 }],
        axes: 'B',
        summed: '',
        elements: ({ prediction, label, smoothing }) => smoothedCrossEntropy(logs(prediction!), label!, smoothing!),
        fit: 'loss',
        operations: [...made, choosing],
      },
      {
        kind: 'value',
        roles: [role, label, smoothing, { ...classLength, literal: false, absent: 1 }],
        axes: 'B',
        summed: '',
        elements: ({ prediction, label, smoothing }) => crossEntropySmoothedOverOthers(logs(prediction!), label!, smoothing!),
        fit: 'loss',
        operations: [...made, choosing],
        remark: 'the smoothing spread over the other classes alone',
      },
      {
        kind: 'value',
        roles: [role, target, smoothing],
        axes: 'B C',
        summed: 'C',
        elements: ({ prediction, target, smoothing }) =>
          crossEntropyTerms(smoothed(target!, smoothing!, scalar(target!.shape.at(-1) ?? 1)), logs(prediction!)),
        fit: 'loss',
        operations: [...made, products],
      },
    ]),
  ],
};

const truth: Role = { id: 'target', shape: 'B D', domain: 'binary', words: [...labelWords, 'x', 'data', 'real', 'image', 'images'] };
const probability: Role = { id: 'probability', shape: 'B D', domain: 'unit', encodings: truthForms };
const positiveWeight: Role = {
  id: 'positiveWeight',
  shape: '',
  domain: 'positive',
  words: ['pos weight', 'positive weight', 'beta', 'pw', 'w', 'weight'],
  absent: 1,
  literal: true,
};
const probabilityTerm = term(
  'probability',
  'p',
  'probability',
  'That it is true, as the model says; code mostly holds its logit.',
  '[batch, features]',
);
const truthTerm = term('target', 'y', 'target', '1 where it is true, 0 where it is not, or anything between.', '[batch, features]');

const binary: Formula = {
  id: 'bce',
  family: 'Loss',
  name: 'Binary cross-entropy',
  latex: String.raw`-\term{target}{y}\log\term{probability}{p}-(1-\term{target}{y})\log(1-\term{probability}{p})`,
  lines: [
    String.raw`-\term{positiveWeight}{w}\,\term{target}{y}\log\term{probability}{p}-(1-\term{target}{y})\log(1-\term{probability}{p})`,
  ],
  terms: [
    truthTerm,
    probabilityTerm,
    term('positiveWeight', 'w', 'weight of what is true', 'Where true things are rare they may count more: 1 otherwise.'),
  ],
  claim: 'definition',
  note: 'As a likelihood it needs targets of 0 and 1: on grey values it is a loss, but no density.',
  source: { paper: 'Cox 1958, The Regression Analysis of Binary Sequences' },
  steps: [],
  identities: [
    {
      latex: String.raw`p=\sigma(z):\quad-y\log p-(1-y)\log(1-p)=\mathrm{softplus}(z)-yz`,
      words: 'Of a logit it needs no logarithm of a probability, and never overflows.',
      sides: ({ probability, target }) => {
        const logit = logitOf(probability!);
        return [binaryCrossEntropy(sigmoid(logit), target!), subtract(softplus(logit), multiply(target!, logit))];
      },
    },
    {
      latex: String.raw`\mathrm{softplus}(-z)=-\log\sigma(z)`,
      words: 'The loss of something true is the softplus of minus its logit.',
      sides: ({ probability }) => [binaryCrossEntropyOfLogits(logitOf(probability!), one), negate(log(probability!))],
    },
  ],
  mistakes: [
    'Logits are given where probabilities are asked for, or the sigmoid is taken twice: the loss then cannot fall below 0.31.',
    'Both logarithms are of the same probability: the second is of one less it.',
    'A probability of 0 or 1 is not kept from the logarithm.',
  ],
  readings: [
    {
      kind: 'value',
      roles: [probability, truth, positiveWeight],
      axes: 'B D',
      summed: '',
      elements: ({ probability, target, positiveWeight }) => binaryCrossEntropy(probability!, target!, positiveWeight),
      fit: 'density',
      operations: [['log', 'log1p', 'logSigmoid', 'softplus', 'logSumExp', 'logSoftmax', 'log2']],
      rank: 0,
    },
  ],
};

const focusing: Role = {
  id: 'focusing',
  shape: '',
  domain: 'positive',
  words: ['gamma', 'focusing', 'g', 'focal gamma', 'focus'],
  literal: true,
};
const balanceForms: readonly Encoding[] = [
  {
    id: 'balance',
    name: 'weight of what is true',
    symbol: (role) => role,
    encode: (balance) => balance,
    words: ['alpha', 'balance', 'alpha t', 'a'],
  },
  {
    id: 'complement',
    name: 'weight of what is not true',
    symbol: (role) => `1-${role}`,
    encode: (balance) => subtract(one, balance),
    words: [],
  },
];
const balance: Role = { id: 'balance', shape: '', domain: 'unit', encodings: balanceForms, absent: 0.5, literal: true };

const focal: Formula = {
  id: 'focal',
  family: 'Loss',
  name: 'Focal loss',
  latex: String.raw`-\term{weight}{\alpha_t}(1-\term{truth}{p_t})^{\term{focusing}{\gamma}}\log\term{truth}{p_t}`,
  lines: [
    String.raw`\term{truth}{p_t}=\term{target}{y}\,\term{probability}{p}+(1-\term{target}{y})(1-\term{probability}{p}),\quad\term{weight}{\alpha_t}=\term{target}{y}\,\term{balance}{\alpha}+(1-\term{target}{y})(1-\term{balance}{\alpha})`,
    String.raw`\text{of classes: }\term{truth}{p_t}=\sum_c[c=\term{label}{k}]\,\term{prediction}{p_c},\quad\term{loss}{\mathrm{CE}}=-\log\term{truth}{p_t}`,
  ],
  terms: [
    term('weight', String.raw`\alpha_t`, 'weight', 'Of what is true: 1 where code has none.', '[batch]'),
    term('truth', 'p_t', 'probability of what is true', 'What the model gives the class that is true.', '[batch]'),
    term('focusing', String.raw`\gamma`, 'focusing', 'The larger, the less counts what is already probable; 0 leaves the cross-entropy.'),
    truthTerm,
    probabilityTerm,
    term('balance', String.raw`\alpha`, 'balance', 'The weight of what is true; one less it, that of what is not.'),
    labelTerm,
    predictionTerm,
    term('loss', String.raw`\mathrm{CE}`, 'cross-entropy', 'Of each example.', '[batch]', 'nats'),
  ],
  claim: 'definition',
  source: { paper: 'Lin et al. 2017, Focal Loss for Dense Object Detection', place: 'eq. 5', arxiv: '1708.02002' },
  steps: [],
  identities: [
    {
      latex: String.raw`\gamma=0,\ \alpha=\tfrac12\ \Rightarrow\ \tfrac12\bigl(-y\log p-(1-y)\log(1-p)\bigr)`,
      words: 'Without focusing it is the binary cross-entropy, halved by the balance.',
      sides: ({ probability, target }) => [
        binaryFocal(probability!, target!, scalar(0.5), none),
        multiply(scalar(0.5), binaryCrossEntropy(probability!, target!)),
      ],
    },
    {
      latex: String.raw`p_t=e^{-\mathrm{CE}}`,
      words: 'The probability of what is true is told from the cross-entropy.',
      sides: ({ prediction, label, focusing }) => {
        const loss = negate(ofClass(log(prediction!), label!));
        return [focused(loss, exp(negate(loss)), focusing!), focused(loss, ofClass(prediction!, label!), focusing!)];
      },
    },
  ],
  mistakes: [
    'The probability is told from a cross-entropy that has been averaged, or weighted, already.',
    'The power is of the probability of what is true and not of one less it: what is probable then counts most.',
    'The weight of what is not true is the same as that of what is.',
  ],
  readings: [
    {
      kind: 'value',
      roles: [probability, truth, balance, focusing],
      axes: 'B D',
      summed: '',
      elements: ({ probability, target, balance, focusing }) => binaryFocal(probability!, target!, balance!, focusing!),
      fit: 'loss',
      operations: [logarithms, powers],
    },
    ...predictions.flatMap(({ role, logs, made }): ValueReading[] => [
      {
        kind: 'value',
        roles: [role, label, exampleWeight, focusing],
        axes: 'B',
        summed: '',
        elements: ({ prediction, label, weight, focusing }) => {
          const logTruth = ofClass(logs(prediction!), label!);
          return multiply(weight!, focused(negate(logTruth), exp(logTruth), focusing!));
        },
        fit: 'loss',
        operations: [...made, powers, choosing],
      },
      {
        kind: 'value',
        roles: [role, { ...target, domain: 'unit' }, exampleWeight, focusing],
        axes: 'B C',
        summed: 'C',
        elements: ({ prediction, target, weight, focusing }) => {
          const logTruth = logs(prediction!);
          return multiply(byExample(weight!), focused(crossEntropyTerms(target!, logTruth), exp(logTruth), focusing!));
        },
        fit: 'loss',
        operations: [...made, powers, products],
        remark: 'summed over classes',
      },
    ]),
    {
      kind: 'value',
      roles: [
        { id: 'loss', shape: 'B', domain: 'positive', words: ['ce', 'ce loss', 'bce', 'bce loss', 'loss', 'nll', 'cross entropy'] },
        exampleWeight,
        focusing,
      ],
      axes: 'B',
      summed: '',
      elements: ({ loss, weight, focusing }) => multiply(weight!, focused(loss!, exp(negate(loss!)), focusing!)),
      fit: 'loss',
      operations: [['exp'], powers],
    },
  ],
};

/** [batch, 1] */
function byExample(weight: Tensor): Tensor {
  return expandDims(weight, -1);
}

const logitsOf = (id: string): Role => ({ id, shape: 'B C', domain: 'real', encodings: logitForm });
const probabilitiesOf = (id: string): Role => ({
  id,
  shape: 'B C',
  domain: 'unit',
  encodings: probabilityForms,
  not: ['coef', 'coeff', 'beta', 'lambda', 'weight', 'alpha', 'scale'],
});
/** The same for all classes. */
const uniform: Role = {
  id: 'q',
  shape: '',
  domain: 'unit',
  literal: true,
  encodings: [
    {
      id: 'count',
      name: 'number of classes, one over the uniform probability',
      symbol: (role) => `1/${role}`,
      encode: reciprocal,
      words: [
        'n codes',
        'num codes',
        'classes',
        'num classes',
        'n classes',
        'k',
        'num embeddings',
        'num tokens',
        'vocab size',
        'codebook size',
        'categorical dim',
        'n embed',
        'num latents',
      ],
    },
  ],
};
const softmaxes = ['logSoftmax', 'logSoftmaxOfClasses', 'logSumExp', 'softmax', 'exp'];
const ratioWords = [...logProbabilityWords, ...probabilityWords];

/** Each by logits, or as probabilities. */
const pairs = [false, true].flatMap((first) =>
  [false, true].map((second) => ({
    roles: [first ? logitsOf('p') : probabilitiesOf('p'), second ? logitsOf('q') : probabilitiesOf('q')],
    logP: first ? (x: Tensor) => logSoftmax(x, -1) : log,
    logQ: second ? (x: Tensor) => logSoftmax(x, -1) : log,
    made: first || second ? [softmaxes] : [],
  })),
);

const klContexts = ['kl', 'kl div', 'kl divergence', 'kld', 'divergence', 'kl loss'];

/** Of probabilities any two numbers may be taken for: they are held as logarithms and as themselves, or named so. */
const areProbabilities: Evidence = [
  [
    { role: 'p', encodings: ['logit'] },
    { role: 'q', apartFrom: 'p' },
  ],
  [
    { role: 'q', encodings: ['logit'] },
    { role: 'p', apartFrom: 'q' },
  ],
  [
    { role: 'p', encodings: ['probability'] },
    { role: 'q', encodings: ['probability'] },
    // Numbers times logarithms are parts of many log-densities.
    { context: [], not: ['log prob', 'log pdf', 'log density', 'deviance', 'poisson'] },
  ],
  [
    { role: 'p', words: ratioWords },
    { role: 'q', words: ratioWords },
  ],
  // The logarithm of a target is taken of nothing else.
  [
    { role: 'p', encodings: ['probability'] },
    { role: 'p', words: targetWords },
    { role: 'q', encodings: ['log-probability'] },
  ],
  [{ context: klContexts }],
];

const divergence: Formula = {
  id: 'kl_categorical',
  family: 'Loss',
  name: 'KL of categorical distributions',
  latex: String.raw`\sum_c\term{p}{p_c}\log\frac{\term{p}{p_c}}{\term{q}{q_c}}`,
  lines: [],
  terms: [
    term('p', 'p_c', 'first distribution', 'The one that the mean is taken under: the target.', '[batch, classes]'),
    term('q', 'q_c', 'second distribution', 'The one that is compared with: the model’s.', '[batch, classes]'),
  ],
  claim: 'definition',
  note: 'It is not symmetric. Of a target that does not depend on the parameters it has the gradient of the cross-entropy.',
  source: { paper: 'Kullback and Leibler 1951, On Information and Sufficiency' },
  steps: [],
  identities: [
    {
      latex: String.raw`D_{KL}(p\Vert q)=\bigl(-\sum_cp_c\log q_c\bigr)-\bigl(-\sum_cp_c\log p_c\bigr)`,
      words: 'It is the cross-entropy less the entropy.',
      sides: ({ p, q }) => [
        sum(divergenceTerms(log(p!), log(q!)), [-1]),
        subtract(sum(crossEntropyTerms(p!, log(q!)), [-1]), sum(crossEntropyTerms(p!, log(p!)), [-1])),
      ],
    },
    {
      latex: String.raw`D_{KL}(p\Vert p)=0`,
      words: 'Of a distribution from itself it is 0.',
      sides: ({ p }) => {
        const itself = sum(divergenceTerms(log(p!), log(multiply(one, p!))), [-1]);
        return [add(one, itself), add(one, multiply(none, sum(p!, [-1])))];
      },
    },
  ],
  variants: [{ words: 'the other way round', roles: ({ p, q, ...roles }) => ({ ...roles, p: q!, q: p! }) }],
  mistakes: [
    'The arguments have changed places: PyTorch’s kl_div takes the log-probabilities of the second distribution first.',
    'The first argument of kl_div is a probability, not its logarithm.',
    'The mean over all elements is taken where the sum over classes is meant: “batchmean” is the divergence.',
  ],
  readings: [
    ...pairs.map(({ roles, logP, logQ, made }): ValueReading => ({
      kind: 'value',
      roles,
      axes: 'B C',
      summed: 'C',
      elements: ({ p, q }) => divergenceTerms(logP(p!), logQ(q!)),
      fit: 'loss',
      operations: [...made, ['log', 'subtract', 'logSoftmax', 'logSumExp', 'crossEntropy', 'divide'], products],
      evidence: areProbabilities,
      // Of predictions that were softened it is a distillation, which is seen further on.
      rank: 0.9,
    })),
    ...[false, true].map((ofLogits): ValueReading => ({
      kind: 'value',
      roles: [ofLogits ? logitsOf('p') : probabilitiesOf('p'), uniform],
      axes: 'B C',
      summed: 'C',
      elements: ({ p, q }) => {
        const logP = ofLogits ? logSoftmax(p!, -1) : log(p!);
        return multiply(exp(logP), subtract(logP, log(q!)));
      },
      fit: 'loss',
      operations: [...(ofLogits ? [softmaxes] : []), ['log', 'subtract', 'logSoftmax', 'logSumExp', 'crossEntropy', 'divide'], products],
      evidence: [[{ role: 'q', words: uniform.encodings![0]!.words }], [{ context: klContexts }]],
      remark: 'from the uniform distribution',
    })),
  ],
};

const teacherWords = [
  'teacher',
  'teacher logits',
  't logits',
  'soft t',
  'teacher pred',
  'teacher outputs',
  'logits t',
  'teacher out',
  'soft targets',
  'y t',
  'out t',
  'zt',
  'teacher output',
  'pt',
];
const studentWords = [
  'student',
  'student logits',
  's logits',
  'soft s',
  'student pred',
  'student outputs',
  'logits s',
  'student out',
  'y s',
  'out s',
  'zs',
  'student output',
  'outputs',
  'ps',
];
const teacher: Role = { id: 'teacher', shape: 'B C', domain: 'real', words: teacherWords, not: ['student'] };
const student: Role = { id: 'student', shape: 'B C', domain: 'real', words: studentWords, not: ['teacher'] };
const temperature: Role = {
  id: 'temperature',
  shape: '',
  domain: 'positive',
  words: ['temperature', 't', 'temp', 'tau', 'heat', 'temper', 'distill temperature', 'kd t'],
  literal: true,
};
/** At temperature 1 it is a divergence as any other, unless the code says what it is for. */
const isCalledDistillation: Evidence = [
  [
    {
      context: [
        'distill',
        'distillation',
        'kd',
        'kd loss',
        'distillation loss',
        'knowledge distillation',
        'distiller',
        'distill kl',
        'soft target',
      ],
    },
  ],
];
const isDistillation: Evidence = [
  [{ role: 'teacher', words: ['teacher', 't logits', 'logits t', 'soft t'] }],
  [{ role: 'student', words: ['student', 's logits', 'logits s', 'soft s'] }],
  ...isCalledDistillation,
];

/** A temperature that has a name, or code that says what it is for. */
const isSoftened: Evidence = [[{ role: 'temperature', words: temperature.words! }], ...isCalledDistillation];

/** At temperature 1 nothing is softened. */
const softening = (temperature: Tensor): Tensor => (temperature.values.every((value) => value === 1) ? scalar(NaN) : temperature);

const distillation: Formula = {
  id: 'distill_kl',
  family: 'Loss',
  name: 'Distillation loss',
  latex: String.raw`\term{temperature}{T}^2D_{KL}\bigl(\mathrm{softmax}(\term{teacher}{z^t}/\term{temperature}{T})\Vert\mathrm{softmax}(\term{student}{z^s}/\term{temperature}{T})\bigr)`,
  lines: [],
  terms: [
    term('temperature', 'T', 'temperature', 'Above 1 it shows how the teacher ranks the classes that it takes for wrong.'),
    term('teacher', 'z^t', 'logits of the teacher', 'Held constant.', '[batch, classes]'),
    term('student', 'z^s', 'logits of the student', 'What learns.', '[batch, classes]'),
  ],
  claim: 'definition',
  note: 'The factor T² keeps the gradient’s size when the temperature changes; without it the loss weighs less beside others.',
  source: { paper: 'Hinton, Vinyals and Dean 2015, Distilling the Knowledge in a Neural Network', place: 'section 2', arxiv: '1503.02531' },
  steps: [],
  identities: [
    {
      latex: String.raw`T=1\ \Rightarrow\ D_{KL}\bigl(\mathrm{softmax}(z^t)\Vert\mathrm{softmax}(z^s)\bigr)`,
      words: 'At temperature 1 it is the divergence of the two predictions.',
      sides: ({ teacher, student }) => [
        timesSquaredTemperature(distillationTerms(teacher!, student!, one), one),
        divergenceTerms(logSoftmax(teacher!, -1), logSoftmax(student!, -1)),
      ],
    },
    {
      latex: String.raw`z^t+c,\ z^s+c'`,
      words: 'A number added to all logits of a model changes nothing.',
      sides: ({ teacher, student, temperature }) => [
        distillationTerms(add(teacher!, scalar(2)), subtract(student!, scalar(3)), temperature!),
        distillationTerms(teacher!, student!, temperature!),
      ],
    },
  ],
  variants: [
    { words: 'the other way round', roles: ({ teacher, student, ...roles }) => ({ ...roles, teacher: student!, student: teacher! }) },
  ],
  mistakes: [
    'One of the two is not divided by the temperature.',
    'Student and teacher have changed places in the divergence.',
    'The teacher is not held constant, and learns from the student.',
    'The mean over all elements is taken where the sum over classes is meant.',
  ],
  readings: [
    ...[
      { scaled: true, held: false },
      { scaled: false, held: false },
      // No gradient reaches what the teacher says, nor the temperature through it.
      { scaled: true, held: true },
      { scaled: false, held: true },
    ].map(({ scaled, held }): ValueReading => ({
      kind: 'value',
      roles: [teacher, student, temperature],
      axes: 'B C',
      summed: 'C',
      elements: ({ teacher, student, temperature }) => {
        const terms = held
          ? distillationTerms(detach(divide(teacher!, temperature!)), divide(student!, temperature!), one)
          : distillationTerms(teacher!, student!, temperature!);
        return scaled ? timesSquaredTemperature(terms, softening(temperature!)) : terms;
      },
      fit: 'loss',
      operations: held ? [logarithms, products, ['detach']] : [logarithms, products],
      // Nothing else is softened by a number and multiplied by its square.
      ...(scaled ? {} : { evidence: isSoftened, remark: 'without the factor T²' }),
    })),
    {
      kind: 'value',
      roles: [teacher, student],
      axes: 'B C',
      summed: 'C',
      elements: ({ teacher, student }) => distillationTerms(teacher!, student!, one),
      fit: 'loss',
      operations: [logarithms, products],
      evidence: isCalledDistillation,
      remark: 'at temperature 1',
    },
    ...[true, false].map((scaled): ValueReading => ({
      kind: 'value',
      roles: [teacher, student, temperature],
      axes: 'B C',
      summed: 'C',
      elements: ({ teacher, student, temperature }) => {
        const terms = softCrossEntropyTerms(teacher!, student!, temperature!);
        return scaled ? timesSquaredTemperature(terms, temperature!) : terms;
      },
      fit: 'loss',
      operations: [logarithms, products],
      evidence: isDistillation,
      remark: `as a cross-entropy, of the same gradient for the student${scaled ? '' : '; without the factor T²'}`,
    })),
  ],
};

export const classification: readonly Formula[] = [crossEntropy, labelSmoothing, binary, focal, divergence, distillation];

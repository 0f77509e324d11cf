/** Contrastive losses: which of the others is mine? */

import { temperature as temperatureForms } from './encodings.ts';
import type { Formula } from './formula.ts';
import { exponentials, logarithms, ownOfRow, pairs, selfLeftOut } from './operationGroups.ts';
import { term } from './term.ts';
import type { Evidence, Role, ValueReading } from './reading.ts';
import {
  directions,
  dotSimilarities,
  infoNce,
  infoNceAgainst,
  ntXent,
  pairedProducts,
  symmetricInfoNce,
} from '../maths/contrastive/infoNce.ts';
import { ofClass } from '../maths/losses/categorical.ts';
import { add, divide, exp, log, multiply, negate, subtract } from '../maths/tensor/elementwise.ts';
import { matmul } from '../maths/tensor/linear.ts';
import { logSoftmax, norm, softmax, sum } from '../maths/tensor/reduce.ts';
import { concatenate, diagonal, expandDims, reshape, squeeze, stack, swapAxes } from '../maths/tensor/shape.ts';
import { scalar, type Tensor } from '../maths/tensor/tensor.ts';

type Given = Readonly<Record<string, Tensor>>;

const temperature: Role = {
  id: 'temperature',
  shape: '',
  domain: 'positive',
  encodings: temperatureForms,
  literal: true,
  absent: 1,
  words: ['temperature', 'temp', 'tau', 't', 'logit scale', 'scale'],
};
const similarities: Role = {
  id: 'similarities',
  shape: 'N N',
  domain: 'real',
  words: ['logits', 'sim', 'similarity', 'similarities', 'scores', 'sims', 'sim matrix', 'logits per image', 's', 'dots'],
};
const firstView: Role = {
  id: 'first',
  shape: 'N D',
  domain: 'real',
  words: [
    'z1',
    'z i',
    'zi',
    'q',
    'query',
    'a',
    'image',
    'image features',
    'anchor',
    'img',
    'x1',
    'image embeds',
    'h1',
    'z a',
    'u',
    'zis',
    'emb1',
  ],
};
const secondView: Role = {
  id: 'second',
  shape: 'N D',
  domain: 'real',
  words: [
    'z2',
    'z j',
    'zj',
    'k',
    'key',
    'b',
    'text',
    'text features',
    'positive',
    'txt',
    'x2',
    'text embeds',
    'h2',
    'z b',
    'v',
    'zjs',
    'emb2',
  ],
};
/** All views of a batch, an even number of them: four are drawn of an axis M. */
const views: Role = {
  id: 'views',
  shape: 'M D',
  domain: 'real',
  words: ['features', 'z', 'embeddings', 'reps', 'representations', 'out', 'feats', 'h'],
};

const common = { kind: 'value', summed: '', fit: 'loss' } as const;

/** Kept from batches before; anything would do as more rows, so it has to be called so. */
const queue: Role = {
  id: 'negatives',
  shape: 'D K',
  domain: 'real',
  named: true,
  words: [
    'queue',
    'neg',
    'negs',
    'negative',
    'negatives',
    'memory',
    'bank',
    'memory bank',
    'distractors',
    'keys',
    'neg keys',
    'negative keys',
  ],
};

/** Similarities of two sets of rows: their products, or their cosines. */
const ways = [
  { of: dotSimilarities, remark: undefined },
  { of: (a: Tensor, b: Tensor) => dotSimilarities(directions(a), directions(b)), remark: 'similarities are cosines' },
];

const similarityTerm = term(
  'similarities',
  's_{ij}',
  'similarity',
  'Of anchor i and candidate j: a product of their embeddings, mostly of length 1.',
  '[anchors, candidates]',
);
const temperatureTerm = term(
  'temperature',
  String.raw`\tau`,
  'temperature',
  'What similarities are divided by; code may hold its inverse, or the log of that.',
);
const firstTerm = term('first', 'a_i', 'first view', 'The embedding of anchor i.', '[anchors, features]');
const secondTerm = term(
  'second',
  'b_j',
  'second view',
  'The embedding of candidate j; candidate i belongs to anchor i.',
  '[candidates, features]',
);
const similarityLine = String.raw`\term{similarities}{s_{ij}}=\term{first}{a_i}\cdot\term{second}{b_j}\quad\text{or}\quad\frac{\term{first}{a_i}\cdot\term{second}{b_j}}{\lVert a_i\rVert\lVert b_j\rVert}`;

const isOwn: Evidence = [
  [{ role: 'positive', words: ['pos', 'positive', 'positives', 'l pos', 'pos sim', 'pos logits', 'pos score', 'p'] }],
  [
    {
      role: 'negatives',
      words: ['neg', 'negative', 'negatives', 'l neg', 'neg sim', 'queue', 'neg logits', 'bank', 'memory', 'distractors'],
    },
  ],
  [{ context: ['infonce', 'info nce', 'nce', 'contrastive', 'moco', 'cpc', 'contrast', 'info nce loss'] }],
];

const infonce: Formula = {
  id: 'infonce',
  family: 'Contrastive',
  name: 'InfoNCE',
  latex: String.raw`-\frac1N\sum_i\log\frac{\exp(\term{similarities}{s_{ii}}/\term{temperature}{\tau})}{\sum_j\exp(\term{similarities}{s_{ij}}/\term{temperature}{\tau})}`,
  lines: [
    similarityLine,
    String.raw`-\log\frac{\exp(\term{positive}{s^+_i}/\tau)}{\exp(s^+_i/\tau)+\sum_k\exp(\term{negatives}{s^-_{ik}}/\tau)}\quad\text{(against negatives of its own)}`,
  ],
  terms: [
    similarityTerm,
    temperatureTerm,
    firstTerm,
    secondTerm,
    term('positive', 's^+_i', 'similarity of the positive', 'Of anchor i and what belongs to it.', '[anchors]'),
    term(
      'negatives',
      's^-_{ik}',
      'similarities of the negatives',
      'Of anchor i and what does not belong to it: a queue, a memory.',
      '[anchors, negatives]',
    ),
  ],
  claim: 'bound',
  note: 'A cross-entropy whose right class is the anchor’s own candidate. log N less it is a lower bound on the mutual information, never above log N.',
  source: {
    paper: 'van den Oord, Li and Vinyals 2018, Representation Learning with Contrastive Predictive Coding',
    place: 'eq. 4',
    arxiv: '1807.03748',
  },
  steps: [],
  identities: [
    {
      latex: String.raw`-\log\frac{e^{s_{ii}/\tau}}{\sum_je^{s_{ij}/\tau}}=-\log\mathrm{softmax}(s_i/\tau)_i`,
      words: 'It is minus the log of the diagonal of a softmax over rows.',
      sides: ({ similarities, temperature }) => [
        infoNce(similarities!, temperature!),
        negate(log(diagonal(softmax(divide(similarities!, temperature!), -1)))),
      ],
    },
    {
      latex: String.raw`s_{ij}\to s_{ij}+c_i`,
      words: 'What is added to all similarities of an anchor changes nothing.',
      sides: ({ similarities, temperature, positive }) => [
        infoNce(add(similarities!, expandDims(positive!, -1)), temperature!),
        infoNce(similarities!, temperature!),
      ],
    },
  ],
  mistakes: [
    'Similarities are multiplied by a temperature below 1 instead of divided by it.',
    'The softmax is over the anchors where it is meant over the candidates.',
    'Embeddings are not of length 1, so that the temperature means nothing.',
    'The sum below the fraction leaves the positive out.',
  ],
  readings: [
    {
      ...common,
      roles: [similarities, temperature],
      axes: 'N',
      elements: ({ similarities, temperature }) => infoNce(similarities!, temperature!),
      operations: [exponentials, logarithms, ownOfRow],
    },
    ...ways.map(({ of, remark }): ValueReading => ({
      ...common,
      roles: [firstView, secondView, temperature],
      axes: 'N',
      elements: ({ first, second, temperature }) => infoNce(of(first!, second!), temperature!),
      operations: [exponentials, logarithms, pairs],
      ...(remark && { remark }),
    })),
    ...(['N', 'N 1'] as const).map((shape): ValueReading => ({
      ...common,
      roles: [
        { id: 'positive', shape, domain: 'real', words: ['pos', 'positive', 'l pos', 'pos sim', 'pos logits', 'positives'] },
        { id: 'negatives', shape: 'N K', domain: 'real', words: ['neg', 'negative', 'negatives', 'l neg', 'neg sim', 'neg logits'] },
        temperature,
      ],
      axes: 'N',
      elements: ({ positive, negatives, temperature }) =>
        infoNceAgainst(shape === 'N' ? positive! : squeeze(positive!, -1), negatives!, temperature!),
      operations: [exponentials, logarithms, ownOfRow],
      evidence: isOwn,
      remark: 'each anchor against negatives of its own',
    })),
    ...[(x: Tensor) => x, directions].map((made): ValueReading => ({
      ...common,
      roles: [firstView, secondView, queue, temperature],
      axes: 'N',
      elements: ({ first, second, negatives, temperature }) => {
        const [anchor, own] = [made(first!), made(second!)];
        return infoNceAgainst(pairedProducts(anchor, own), matmul(anchor, negatives!), temperature!);
      },
      operations: [exponentials, logarithms, pairs],
      layouts: [{ negatives: 'K D' }],
      remark: 'against a queue of negatives',
    })),
  ],
};

/** The two views of a batch, one behind the other. */
function bothViews({ first, second }: Given): Tensor {
  return concatenate([first!, second!], 0);
}

/** How many there are, where code asks for it elsewhere. */
const countOfViews: Role = {
  id: 'count',
  shape: '',
  domain: 'length',
  classes: 'M',
  absent: 1,
  encodings: [
    { id: 'views', name: 'number of views', symbol: (count) => count, encode: (count) => count, words: [] },
    {
      id: 'examples',
      name: 'number of examples, half that of views',
      symbol: (count) => String.raw`\tfrac12 ${count}`,
      encode: (count) => multiply(scalar(0.5), count),
      words: [],
    },
  ],
  words: ['n', 'b', 'm', 'n views', 'size', 'batch size', 'bs', 'num', 'length'],
};

const ntxent: Formula = {
  id: 'nt_xent',
  family: 'Contrastive',
  name: 'NT-Xent',
  latex: String.raw`-\frac1{\term{count}{2N}}\sum_i\log\frac{\exp(\term{similarities}{s_{i,p(i)}}/\term{temperature}{\tau})}{\sum_{k\ne i}\exp(\term{similarities}{s_{ik}}/\term{temperature}{\tau})}`,
  lines: [
    String.raw`\term{similarities}{s_{ik}}=\frac{\term{views}{z_i}\cdot\term{views}{z_k}}{\lVert z_i\rVert\lVert z_k\rVert},\quad\term{views}{z}=\bigl(\term{first}{a_1},\dots,a_N,\term{second}{b_1},\dots,b_N\bigr)`,
  ],
  terms: [
    term('similarities', 's_{ik}', 'similarity', 'Of two of the 2N views; a view’s similarity with itself is left out.', '[views, views]'),
    temperatureTerm,
    term('count', '2N', 'number of views', 'Two for each example.'),
    term('views', 'z_i', 'view', 'The embedding of one of the 2N views; p(i) is the other view of the same example.', '[views, features]'),
    term('first', 'a_i', 'first view', 'Of example i.', '[examples, features]'),
    term('second', 'b_i', 'second view', 'Of example i.', '[examples, features]'),
  ],
  claim: 'definition',
  note: 'Another function than InfoNCE: all 2N views are anchors, views of the same kind are among the candidates, and one’s own similarity is left out.',
  source: {
    paper: 'Chen et al. 2020, A Simple Framework for Contrastive Learning of Visual Representations',
    place: 'eq. 1',
    arxiv: '2002.05709',
  },
  steps: [],
  identities: [
    {
      latex: String.raw`-\log\frac{e^{s_{i,p(i)}}}{\sum_{k\ne i}e^{s_{ik}}}=\log\Bigl(\sum_ke^{s_{ik}}-e^{s_{ii}}\Bigr)-s_{i,p(i)}`,
      words: 'The sum over the others is that over all, less its own.',
      sides: (given) => {
        const cosines = divide(dotSimilarities(bothViews(given), bothViews(given)), matmul(lengths(given), swapAxes(lengths(given), 0, 1)));
        const logits = exp(divide(cosines, given['temperature']!));
        const others = subtract(sum(logits, [-1]), diagonal(logits));
        const paired = divide(
          sum(multiply(given['first']!, given['second']!), [-1]),
          multiply(lengthOf(given['first']!), lengthOf(given['second']!)),
        );
        const positives = divide(concatenate([paired, paired], 0), given['temperature']!);
        const made = directions(bothViews(given));
        return [ntXent(dotSimilarities(made, made), given['temperature']!), subtract(log(others), positives)];
      },
    },
  ],
  mistakes: [
    'A view’s similarity with itself is left in: it is the largest of all.',
    'It is left out by a 0 in the logits instead of −∞: exp(0) still counts.',
    'The positive of view i is taken to be i + 1 where the views are stored one behind the other.',
  ],
  readings: ways.flatMap(({ of, remark }): ValueReading[] => [
    {
      ...common,
      roles: [firstView, secondView, temperature],
      axes: 'P N',
      elements: (given) => reshape(ntXent(of(bothViews(given), bothViews(given)), given['temperature']!), [2, -1]),
      operations: [exponentials, logarithms, pairs, selfLeftOut],
      rank: 2,
      ...(remark && { remark }),
    },
    {
      ...common,
      roles: [views, temperature, countOfViews],
      axes: 'M',
      elements: ({ views, temperature }) => ntXent(of(views!, views!), temperature!),
      operations: [exponentials, logarithms, pairs, selfLeftOut],
      rank: 2,
      ...(remark && { remark }),
    },
    ...(['halves', 'neighbours'] as const).map((pairing): ValueReading => {
      const remarks = [remark, pairing === 'neighbours' ? 'the two views of an example are next to each other' : undefined].filter(Boolean);
      return {
        ...common,
        roles: [views, temperature],
        axes: 'M',
        elements: ({ views, temperature }) => ntXent(of(views!, views!), temperature!, pairing),
        operations: [exponentials, logarithms, pairs, selfLeftOut],
        rank: 2,
        ...(remarks.length > 0 && { remark: remarks.join('; ') }),
      };
    }),
  ]),
};

function lengthOf(x: Tensor): Tensor {
  return norm(x, 2, [-1]);
}

/** Lengths of all views, as a column. */
function lengths(given: Given): Tensor {
  return expandDims(lengthOf(bothViews(given)), -1);
}

/** Where a function from elsewhere says which row belongs to which. */
const pairLabel: Role = {
  id: 'label',
  shape: 'N',
  domain: 'class',
  classes: 'N',
  words: ['labels', 'label', 'targets', 'target', 'ground truth', 'gt', 'y', 'idx'],
};
const choosingLabel = ['crossEntropy', 'gather'];
const labelled = 'pairs by labels that are given';

const bothWays = (similarities: Tensor, label: Tensor): Tensor =>
  multiply(scalar(-0.5), add(ofClass(logSoftmax(similarities, -1), label), ofClass(logSoftmax(swapAxes(similarities, -1, -2), -1), label)));

const clip: Formula = {
  id: 'clip_loss',
  family: 'Contrastive',
  name: 'Symmetric contrastive loss',
  latex: String.raw`\tfrac12\bigl(\term{forward}{L_{a\to b}}+\term{backward}{L_{b\to a}}\bigr)`,
  lines: [
    String.raw`\term{forward}{L_{a\to b}}=-\frac1N\sum_i\log\frac{\exp(\term{similarities}{s_{ii}}/\term{temperature}{\tau})}{\sum_j\exp(\term{similarities}{s_{ij}}/\term{temperature}{\tau})}`,
    String.raw`\term{backward}{L_{b\to a}}=-\frac1N\sum_i\log\frac{\exp(\term{similarities}{s_{ii}}/\term{temperature}{\tau})}{\sum_j\exp(\term{similarities}{s_{ji}}/\term{temperature}{\tau})}`,
    String.raw`\text{pairs by labels: }\term{forward}{L_{a\to b}}=-\frac1N\sum_i\log\frac{\exp(s(i,\term{label}{y_i})/\term{temperature}{\tau})}{\sum_j\exp(\term{similarities}{s_{ij}}/\term{temperature}{\tau})}`,
    similarityLine,
  ],
  terms: [
    term('forward', String.raw`L_{a\to b}`, 'loss over rows', 'Which b belongs to this a.', 'number', 'nats'),
    term('backward', String.raw`L_{b\to a}`, 'loss over columns', 'Which a belongs to this b.', 'number', 'nats'),
    similarityTerm,
    temperatureTerm,
    firstTerm,
    secondTerm,
    term('label', 'y_i', 'label', 'Which of the others belongs to i: mostly i itself.', '[anchors]'),
  ],
  claim: 'definition',
  note: 'InfoNCE both ways over one matrix of similarities: images to texts and texts to images.',
  source: {
    paper: 'Radford et al. 2021, Learning Transferable Visual Models From Natural Language Supervision',
    place: 'figure 3',
    arxiv: '2103.00020',
  },
  steps: [],
  identities: [
    {
      latex: String.raw`s\to s^\top`,
      words: 'It does not matter which of the two comes first.',
      sides: ({ similarities, temperature }) => [
        symmetricInfoNce(similarities!, temperature!),
        symmetricInfoNce(swapAxes(similarities!, 0, 1), temperature!),
      ],
    },
    {
      latex: String.raw`L=\tfrac12\sum_{d\in\{\text{rows, columns}\}}-\log\mathrm{softmax}_d(s/\tau)_{ii}`,
      words: 'It is the mean of two softmaxes’ diagonals.',
      sides: ({ similarities, temperature }) => {
        const logits = divide(similarities!, temperature!);
        const both = stack([diagonal(softmax(logits, 1)), diagonal(softmax(logits, 0))], 0);
        return [symmetricInfoNce(similarities!, temperature!), multiply(scalar(-0.5), sum(log(both), [0]))];
      },
    },
  ],
  mistakes: [
    'Both halves are taken over the same axis.',
    'The logit scale divides where it has to multiply.',
    'Embeddings are not of length 1.',
  ],
  readings: [
    {
      ...common,
      roles: [similarities, temperature],
      axes: 'N',
      elements: ({ similarities, temperature }) => symmetricInfoNce(similarities!, temperature!),
      operations: [exponentials, logarithms, ownOfRow],
      rank: 2,
    },
    ...ways.map(({ of, remark }): ValueReading => ({
      ...common,
      roles: [firstView, secondView, temperature],
      axes: 'N',
      elements: ({ first, second, temperature }) => symmetricInfoNce(of(first!, second!), temperature!),
      operations: [exponentials, logarithms, pairs],
      rank: 2,
      ...(remark && { remark }),
    })),
    {
      ...common,
      roles: [similarities, temperature, pairLabel],
      axes: 'N',
      elements: ({ similarities, temperature, label }) => bothWays(divide(similarities!, temperature!), label!),
      operations: [choosingLabel, logarithms, ownOfRow],
      rank: 2,
      remark: labelled,
    },
    {
      ...common,
      roles: [firstView, secondView, temperature, pairLabel],
      axes: 'N',
      elements: ({ first, second, temperature, label }) => bothWays(divide(dotSimilarities(first!, second!), temperature!), label!),
      operations: [choosingLabel, logarithms, pairs],
      rank: 2,
      remark: labelled,
    },
  ],
};

export const contrastive: readonly Formula[] = [infonce, ntxent, clip];

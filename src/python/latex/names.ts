/** What the words in names of variables mean, as symbols. */

const lower = [
  ...['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta', 'iota', 'kappa', 'lambda', 'mu', 'nu', 'xi', 'pi', 'rho'],
  ...['sigma', 'tau', 'upsilon', 'phi', 'chi', 'psi', 'omega', 'ell', 'nabla'],
];
const upper = ['Gamma', 'Delta', 'Theta', 'Lambda', 'Xi', 'Pi', 'Sigma', 'Upsilon', 'Phi', 'Psi', 'Omega'];
/** The same letters as characters. */
const characters: Readonly<Record<string, string>> = {
  ...Object.fromEntries([...'αβγδεζηθικλμνξπρστυφχψω'].map((letter, at) => [letter, lower.filter((name) => name.length > 1)[at] ?? ''])),
  ...Object.fromEntries([...'ΓΔΘΛΞΠΣΥΦΨΩ'].map((letter, at) => [letter, upper[at] ?? ''])),
  ϵ: 'epsilon',
  ϕ: 'phi',
  ϑ: 'theta',
};

export interface Base {
  readonly latex: string;
  readonly exponent?: string;
  /** The value is the logarithm of what the symbol stands for. */
  readonly log?: boolean;
  /** How strong the name's claim to the symbol is: 0 where it is the symbol's own name. */
  readonly rank: number;
  /** Its words go where others are its indices: `z_mean` is the mean of z. */
  readonly leads?: boolean;
}

const command = (name: string): string => `\\${name}`;
const sigma = String.raw`\sigma`;
const alphaBar = String.raw`\bar{\alpha}`;
export const loss = String.raw`\mathcal{L}`;

/** Of one word. */
const single: Readonly<Record<string, Base>> = {
  ...Object.fromEntries([...lower, ...upper].map((name) => [name, { latex: command(name), rank: 0, leads: true }])),
  ...Object.fromEntries(Object.entries(characters).map(([letter, name]) => [letter, { latex: command(name), rank: 0, leads: true }])),
  // Plural.
  ...Object.fromEntries(
    ['alpha', 'beta', 'gamma', 'sigma', 'lambda', 'theta', 'mu', 'tau'].map((name) => [
      `${name}s`,
      { latex: command(name), rank: 1, leads: true },
    ]),
  ),
  // `lambda` itself is a keyword.
  ...Object.fromEntries(
    ['lam', 'lamb', 'lambd', 'lmbda', 'lmbd'].map((name) => [name, { latex: String.raw`\lambda`, rank: 1, leads: true }]),
  ),
  eps: { latex: String.raw`\epsilon`, rank: 1, leads: true },
  noise: { latex: String.raw`\epsilon`, rank: 2 },
  mean: { latex: String.raw`\mu`, rank: 2, leads: true },
  means: { latex: String.raw`\mu`, rank: 2, leads: true },
  std: { latex: sigma, rank: 2, leads: true },
  stddev: { latex: sigma, rank: 2, leads: true },
  stdev: { latex: sigma, rank: 2, leads: true },
  var: { latex: sigma, exponent: '2', rank: 2, leads: true },
  variance: { latex: sigma, exponent: '2', rank: 2, leads: true },
  logvar: { latex: sigma, exponent: '2', log: true, rank: 1, leads: true },
  logvariance: { latex: sigma, exponent: '2', log: true, rank: 1, leads: true },
  logstd: { latex: sigma, log: true, rank: 1, leads: true },
  logsigma: { latex: sigma, log: true, rank: 1, leads: true },
  logsigmas: { latex: sigma, log: true, rank: 2, leads: true },
  loss: { latex: loss, rank: 1, leads: true },
  losses: { latex: loss, rank: 2, leads: true },
};

/** Of several words, the longest first. */
const several: readonly (readonly [words: string, base: Base])[] = [
  ['log var', single['logvar']!],
  ['log variance', single['logvar']!],
  ['logs var', single['logvar']!],
  ['log std', single['logstd']!],
  ['log stddev', single['logstd']!],
  ['log sigma sq', single['logvar']!],
  ['log sigma squared', single['logvar']!],
  ['alphas cumprod', { latex: alphaBar, rank: 0, leads: true }],
  ['alpha cumprod', { latex: alphaBar, rank: 0, leads: true }],
  ['alphas cum prod', { latex: alphaBar, rank: 1, leads: true }],
  ['alphas bar', { latex: alphaBar, rank: 1, leads: true }],
  ['alpha bars', { latex: alphaBar, rank: 1, leads: true }],
  ['alpha prod', { latex: alphaBar, rank: 2, leads: true }],
  ['alphas prod', { latex: alphaBar, rank: 2, leads: true }],
];

/** Accents and marks, by the words that mean them. */
export const accents: Readonly<Record<string, string>> = {
  hat: String.raw`\hat`,
  bar: String.raw`\bar`,
  tilde: String.raw`\tilde`,
  vec: String.raw`\vec`,
  dot: String.raw`\dot`,
  check: String.raw`\check`,
};

/** Words for what is computed to be near to something. */
export const estimates = new Set([
  'pred',
  'predicted',
  'prediction',
  'recon',
  'reconstructed',
  'reconstruction',
  'rec',
  'est',
  'estimate',
  'estimated',
]);

export const exponents: Readonly<Record<string, string>> = {
  prime: String.raw`\prime`,
  star: '*',
  sq: '2',
  squared: '2',
  cubed: '3',
  inv: '-1',
};

/** Words that tell which of several of a kind it is, before the letter of the kind: `real_x`. */
export const kinds = new Set([
  ...[
    'real',
    'fake',
    'gen',
    'new',
    'old',
    'prev',
    'previous',
    'next',
    'init',
    'initial',
    'final',
    'clean',
    'noisy',
    'target',
    'true',
    'gt',
  ],
  ...['input', 'output', 'ref', 'pos', 'neg', 'cond', 'uncond', 'src', 'tgt', 'source', 'teacher', 'student', 'chosen', 'rejected'],
  ...['min', 'max', 'prior', 'post', 'posterior', 'curr', 'current', 'last', 'first', 'train', 'test', 'all', 'mixed', 'interp'],
]);

/** Words that say that the name is of something else: `beta_schedule` is not a beta. */
export const heads = new Set([
  ...[
    'schedule',
    'scheduler',
    'weight',
    'weights',
    'scale',
    'coef',
    'coeff',
    'coefs',
    'coeffs',
    'factor',
    'ratio',
    'rate',
    'steps',
    'step',
  ],
  ...['dim', 'dims', 'size', 'shape', 'count', 'len', 'length', 'idx', 'index', 'ids', 'mask', 'type', 'dtype', 'device', 'name', 'names'],
  ...[
    'fn',
    'func',
    'function',
    'net',
    'network',
    'layer',
    'layers',
    'model',
    'module',
    'head',
    'proj',
    'embedding',
    'embed',
    'emb',
    'embeds',
  ],
  ...['loader', 'list', 'dict', 'config', 'args', 'kwargs', 'params', 'optimizer', 'level', 'logits', 'grad', 'grads', 'norm'],
]);

export function baseOf(words: readonly string[]): { base: Base; from: number; length: number } | null {
  for (const [name, base] of several) {
    const parts = name.split(' ');
    const from = words.findIndex((_, at) => parts.every((part, offset) => words[at + offset] === part));
    if (from >= 0) return { base, from, length: parts.length };
  }
  // Of two that lead, a statistic: `alpha_loss` is a loss.
  const leading = words.map((word, from) => ({ base: leadingOf(word), from, length: 1 })).filter(({ base }) => base !== undefined);
  const best = leading.sort((a, b) => rankOf(b) - rankOf(a) || a.from - b.from)[0];
  if (best?.base) return { ...best, base: best.base };
  const [first = ''] = words;
  const base = Object.hasOwn(single, first) ? single[first] : letterOf(first);
  if (base) return { base, from: 0, length: 1 };
  const last = letterOf(words.at(-1) ?? '');
  return last && words.slice(0, -1).every((word) => kinds.has(word) || estimates.has(word) || word in accents)
    ? { base: { ...last, rank: 1 }, from: words.length - 1, length: 1 }
    : null;
}

const leadingOf = (word: string): Base | undefined => {
  const base = Object.hasOwn(single, word) ? single[word] : undefined;
  return base?.leads ? base : undefined;
};
const rankOf = ({ base }: { base: Base | undefined }): number => (base?.latex === loss ? 3 : base && base.rank === 2 ? 2 : 1);

const letterOf = (word: string): Base | undefined => (/^[A-Za-z]$/.test(word) ? { latex: word, rank: 0 } : undefined);

/** An index: a letter, digits, a Greek letter, or a word. */
export function indexOf(word: string): string | null {
  if (/^(?:[A-Za-z]|\d+)$/.test(word)) return word;
  const base = Object.hasOwn(single, word) ? single[word] : undefined;
  if (base && base.rank === 0) return base.latex;
  return /^[A-Za-z][A-Za-z\d]{1,14}$/.test(word) ? String.raw`\mathrm{${word}}` : null;
}

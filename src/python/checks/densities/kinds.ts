/** Whose logarithm of a density a value is, by its name. */

import { wordsOf } from '../../recognise/evidence/words.ts';

/**
 * posterior: log q(z|x); prior: log p(z); likelihood: log p(x|z); aggregate: log q(z); product: the sum of log q(z_j); policy, reference,
 * old: of what was done, under the policy that is trained, the one that it starts from, the one that did it. `p`: a prior or a policy; `q`: of z, or of
 * z given x.
 */
export type Kind = 'posterior' | 'prior' | 'likelihood' | 'aggregate' | 'product' | 'policy' | 'reference' | 'old' | 'p' | 'q';

export interface Density {
  readonly kind: Kind;
  /** Of a comparison: of what was preferred, or of the other. */
  readonly of: 'chosen' | 'rejected' | null;
}

const subjects: readonly (readonly [Kind, RegExp])[] = [
  ['p', /^p$/],
  ['product', /prod|marginals/],
  ['q', /^q$/],
  ['posterior', /^(?:q_?phi|q_?z_?(?:g_?|given_?|c_?)?x|posterior|post|variational|guide|encoder|enc)$/],
  ['aggregate', /^(?:q_?z|agg\w*_q\w*|q_?agg\w*)$/],
  ['prior', /^(?:p_?z|prior|p_?prior|prior_?z)$/],
  ['likelihood', /^(?:p_?x|p_?x_?(?:g_?|given_?)?z|likelihood|lik|decoder|dec)$/],
];

const logarithm = /^(?:log|ln|lp)_|^log(?=[pq])|_(?:log_?probs?|logps?|lp|log_density)$|^(?:log_?probs?|logps?|log_?pis?)$/;
const chosen = /(?:^|_)(?:chosen|win|winner|preferred|pos|positive|w)(?:_|$)/;
const rejected = /(?:^|_)(?:rejected|lose|loser|dispreferred|neg|negative|l)(?:_|$)/;

const known = new Map<string, Density | null>();

/** By what it is of alone, where what it adds up to says that it is a logarithm: `lik + prior - post`. */
export function densityOfSubject(name: string): Density | null {
  const all = wordsOf(name.split('.').at(-1)!).join('_');
  const found = subjects.find(
    ([kind, pattern]) => (kind === 'posterior' || kind === 'prior' || kind === 'likelihood') && pattern.test(all),
  );
  return found ? { kind: found[0], of: null } : null;
}

/** null where the name does not say it. */
export function densityOf(name: string): Density | null {
  let found = known.get(name);
  if (found === undefined) {
    if (known.size > 5000) known.clear();
    known.set(name, (found = called(name)));
  }
  return found;
}

function called(name: string): Density | null {
  const all = wordsOf(name.split('.').at(-1)!).join('_');
  if (/ratio|diff|delta|weight|mean|loss|grad|reward/.test(all)) return null;
  const of = chosen.test(all) ? 'chosen' : rejected.test(all) ? 'rejected' : null;
  // Of the policy that acted.
  if (all === 'old') return { kind: 'old', of };
  // `policy_chosen`, as losses of preferences have it.
  if (!logarithm.test(all)) return of === null ? null : player(all, of, /^(?:pi|policy|model|theta)(?:_|$)/);
  const subject = of === null ? subjectOf(all) : null;
  if (subject !== null) for (const [kind, pattern] of subjects) if (pattern.test(subject)) return { kind, of };
  return player(all, of, /(?:^|_)(?:pi|policy|new|cur|current|model|actor|theta|student)(?:_|$)/);
}

/** `log_qz_x`, `q_log_prob`: what the logarithm is of. */
const subjectOf = (all: string): string | null =>
  /^log_?(?<subject>[pq](?:_?[a-z]{1,3}){0,4}|q_\w*given\w*|prod\w*|prior\w*|posterior|likelihood)$/.exec(all)?.groups?.['subject'] ??
  /^(?<subject>\w+?)_(?:log_?probs?|logps?|lp|log_density)$/.exec(all)?.groups?.['subject'] ??
  null;

function player(all: string, of: Density['of'], policy: RegExp): Density | null {
  if (/(?:^|_)(?:ref|reference|sft|frozen|initial|init)(?:_|$)/.test(all)) return { kind: 'reference', of };
  if (/(?:^|_)(?:old|behaviou?r|rollout|sampling|sampled|prev)(?:_|$)/.test(all)) return { kind: 'old', of };
  const rest = all.replace(/(?:^|_)(?:per|token|seq|sequence|chosen|rejected|win|lose|w|l|pos|neg|a|act|action|actions)(?=_|$)/g, '');
  if (/^_?(?:log_?probs?|logps?|log_?pis?|lps?)$/.test(rest) || policy.test(all)) return { kind: 'policy', of };
  return null;
}

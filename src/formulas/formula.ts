/** What the catalogue holds: formulas whose terms have names, with what each term means and where the formula is from. */

import type { Tensor } from '../maths/tensor/tensor.ts';
import type { Reading } from './reading.ts';

/**
 * What an equation claims. identity: both sides agree to rounding; estimate: a value with a sampling error; bound: one side is never
 * below the other; limit: what a sequence tends to; approximation: near, as far as is said; definition: a name for something.
 */
export type Claim = 'definition' | 'identity' | 'estimate' | 'bound' | 'limit' | 'approximation';

export type Family = 'Transformer' | 'VAE' | 'VQ' | 'GAN' | 'Diffusion' | 'Score' | 'Flow' | 'Loss' | 'Contrastive' | 'Preference';

export interface Source {
  /** Authors, year, title. */
  readonly paper: string;
  /** Where in it: equation, section or footnote; absent where the work as a whole is meant, or the place is not known for sure. */
  readonly place?: string;
  /** arXiv id; absent where the paper is not there. */
  readonly arxiv?: string;
}

/** A part of a formula that has a name and, in a run, a value. */
export interface Term {
  readonly id: string;
  /** Its symbol in LaTeX, without `\term`. */
  readonly symbol: string;
  readonly name: string;
  /** One sentence. */
  readonly meaning: string;
  /** "number", or names of axes: "[headDim]", "[queries, keys]". */
  readonly shape: string;
  /** "dimensionless", "nats", "bits", "tokens". */
  readonly unit: string;
}

/** One thing that can be said of a formula: opened by whoever asks for it. */
export interface Step {
  readonly id: string;
  readonly title: string;
  /** Plain text, a paragraph each; what stands between two `$` is LaTeX. */
  readonly words: readonly string[];
  /** Lines of LaTeX, with terms. */
  readonly latex: readonly string[];
  readonly claim: Claim;
  /** Where it is from, if not from the formula's own source. */
  readonly source?: Source;
}

/** Something that holds for every value of the formula's roles, and is tested on numbers. */
export interface Identity {
  readonly latex: string;
  /** One sentence. */
  readonly words: string;
  /** The two sides, of roles in their canonical shapes, computed in two ways. */
  readonly sides: (roles: Readonly<Record<string, Tensor>>) => readonly [Tensor, Tensor];
}

export interface Formula {
  readonly id: string;
  readonly family: Family;
  readonly name: string;
  /** In LaTeX, with `\term{id}{...}` around every part that has a name. Terms do not nest. */
  readonly latex: string;
  /** The same written out for one element, line by line; empty where the formula is of one element already. */
  readonly lines: readonly string[];
  readonly terms: readonly Term[];
  readonly claim: Claim;
  /** What has to be said wherever the formula is shown: a heuristic, a convention. */
  readonly note?: string;
  /** null: defined here. */
  readonly source: Source | null;
  readonly steps: readonly Step[];
  readonly identities?: readonly Identity[];
  /** What goes wrong with it in code, one sentence each. */
  readonly mistakes?: readonly string[];
  /** Absent where it is of a run alone, and not looked for in code. */
  readonly readings?: readonly Reading[];
  /** Legitimate code that looks like a mistake in it. */
  readonly variants?: readonly Variant[];
}

/** The same formula of other roles: of the velocity's negative, of a rotation the other way round. */
export interface Variant {
  /** A few words: "scaled by 1/d". */
  readonly words: string;
  readonly roles: (roles: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>;
}

/** A source as it is read. */
export function citation(source: Source | null): string {
  if (!source) return 'Defined by Genlens.';
  const { paper, place, arxiv } = source;
  return `${paper}${place === undefined ? '' : `, ${place}`}${arxiv === undefined ? '' : ` (arXiv:${arxiv})`}`;
}

/** Ids of the terms in LaTeX, in the order in which they come, each once. */
export function termIds(latex: string): string[] {
  return [...new Set([...latex.matchAll(/\\term\{([^{}]*)\}/g)].map(([, id]) => id ?? ''))];
}

/** All lines of LaTeX that a formula shows before a step is opened. */
export function shownLatex({ latex, lines }: Formula): readonly string[] {
  return [latex, ...lines];
}

/**
 * LaTeX that any typesetter takes: `\term{id}{x}` is its content alone, in braces where it would otherwise run into what stands
 * before it.
 * @throws Error where a `\term` is not closed.
 */
export function plainLatex(latex: string): string {
  return writeTerms(latex, (_, content) => content);
}

/**
 * LaTeX with every `\term{id}{x}` written in another way, in braces where it stands as an argument.
 * @throws Error where a `\term` is not closed.
 */
export function writeTerms(latex: string, write: (id: string, content: string) => string): string {
  let written = '';
  let at = 0;
  for (let start = latex.indexOf('\\term{'); start >= 0; start = latex.indexOf('\\term{', at)) {
    const [id, afterId] = group(latex, start + '\\term'.length);
    const [content, end] = group(latex, afterId);
    written += latex.slice(at, start);
    const term = write(id, writeTerms(content, write));
    // `\frac\term{a}{x}y` and `x_\term{a}{ij}` take what follows as one argument.
    written += /([_^]|\\[a-zA-Z]+)$/.test(written) ? `{${term}}` : term;
    // `\term{a}{\beta}x` is no `\betax`.
    if (/\\[a-zA-Z]+$/.test(written) && /[a-zA-Z]/.test(latex[end] ?? '')) written += ' ';
    at = end;
  }
  return written + latex.slice(at);
}

/** What stands in the braces that open at `start`, and where it goes on behind them. */
function group(latex: string, start: number): [content: string, end: number] {
  let depth = 0;
  for (let at = start; at < latex.length; at++) {
    const character = latex[at];
    if (character === '\\') at++;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return [latex.slice(start + 1, at), at + 1];
    if (depth === 0) break;
  }
  throw new Error(`\\term needs {id}{content}: ${latex.slice(start)}`);
}

/** LaTeX mathematics as tokens. What changes the look alone is left out. */

import { Unread } from './unread.ts';

export interface Token {
  /**
   * `letter`: one letter; `digit`: one digit or a point; `word`: several upright letters that are one name; `command`: without its
   * backslash; `row`: the end of a line; `gap`: wide space or words between statements; `symbol`: anything else, one character.
   */
  readonly kind: 'letter' | 'digit' | 'word' | 'command' | 'row' | 'gap' | 'symbol';
  readonly text: string;
  /** It is written in script or blackboard letters. */
  readonly style?: 'script' | 'double';
}

/** Longer LaTeX is no formula of the catalogue. */
const longest = 3000;
const mostTokens = 1200;

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter(Boolean));

/** Space, sizes and styles. */
const ignored = words(
  `, ; ! : > left right big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr bigm Bigm middle displaystyle textstyle scriptstyle
   limits nolimits nonumber notag mathstrut strut medspace thinspace negthinspace thickspace enspace mathopen mathclose mathbin mathrel
   allowbreak nobreak relax`,
);
/** Their argument is as it would be without them. */
const transparent = words('mathbf boldsymbol bm mathsf mathit pmb mathop mathnormal ensuremath mathtt boxed bold textbf');
/** Their argument is one name where it has several letters. */
const upright = words('mathrm operatorname operatorname* text textrm textsf textit rm mbox');
/** Their argument says nothing of the value. */
const dropped = words('label tag tag* hspace vspace hphantom phantom color textcolor');
const environments = words(
  'equation equation* align align* aligned alignat alignat* gather gather* gathered split multline multline* eqnarray eqnarray* displaymath math',
);
/** Letters that are one name also where they are not upright. */
const plainWords = [
  'softmax',
  'sigmoid',
  'softplus',
  'KL',
  'MSE',
  'BCE',
  'SNR',
  'ELBO',
  'clip',
  'Var',
  'log',
  'exp',
  'min',
  'max',
  'sim',
  'tanh',
  'PPL',
  'NLL',
  'TC',
  'pos',
];

/** @throws Unread where it is too long, or braces do not match. */
export function tokensOf(latex: string): Token[] {
  if (latex.length > longest) throw new Unread();
  const tokens: Token[] = [];
  const read = new Source(latex);
  while (!read.done) readOne(read, tokens);
  if (tokens.length > mostTokens) throw new Unread();
  return tokens;
}

class Source {
  at = 0;
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }

  get done(): boolean {
    return this.at >= this.text.length;
  }

  /** What a sticky pattern finds here, which is then behind; null where it finds nothing. */
  take(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined || found === '') return null;
    this.at += found.length;
    return found;
  }

  /** What stands in the braces that open here. */
  group(): string | null {
    this.take(/\s+/y);
    if (this.text[this.at] !== '{') return null;
    const start = this.at + 1;
    let depth = 0;
    for (; this.at < this.text.length; this.at++) {
      const character = this.text[this.at];
      if (character === '\\') this.at++;
      else if (character === '{') depth++;
      else if (character === '}' && --depth === 0) return this.text.slice(start, this.at++);
    }
    throw new Unread();
  }
}

function readOne(source: Source, tokens: Token[]): void {
  if (source.take(/\s+/y) ?? source.take(/%[^\n]*/y) ?? source.take(/[~&$]/y)) return;
  if (source.take(/\\\\\*?(?:\[[^\]]{0,12}\])?/y)) {
    tokens.push({ kind: 'row', text: '\\\\' });
    return;
  }
  const command = source.take(/\\(?:[a-zA-Z]+\*?|[^a-zA-Z])/y);
  if (command !== null) {
    readCommand(command.slice(1), source, tokens);
    return;
  }
  for (const word of plainWords) {
    if (!source.text.startsWith(word, source.at) || /[a-zA-Z]/.test(source.text[source.at + word.length] ?? '')) continue;
    if (/[a-zA-Z]/.test(source.text[source.at - 1] ?? '') && !/\\[a-zA-Z]+$/.test(source.text.slice(0, source.at))) continue;
    source.at += word.length;
    pushWord(word, tokens);
    return;
  }
  const character = String.fromCodePoint(source.text.codePointAt(source.at)!);
  source.at += character.length;
  if (/[0-9.]/.test(character)) tokens.push({ kind: 'digit', text: character });
  else if (/[a-zA-Z]/.test(character)) tokens.push({ kind: 'letter', text: character });
  else {
    const known = unicode[character];
    tokens.push(known === undefined ? { kind: 'symbol', text: character } : { kind: 'command', text: known });
  }
}

function readCommand(name: string, source: Source, tokens: Token[]): void {
  if (ignored.has(name) || name === ' ' || name === '\n' || name === '[' || name === ']' || name === '(' || name === ')') {
    // `\left.` is no delimiter at all.
    if (name === 'left' || name === 'right' || /^[bB]ig/.test(name)) source.take(/\s*\./y);
    return;
  }
  if (transparent.has(name)) return;
  if (name === 'quad' || name === 'qquad') {
    tokens.push({ kind: 'gap', text: '' });
    return;
  }
  if (name === 'begin' || name === 'end') {
    const environment = source.group() ?? '';
    if (!environments.has(environment)) throw new Unread();
    if (environment.startsWith('alignat')) source.group();
    tokens.push({ kind: 'row', text: '' });
    return;
  }
  if (dropped.has(name)) {
    source.group();
    return;
  }
  if (upright.has(name)) {
    const content = (source.group() ?? source.take(/\s*[a-zA-Z]/y) ?? '').trim();
    if (/^(?:text|mbox)/.test(name) && /^(?:where|with|and|if|for|when|subject to|s\.t\.|let|then|,|\.)?[\s,.:]*$/.test(content)) {
      tokens.push({ kind: 'gap', text: content });
      return;
    }
    pushWord(content, tokens);
    return;
  }
  const style =
    name === 'mathcal' || name === 'mathscr' || name === 'mathfrak' ? 'script' : name === 'mathbb' || name === 'mathds' ? 'double' : null;
  if (style) {
    const content = (source.group() ?? source.take(/\s*[a-zA-Z0-9]/y) ?? '').trim();
    if (content.length !== 1) throw new Unread();
    tokens.push({ kind: /\d/.test(content) ? 'digit' : 'letter', text: content, style });
    return;
  }
  tokens.push(
    /^[a-zA-Z]/.test(name) || name === '|' || name === '{' || name === '}'
      ? { kind: 'command', text: name }
      : { kind: 'symbol', text: name },
  );
}

function pushWord(content: string, tokens: Token[]): void {
  // `\mathrm{sg}`, `\text{data}`, `\mathrm{L1}`.
  if (content.length > 1 && /^[a-zA-Z][a-zA-Z0-9 _-]*$/.test(content)) tokens.push({ kind: 'word', text: content.replace(/[ _-]+/g, '_') });
  else for (const token of tokensOf(content)) tokens.push(token);
}

/** Characters that stand for commands. */
const unicode: Readonly<Record<string, string>> = {
  α: 'alpha',
  β: 'beta',
  γ: 'gamma',
  δ: 'delta',
  ε: 'epsilon',
  ϵ: 'epsilon',
  θ: 'theta',
  λ: 'lambda',
  μ: 'mu',
  π: 'pi',
  ρ: 'rho',
  σ: 'sigma',
  τ: 'tau',
  φ: 'phi',
  ϕ: 'phi',
  ψ: 'psi',
  ω: 'omega',
  Δ: 'Delta',
  Σ: 'Sigma',
  '∑': 'sum',
  '∇': 'nabla',
  '√': 'sqrt',
  '‖': '|',
  '∥': '|',
  '∣': 'mid',
  '·': 'cdot',
  '×': 'times',
  '⊙': 'odot',
  '∼': 'sim',
  '←': 'leftarrow',
  '≈': 'approx',
  '≠': 'ne',
  '−': 'minus',
};

/** A place in tokens. */

import type { Token } from './tokens.ts';
import { Unread } from './unread.ts';

/** Groups within groups, at most. */
const deepest = 48;
const mostSteps = 20_000;

export const openers: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

export class Cursor {
  at = 0;
  depth = 0;
  #steps = 0;
  readonly tokens: readonly Token[];
  /** Bars that are open, innermost last; `(` where a parenthesis stands between. */
  readonly bars: string[] = [];
  /** Indices that sums around this place run over. */
  readonly bound: string[] = [];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  get done(): boolean {
    return this.at >= this.tokens.length;
  }

  peek(ahead = 0): Token | undefined {
    return this.tokens[this.at + ahead];
  }

  next(): Token {
    const token = this.tokens[this.at++];
    if (!token || this.#steps++ > mostSteps) throw new Unread();
    return token;
  }

  isSymbol(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token?.kind === 'symbol' && token.text === text;
  }

  isCommand(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token?.kind === 'command' && token.text === text;
  }

  takeSymbol(text: string): boolean {
    if (!this.isSymbol(text)) return false;
    this.at++;
    return true;
  }

  takeCommand(text: string): boolean {
    if (!this.isCommand(text)) return false;
    this.at++;
    return true;
  }

  expect(text: string): void {
    if (!this.takeSymbol(text)) throw new Unread();
  }

  /** Reads what lies within something. */
  within<T>(read: () => T): T {
    if (++this.depth > deepest) throw new Unread();
    const found = read();
    this.depth--;
    return found;
  }

  /** Where the delimiter that opens at a place closes: the place of its other half. */
  closing(from = this.at): number {
    const stack: string[] = [];
    for (let at = from; at < this.tokens.length; at++) {
      const { kind, text } = this.tokens[at]!;
      if (kind !== 'symbol' && !(kind === 'command' && (text === '{' || text === '}'))) continue;
      if (text in openers) stack.push(openers[text]!);
      else if (text === ')' || text === ']' || text === '}') {
        // Intervals are half open: any bracket closes another.
        const wanted = stack.pop();
        if (wanted === undefined || (wanted === '}') !== (text === '}')) throw new Unread();
        if (stack.length === 0) return at;
      }
    }
    throw new Unread();
  }

  /** The tokens of an argument: what stands in braces, or one token. */
  argument(): readonly Token[] {
    if (this.isSymbol('{')) {
      const end = this.closing();
      const inner = this.tokens.slice(this.at + 1, end);
      this.at = end + 1;
      return inner;
    }
    return [this.next()];
  }
}

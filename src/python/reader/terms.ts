/** What is asked of statements while a program is stopped, and what is remembered of them. */

import type { Parser } from 'web-tree-sitter';
import type { Span } from '../../maths/nesting.ts';
import type { ReadValue, StatementTerms, StatementValues } from '../../protocol/terms.ts';
import { readModule } from '../syntax/build.ts';
import { termValues } from '../terms/evaluate.ts';
import { pathKey } from '../terms/paths.ts';
import { statementAt, type ReadStatement } from '../terms/statement.ts';

/** Statements of one text that are remembered. */
const most = 200;

export class TermReader {
  readonly #parser: Parser;
  #text = '';
  #module: ReturnType<typeof readModule> | null = null;
  readonly #statements = new Map<string, ReadStatement | null>();

  constructor(parser: Parser) {
    this.#parser = parser;
  }

  terms(text: string, place: Span): StatementTerms | null {
    return this.#statement(text, place)?.told ?? null;
  }

  values(text: string, place: Span, values: readonly ReadValue[], autocast: boolean): StatementValues | null {
    const statement = this.#statement(text, place);
    if (!statement) return null;
    return termValues(statement, { values: new Map(values.map(([path, value]) => [pathKey(path), value])), autocast }, text);
  }

  #statement(text: string, place: Span): ReadStatement | null {
    if (!this.#module || text !== this.#text || this.#statements.size >= most) {
      this.#module = text === this.#text && this.#module ? this.#module : readModule(this.#parser, text);
      this.#text = text;
      this.#statements.clear();
    }
    const key = `${place.start} ${place.end}`;
    let known = this.#statements.get(key);
    if (known === undefined) this.#statements.set(key, (known = statementAt(this.#module, text, place)));
    return known;
  }
}

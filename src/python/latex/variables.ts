import type { Span } from '../../maths/nesting.ts';
import type { CodeLatex } from '../../protocol/python.ts';
import { plainLatex, termIds } from '../../formulas/formula.ts';
import { indexed, indexLatex, type Piece } from './pieces.ts';
import { indexOf } from './names.ts';
import { symbolOf, symbolPiece, wordSymbol, type Symbol } from './symbols.ts';

/** Something that stands in the code and has a symbol. */
export interface Use {
  /** What makes two uses the same variable. */
  readonly key: string;
  /** As it stands in the code. */
  readonly code: string;
  /** What it may be called, best first: "beta", "self.beta". The last is unlike that of any other variable. */
  readonly names: readonly string[];
  /** Symbols that are better than those that its names suggest, best first. */
  readonly symbols?: readonly Symbol[];
  readonly span: Span;
  /** What it is an attribute of, where that has a name. */
  readonly owner?: string;
  /** It is called. */
  readonly isFunction?: boolean;
  /** Indices that the code puts on it. */
  readonly indices?: readonly Piece[];
}

interface Known {
  readonly use: Use;
  readonly spans: Span[];
  /** With these indices it stands in the formula. */
  readonly forms: Set<string>;
  readonly id: string;
  symbol: Symbol;
}

export interface Variables {
  piece(use: Use): Piece;
  /** No variable gets this symbol. */
  reserve(latex: string): void;
  /** Whether a variable is written with this letter. */
  hasBase(latex: string): boolean;
  /** Gives every variable that was used so far the best symbol that no other has; forgets where they stood. */
  settle(): void;
  /** Those that stand as terms in LaTeX, in the order in which they do. */
  listed(latex: string): CodeLatex['variables'];
}

/** No two variables get one symbol; the one whose name is the symbol's own goes first. */
export function createVariables(): Variables {
  const known = new Map<string, Known>();
  const ids = new Set<string>();
  const reserved = new Set<string>();
  return {
    reserve: (latex) => void reserved.add(latex),
    piece(use) {
      let variable = known.get(use.key);
      if (!variable) {
        variable = { use, spans: [], forms: new Set(), id: idOf(use, ids), symbol: candidates(use)[0]! };
        known.set(use.key, variable);
      }
      const { id, symbol, spans, forms } = variable;
      if (!spans.some(({ start }) => start === use.span.start)) spans.push(use.span);
      const indices = (use.indices ?? []).map(({ latex }) => latex);
      forms.add(plainLatex(indexLatex(use.indices ?? [])));
      const mark = (latex: string): string => String.raw`\term{${id}}{${latex}}`;
      const isPlain = symbol.indices.length + symbol.exponent.length + symbol.wrappers.length === 0;
      if (isPlain && use.indices) return indexed(symbolPiece(symbol, [], mark), use.indices);
      // Terms do not nest.
      return symbolPiece(symbol, indices.map(plainLatex), mark);
    },
    hasBase: (latex) => [...known.values()].some(({ symbol }) => symbol.base === latex),
    settle() {
      const taken = new Set(reserved);
      const all = [...known.values()].map((variable) => ({ variable, options: candidates(variable.use) }));
      // A name goes before an attribute of that name. Stable: of two with the same claim, the one that comes first.
      const isPlain = ({ variable }: (typeof all)[number]): boolean => variable.use.names.length === 1;
      const claim = (one: (typeof all)[number]): number => one.options[0]!.rank + (isPlain(one) ? 0 : 0.5);
      all.sort((a, b) => claim(a) - claim(b));
      const firsts = all.map(({ options }) => formsOf(options[0]!, [])[0]);
      for (const one of all) {
        const { variable, options } = one;
        // `p.loc` and `q.loc`: neither is the one that needs no more than "loc".
        const isShared = !isPlain(one) && all.some((other, at) => other !== one && firsts[at] === formsOf(options[0]!, [])[0]);
        const open = isShared ? options.slice(1) : options;
        const symbol =
          open.find((option) => !formsOf(option, variable.forms).some((form) => taken.has(form))) ?? numbered(options.at(-1)!, taken.size);
        for (const form of formsOf(symbol, variable.forms)) taken.add(form);
        variable.symbol = symbol;
        variable.spans.length = 0;
      }
    },
    listed: (latex) => {
      const byId = new Map([...known.values()].map((variable) => [variable.id, variable]));
      return termIds(latex).flatMap((id) => {
        const variable = byId.get(id);
        if (!variable) return [];
        const { use, symbol, spans } = variable;
        const sorted = [...spans].sort((a, b) => a.start - b.start);
        return [{ code: use.code, symbol: symbolPiece(symbol, [], (plain) => plain).latex, id, spans: sorted }];
      });
    },
  };
}

/** A symbol as it stands in the formula, with each list of indices that the code puts on it. */
function formsOf(symbol: Symbol, forms: Iterable<string>): string[] {
  const lists = [[], ...[...forms].filter((form) => form !== '').map((form) => [form])];
  return lists.map((indices) => symbolPiece(symbol, indices, (latex) => latex).latex);
}

function candidates({ names, owner, symbols = [], isFunction = false }: Use): Symbol[] {
  const [name = ''] = names;
  // A function's name is mostly one of words: `q_sample` is no q.
  const fits = ({ indices }: Symbol): boolean => !isFunction || !indices.some((index) => index.startsWith(String.raw`\mathrm`));
  const suggested = [symbolOf(name) ?? []].flat().filter(fits);
  const own = suggested[0] ?? wordSymbol(name);
  const index = owner === undefined ? null : indexOf(owner);
  const owned = index === null || isFunction ? [] : [{ ...own, indices: [...own.indices, index], rank: 5 }];
  const words = names.filter((word) => names.length === 1 || word.length > 1).map(wordSymbol);
  return [...symbols, ...(suggested.length > 0 ? suggested : words.slice(0, 1)), ...owned, ...words];
}

const numbered = (symbol: Symbol, count: number): Symbol => ({ ...symbol, indices: [...symbol.indices, String(count)] });

function idOf({ names }: Use, ids: Set<string>): string {
  const [name = ''] = names;
  const letters = name.replace(/[^A-Za-z\d]/g, '') || 'x';
  let id = letters;
  for (let count = 2; ids.has(id); count++) id = `${letters}${count}`;
  ids.add(id);
  return id;
}

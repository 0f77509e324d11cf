import type { TextSymbol } from '../../../protocol/attention.ts';

/** A symbol before it is known what holds it. */
export type FlatSymbol = Omit<TextSymbol, 'depth'>;

/** A place in a document as the editor has it, 0-based. */
interface Place {
  line: number;
  character: number;
}

/** By the editor's SymbolKind: what holds text of its own. Fields, variables and the like are lines of what holds them. */
const kinds: Readonly<Partial<Record<number, TextSymbol['kind']>>> = {
  1: 'module', // Module
  2: 'module', // Namespace
  3: 'module', // Package
  4: 'class', // Class
  5: 'method', // Method
  8: 'method', // Constructor
  9: 'enum', // Enum
  10: 'interface', // Interface
  11: 'function', // Function
  14: 'section', // String: a heading of Markdown, with the text under it
  22: 'class', // Struct
};

const mostSymbols = 20_000;
const longestName = 200;

/**
 * What an extension answered that was asked for a document's symbols, as a flat list of those that hold text of their own. It may have
 * answered DocumentSymbols, SymbolInformation, or anything: what is no symbol is left out.
 *
 * @param offsetAt the document's, which takes any place to one within the text
 * @returns null where it named nothing at all, as without an extension for the language, or before that is ready
 */
export function editorSymbols(answer: unknown, offsetAt: (place: Place) => number): FlatSymbol[] | null {
  if (!Array.isArray(answer) || answer.length === 0) return null;
  const symbols: FlatSymbol[] = [];
  const waiting: unknown[] = answer.toReversed();
  for (let seen = 0; waiting.length > 0 && seen < mostSymbols; seen++) {
    const { name, kind, range, location, children } = fieldsOf(waiting.pop());
    if (Array.isArray(children)) waiting.push(...(children as unknown[]).slice(0, mostSymbols - waiting.length).reverse());
    const symbolKind = typeof kind === 'number' ? kinds[kind] : undefined;
    const { start, end } = fieldsOf(range ?? fieldsOf(location)['range']);
    if (!symbolKind || typeof name !== 'string' || !isPlace(start) || !isPlace(end)) continue;
    // A string in one line is a value.
    if (symbolKind === 'section' && start.line === end.line) continue;
    symbols.push({
      name: name.replace(/\s+/gu, ' ').trim().slice(0, longestName),
      kind: symbolKind,
      start: offsetAt(start),
      end: offsetAt(end),
    });
  }
  return symbols;
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

function isPlace(value: unknown): value is Place {
  const { line, character } = fieldsOf(value);
  return Number.isSafeInteger(line) && Number.isSafeInteger(character);
}

import { Query, type Parser } from 'web-tree-sitter';
import { nest } from '../../maths/nesting.ts';
import type { PythonSymbol } from '../../protocol/python.ts';
import { withoutMagics } from '../syntax/magics.ts';
import { definitionsQuery, readDefinitions, type Reading } from './syntax.ts';

/** What a text may begin within: a string of more than one line ends where another seems to begin. */
const openStrings = ['"""', "'''"];

/**
 * Makes the function that finds the definitions of a text, which need not be Python as a whole. Of the ways in which such a text can be
 * taken, the one is kept that makes the most definitions of it, and of those the one that leaves the fewest tokens over.
 */
export function createOutline(parser: Parser): (text: string) => PythonSymbol[] {
  const { language } = parser;
  if (!language) throw new Error('The parser has no language.');
  const query = new Query(language, definitionsQuery);
  return (text) => {
    let best = readDefinitions(parser, query, text);
    let taken = text;
    if (best.unplaced > 0) {
      const plain = withoutMagics(text);
      const reading = plain === text ? best : readDefinitions(parser, query, plain);
      if (isBetter(reading, best)) [best, taken] = [reading, plain];
    }
    for (const quotes of best.unplaced > 0 ? openStrings : []) {
      const reading = readDefinitions(parser, query, taken, quotes);
      if (reading.definitions.length > best.definitions.length) best = reading;
    }
    return symbolsOf(best);
  };
}

function isBetter(reading: Reading, than: Reading): boolean {
  const more = reading.definitions.length - than.definitions.length;
  return more > 0 || (more === 0 && reading.unplaced < than.unplaced);
}

function symbolsOf({ definitions, margin }: Reading): PythonSymbol[] {
  const around: PythonSymbol[] = [];
  return nest(definitions).map(({ name, isClass, takesSelf, start, end, depth }) => {
    const holder = around[depth - 1];
    // What holds a definition may have begun before the text; then its parameter tells what it is.
    const isMethod = holder ? holder.kind === 'class' : takesSelf && start < margin;
    const symbol: PythonSymbol = { name, kind: isClass ? 'class' : isMethod ? 'method' : 'function', start, end, depth };
    around[depth] = symbol;
    return symbol;
  });
}

/** Places of a file as people count them: lines and columns from 1, columns in UTF-16 units. */

import type { Span } from '../../maths/nesting.ts';
import { cellsOfNotebook } from '../../python/source/notebookFile.ts';
import { joinCells } from '../../python/source/cells.ts';
import { notebookStrings } from './notebookStrings.ts';

export interface Region {
  line: number;
  column: number;
  endLine: number;
  /** Behind the last character. */
  endColumn: number;
}

export interface Place extends Region {
  file: string;
  /** Of a notebook: the cell, from 1, that lines are counted in. */
  cell?: number;
}

export interface Positions {
  /** What is read. */
  readonly text: string;
  readonly placeOf: (span: Span) => Place;
  /** In the file as it is stored, which for a notebook is JSON; null where that does not hold the text as it is. */
  readonly storedRegionOf: (span: Span) => Region | null;
  /** Text as it is written there. */
  readonly stored: (text: string) => string;
}

/** @throws Error where a file that is called .ipynb is no notebook. */
export function positionsIn(file: string, content: string): Positions {
  // A byte order mark is no character of a line.
  const plain = content.replace(/^\ufeff/, '');
  const regionOf = regionsIn(plain);
  if (!file.endsWith('.ipynb'))
    return { text: plain, placeOf: (span) => ({ file, ...regionOf(span) }), storedRegionOf: regionOf, stored: (text) => text };
  let cells;
  try {
    cells = cellsOfNotebook(plain);
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`);
  }
  const { text, starts } = joinCells(cells);
  const regions = cells.map(({ text: own }) => regionsIn(own));
  const inCell = ({ start, end }: Span): Span & { cell: number } => {
    const cell = starts.findLastIndex((from) => from !== null && from <= start);
    const from = starts[cell]!;
    const { length } = cells[cell]!.text;
    return { cell, start: Math.min(start - from, length), end: Math.min(end - from, length) };
  };
  let strings: ReturnType<typeof notebookStrings> | undefined;
  return {
    text,
    placeOf: (span) => {
      const { cell, ...own } = inCell(span);
      return { file, cell: cell + 1, ...regions[cell]!(own) };
    },
    storedRegionOf: (span) => {
      const { cell, ...own } = inCell(span);
      const stored = (strings ??= notebookStrings(plain))[cell];
      return stored?.text === cells[cell]!.text ? regionOf(stored.spanOf(own)) : null;
    },
    stored: (written) => JSON.stringify(written).slice(1, -1),
  };
}

function regionsIn(text: string): (span: Span) => Region {
  const lines = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.push(at + 1);
  const at = (offset: number): [line: number, column: number] => {
    let low = 0;
    for (let high = lines.length; high - low > 1;) {
      const middle = (low + high) >> 1;
      if (lines[middle]! <= offset) low = middle;
      else high = middle;
    }
    return [low + 1, offset - lines[low]! + 1];
  };
  return ({ start, end }) => {
    const [line, column] = at(start);
    const [endLine, endColumn] = at(end);
    return { line, column, endLine, endColumn };
  };
}

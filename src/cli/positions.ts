/** Places of a file as people count them: lines and columns from 1, columns in UTF-16 units. */

import type { Span } from '../maths/nesting.ts';
import { cellsOfNotebook } from '../python/source/notebookFile.ts';
import { joinCells } from '../python/source/cells.ts';

export interface Place {
  file: string;
  /** Of a notebook: the cell, from 1, that lines are counted in. */
  cell?: number;
  line: number;
  column: number;
  endLine: number;
  /** Behind the last character. */
  endColumn: number;
}

export interface Positions {
  /** What is read. */
  readonly text: string;
  readonly placeOf: (span: Span) => Place;
}

/** @throws Error where a file that is called .ipynb is no notebook. */
export function positionsIn(file: string, content: string): Positions {
  // A byte order mark is no character of a line.
  const plain = content.replace(/^\ufeff/, '');
  if (!file.endsWith('.ipynb')) return { text: plain, placeOf: placesIn(file, plain) };
  let cells;
  try {
    cells = cellsOfNotebook(plain);
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`);
  }
  const { text, starts } = joinCells(cells);
  const places = cells.map(({ text: own }) => placesIn(file, own));
  return {
    text,
    placeOf: ({ start, end }) => {
      const cell = starts.findLastIndex((from) => from !== null && from <= start);
      const from = starts[cell]!;
      const { file: name, ...place } = places[cell]!({ start: start - from, end: Math.min(end - from, cells[cell]!.text.length) });
      return { file: name, cell: cell + 1, ...place };
    },
  };
}

function placesIn(file: string, text: string): (span: Span) => Place {
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
    return { file, line, column, endLine, endColumn };
  };
}

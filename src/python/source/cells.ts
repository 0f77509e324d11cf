/** The cells of a notebook as one text: a cell goes on where those before it end. */

export interface Cell {
  readonly language: string;
  readonly text: string;
}

export interface JoinedCells {
  readonly text: string;
  /** Where each cell begins in the text; null where it is left out. */
  readonly starts: readonly (number | null)[];
}

/** Magics of IPython that run the rest of their cell as the Python that it is. */
const transparentMagics = new Set(['%%time', '%%timeit', '%%capture', '%%prun', '%%memit', '%%mprun']);

/** Joins the cells that are Python, in their order. */
export function joinCells(cells: readonly Cell[]): JoinedCells {
  let text = '';
  const starts = cells.map((cell) => {
    if (!isPython(cell)) return null;
    const start = text.length;
    text += `${cell.text}\n`;
    return start;
  });
  return { text, starts };
}

function isPython({ language, text }: Cell): boolean {
  if (language !== 'python') return false;
  const magic = /^\s*(%%\w+)/.exec(text)?.[1];
  return magic === undefined || transparentMagics.has(magic);
}

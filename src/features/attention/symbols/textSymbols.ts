import { nest } from '../../../maths/nesting.ts';
import type { TextSymbol, TextSymbols } from '../../../protocol/attention.ts';
import type { TextRange } from '../window.ts';
import type { FlatSymbol } from './editorSymbols.ts';

/** What can be asked for the symbols of a text that was run. */
export interface SymbolSources {
  /** Asks the editor, by offsets into the document; null where it names none. Absent where the text stands in no document. */
  editor?: { ask: () => Promise<FlatSymbol[] | null>; part: TextRange };
  /** Reads the text, or more of what it stands in, as Python. Absent where it is none; `sure` where it is known to be some. */
  python?: { read: () => Promise<FlatSymbol[]>; part: TextRange; sure: boolean };
}

export interface SymbolPatience {
  /** Milliseconds that the editor may take where Python is read when it does not answer, and where there is nothing else. */
  withReader: number;
  alone: number;
  /** Milliseconds after which the editor is asked once more that named nothing: its language support may just be starting. */
  again: number;
}

const usual: SymbolPatience = { withReader: 2_000, alone: 10_000, again: 1_000 };

/**
 * The symbols of a text that was run: `part` of what was asked for is that text.
 *
 * @throws what a source throws
 */
export async function findSymbols({ editor, python }: SymbolSources, patience: SymbolPatience = usual): Promise<TextSymbols> {
  if (editor) {
    const ask = python ? editor.ask : () => askTwice(editor.ask, patience.again);
    const named = await within(python ? patience.withReader : patience.alone, ask());
    if (named) return { source: 'editor', symbols: symbolsIn(editor.part, named) };
  }
  if (python) {
    const read = await python.read();
    if (python.sure || read.length > 0) return { source: 'reader', symbols: symbolsIn(python.part, read) };
  }
  return { source: 'none', symbols: [] };
}

async function askTwice<T>(ask: () => Promise<T | null>, pause: number): Promise<T | null> {
  const first = await ask();
  if (first !== null) return first;
  await new Promise((resolve) => setTimeout(resolve, pause));
  return ask();
}

/** What comes within so many milliseconds; null after them. */
async function within<T>(limit: number, coming: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(resolve, limit, null)));
  try {
    return await Promise.race([coming, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What lies in a part, by offsets into it; of what reaches beyond it, what lies in it. Named twice at the same place counts once. */
export function symbolsIn(part: TextRange, symbols: readonly FlatSymbol[]): TextSymbol[] {
  const found = new Map<string, FlatSymbol>();
  for (const { name, kind, start, end } of symbols) {
    const cut = { name, kind, start: Math.max(start, part.start) - part.start, end: Math.min(end, part.end) - part.start };
    if (cut.start < cut.end) found.set(`${start} ${end} ${name}`, cut);
  }
  return nest([...found.values()]);
}

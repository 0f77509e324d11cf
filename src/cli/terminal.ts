/** What the commands are given of the world: where to print, where things lie, and when to stop. */

import type { Progress } from '../protocol/rpc.ts';

export interface Terminal {
  /** Prints to standard output. */
  print(text: string): void;
  /** Prints a remark to standard error: a fall back, a cut text. */
  note(text: string): void;
  /** Shows work under way on one line, where someone is looking; says nothing otherwise. */
  progress(progress: Progress): void;
  readonly signal: AbortSignal;
  readonly modelsFolder: string;
  /** The bundle of the inference process. */
  readonly inferenceEntry: string;
  /** Where the views were built to, the page of reports among them. */
  readonly viewsFolder: string;
  /** The parser of Python: tree-sitter and its grammar, as WebAssembly. */
  readonly pythonEngine: string;
  readonly pythonGrammar: string;
  /** What was measured of the formulas when this was built. */
  readonly formulaFacts: string;
  /** The pages of the rules. */
  readonly rulesFolder: string;
  /** Version of Genlens. */
  readonly version: string;
  /** Called when the command is interrupted, whatever it is doing; for what must not be left behind. Returns a way to take it back. */
  onInterrupt(cleanUp: () => void): () => void;
}

const clearLine = '\r\u001b[K';

/** A terminal on this process's streams. */
export function processTerminal(places: Omit<Terminal, 'print' | 'note' | 'progress'>): Terminal {
  const watched = process.stderr.isTTY;
  let shown = false;
  const clear = (): void => {
    if (shown) process.stderr.write(clearLine);
    shown = false;
  };
  return {
    ...places,
    print: (text) => {
      clear();
      process.stdout.write(text);
    },
    note: (text) => {
      clear();
      process.stderr.write(`genlens: ${text}\n`);
    },
    progress: ({ message, fraction }) => {
      if (!watched) return;
      process.stderr.write(`${clearLine}${message}${fraction === undefined ? '' : ` ${Math.round(fraction * 100)} %`}`);
      shown = true;
    },
  };
}

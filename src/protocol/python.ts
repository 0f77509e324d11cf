/** The messages between the extension host and the thread that reads Python. */

/** A class or a function of a text. */
export interface PythonSymbol {
  name: string;
  /** A method is a function whose nearest definition around it is a class. */
  kind: 'class' | 'function' | 'method';
  /** UTF-16 offsets of the whole definition, decorators included; end exclusive. */
  start: number;
  end: number;
  /** Definitions around it. */
  depth: number;
}

export interface PythonReading {
  /**
   * The definitions of a text, in the order in which they begin. The text may be anything: a part of a file, a cell with magics, code
   * that is being written.
   */
  outline(params: { text: string }): PythonSymbol[];
}

import * as vscode from 'vscode';
import type { TextSymbols } from '../../../protocol/attention.ts';
import { messageOf } from '../../../protocol/errors.ts';
import type { PythonReader } from '../../../python/client.ts';
import { log } from '../../log/log.ts';
import type { Explanation } from '../explanation.ts';
import { windowOf } from '../subject.ts';
import { cutWindow, windowLimit, type TextRange } from '../window.ts';
import { editorSymbols, type FlatSymbol } from './editorSymbols.ts';
import { findSymbols, type SymbolSources } from './textSymbols.ts';

/** UTF-16 units that are read around the text that was run, to know what holds it. */
const readingLimit = 2 * windowLimit;

/** Finds the symbols of texts that were run, each once: what was found stays the same while the text is shown. */
export class SymbolFinder {
  readonly #reader: PythonReader;
  readonly #found = new WeakMap<Explanation, Promise<TextSymbols>>();

  constructor(reader: PythonReader) {
    this.#reader = reader;
  }

  async of(explanation: Explanation): Promise<TextSymbols> {
    let found = this.#found.get(explanation);
    if (!found) this.#found.set(explanation, (found = this.#find(explanation)));
    const { source } = await found;
    // Language support may have started by the next time, or the text stand again where it was edited.
    if (source === 'none') this.#found.delete(explanation);
    return found;
  }

  async #find(explanation: Explanation): Promise<TextSymbols> {
    try {
      return await findSymbols(await this.#sources(explanation));
    } catch (error) {
      log().warn(`The symbols of the text were not found: ${messageOf(error)}`);
      return { source: 'none', symbols: [] };
    }
  }

  async #sources(explanation: Explanation): Promise<SymbolSources> {
    const { result, taken, language } = explanation;
    if (!result) return {};
    const place = await explanation.place().catch(() => null);
    const part = place && { start: place.start, end: place.start + result.text.length };
    const sure = language === 'python';
    // Of a prompt, and of text without a language, what is found decides.
    const mayBePython = sure || language === null || language === 'plaintext';
    const reading = (place && part && around(place.document.getText(), part)) ?? { text: taken.text, part: windowOf(result.run, taken) };
    return {
      ...(place && part && { editor: { ask: () => askEditor(place.document), part } }),
      ...(mayBePython && { python: { read: () => this.#reader.outline({ text: reading.text }), part: reading.part, sure } }),
    };
  }
}

/** What is read of a document for a part of it; null where the part's lines are too long to be read whole. */
function around(text: string, part: TextRange): { text: string; part: TextRange } | null {
  const { start, end } = cutWindow(text, Math.floor((part.start + part.end) / 2), readingLimit);
  if (part.start < start || part.end > end) return null;
  return { text: text.slice(start, end), part: { start: part.start - start, end: part.end - start } };
}

/** The document's symbols as it is now; null as well when it was edited before they came, or its language support failed. */
async function askEditor(document: vscode.TextDocument): Promise<FlatSymbol[] | null> {
  const { version } = document;
  let answer: unknown;
  try {
    answer = await vscode.commands.executeCommand('vscode.executeDocumentSymbolProvider', document.uri);
  } catch (error) {
    log().debug(`The editor names no symbols: ${messageOf(error)}`);
  }
  if (document.version !== version) return null;
  return editorSymbols(answer, ({ line, character }) => document.offsetAt(new vscode.Position(Math.max(0, line), Math.max(0, character))));
}

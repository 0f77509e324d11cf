/** *Formula of the Selection*: LaTeX of the Python that is selected, on the clipboard and in a panel that is linked to the code. */

import { posix } from 'node:path';
import * as vscode from 'vscode';
import { panels } from '../../../contributions.ts';
import { plainLatex } from '../../../formulas/formula.ts';
import { messageOf } from '../../../protocol/errors.ts';
import type { CodePlace, FormulaHost, FormulaPage, ShownFormula } from '../../../protocol/formula.ts';
import type { Handlers } from '../../../protocol/rpc.ts';
import type { CodeLatex } from '../../../protocol/python.ts';
import type { PythonReader } from '../../../python/client.ts';
import { palettes, termColour } from '../../../typeset/palette.ts';
import type { Typesetter } from '../../../typeset/client.ts';
import { cellOf } from '../../documents.ts';
import { copyText } from '../../clipboard.ts';
import { log } from '../../log/log.ts';
import { SinglePanel } from '../../singlePanel.ts';
import { levelsFor } from '../diagnostics/level.ts';
import { inForce } from '../diagnostics/levels.ts';
import type { FormulaFinder } from '../finder.ts';
import type { Marked } from '../markRequest.ts';
import { offsetIn, openSource, placesOf, sourceOf, type Source } from '../source.ts';
import type { TermMarks } from '../termMarks.ts';
import { themeKind } from '../theme.ts';
import { faultsIn, namesIn, parsePlace, shownFormula } from './shown.ts';

export interface SelectionServices {
  readonly extensionUri: vscode.Uri;
  readonly python: PythonReader;
  readonly typesetter: Typesetter;
  readonly finder: FormulaFinder;
  readonly marks: TermMarks;
}

interface Shown {
  readonly version: string;
  readonly read: CodeLatex;
  readonly formula: ShownFormula;
}

export class SelectionFormula implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #services: SelectionServices;
  readonly #subscriptions: vscode.Disposable[];
  readonly #panel: SinglePanel<FormulaHost, FormulaPage>;
  #shown: Shown | null = null;

  constructor(services: SelectionServices) {
    this.#services = services;
    const { extensionUri, marks } = services;
    this.#panel = new SinglePanel({
      ...{ extensionUri, type: panels.formula, title: 'Formula', view: 'formula', beside: true },
      icon: vscode.Uri.joinPath(extensionUri, 'media', 'genlens.svg'),
      handlers: () => this.#handlers(),
      closed: () => {
        this.#shown = null;
        marks.clear();
      },
    });
    this.#subscriptions = [
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.#follow(textEditor)),
      vscode.workspace.onDidChangeTextDocument(() => this.#checkVersion()),
    ];
  }

  /** Of the active editor: its selection, or what is around the cursor. */
  async run(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    const source = editor && sourceOf(editor.document);
    const start = source && offsetIn(source, editor.document, editor.selection.start);
    const end = source && offsetIn(source, editor.document, editor.selection.end);
    if (!source || start === null || end === null || start === undefined || end === undefined) {
      void vscode.window.showInformationMessage(
        'There is no Python to read. Select an expression in a Python file or cell, or put the cursor into one, and run Formula of the Selection again.',
      );
      return;
    }
    try {
      const shown = await this.#read(source, start, end);
      if (!shown) {
        void vscode.window.showInformationMessage(
          'There is no expression or function at the cursor. Select one, or put the cursor into one, and run Formula of the Selection again.',
        );
        return;
      }
      await copyText(plainLatex(shown.formula.latex), 'LaTeX');
      this.#show(shown);
    } catch (error) {
      void vscode.window.showErrorMessage(`The formula could not be read: ${messageOf(error)}`);
    }
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const place = parsePlace(state);
    if (!place || this.#panel.isOpen) {
      panel.dispose();
      return;
    }
    this.#panel.restore(panel);
    // While the editor starts, a first reading may take longer than it is given.
    if (!(await this.#again(place)) && !(await this.#again(place))) panel.dispose();
  }

  dispose(): void {
    this.#panel.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #read(source: Source, start: number, end: number): Promise<Shown | null> {
    const { python, finder, typesetter } = this.#services;
    const { uri, text, version } = source;
    const read = await python.latex({ text, start, end });
    if (!read) return null;
    // What else is known of it is more than was asked for: without that there still is the formula.
    const said = await finder
      .at(source, { start: read.start, end: read.start })
      .then(async (all) => {
        const levelOf = levelsFor(uri);
        const findings = inForce(all, levelOf);
        const known = await typesetter.names({ ids: findings.flatMap(({ formula }) => formula ?? []) });
        return { names: namesIn(read, findings, known), faults: faultsIn(read, findings, levelOf) };
      })
      .catch(() => ({ names: [], faults: [] }));
    return { version, read, formula: shownFormula(uri, text, read, placeName(source, read), said) };
  }

  /** Reads a place again; false where there is no code any more. */
  async #again({ uri, start, end }: CodePlace): Promise<boolean> {
    try {
      const source = openSource(uri) ?? (await opened(uri));
      const shown = source && (await this.#read(source, Math.min(start, source.text.length), Math.min(end, source.text.length)));
      if (shown) this.#show(shown);
      return Boolean(shown);
    } catch (error) {
      log().warn(`The formula of ${uri} could not be read again: ${messageOf(error)}`);
      return false;
    }
  }

  #show(shown: Shown): void {
    this.#shown = shown;
    this.#panel.show();
    this.#panel.tell((page) => page.show(shown.formula));
  }

  #handlers(): Handlers<FormulaHost> {
    return {
      ready: () => {
        const shown = this.#shown;
        if (shown) this.#panel.tell((page) => page.show(shown.formula));
        this.#checkVersion();
      },
      pointed: ({ term }) => this.#mark(term),
      chosen: async ({ term }) => {
        const marks = this.#marksOf(term);
        if (marks && this.#shown) await this.#services.marks.show({ ...this.#reference(this.#shown), marks });
      },
      again: async () => {
        if (this.#shown && !(await this.#again(this.#shown.formula.from))) {
          void vscode.window.showInformationMessage('The code is not there any more. Select it again, and run Formula of the Selection.');
        }
      },
    };
  }

  #mark(term: string | null): void {
    const marks = term === null ? null : this.#marksOf(term);
    if (marks && this.#shown) this.#services.marks.mark({ ...this.#reference(this.#shown), marks });
    else this.#services.marks.clear();
  }

  #marksOf(term: string): Marked[] | null {
    const variables = this.#shown?.read.variables ?? [];
    const index = variables.findIndex(({ id }) => id === term);
    const variable = variables[index];
    return variable ? [{ colour: termColour(palettes[themeKind()], index), spans: variable.spans }] : null;
  }

  #reference({ version, formula }: Shown): { uri: string; version: string } {
    return { uri: formula.from.uri, version };
  }

  /** Lights the term that the cursor is on. */
  #follow({ document, selection }: vscode.TextEditor): void {
    const shown = this.#shown;
    if (!shown || !this.#panel.page) return;
    const uri = (cellOf(document)?.notebook.uri ?? document.uri).toString();
    if (uri !== shown.formula.from.uri) return;
    const source = openSource(uri);
    const offset = source?.version === shown.version ? offsetIn(source, document, selection.active) : null;
    const variable = shown.read.variables.find(
      ({ spans }) => offset !== null && spans.some(({ start, end }) => start <= offset && offset <= end),
    );
    this.#panel.tell((page) => page.light({ term: variable?.id ?? null }));
  }

  #checkVersion(): void {
    const shown = this.#shown;
    if (!shown || !this.#panel.page) return;
    const stale = openSource(shown.formula.from.uri)?.version !== shown.version;
    this.#panel.tell((page) => page.stale({ stale }));
  }
}

/** A file or notebook that is not open, without showing it. */
async function opened(uri: string): Promise<Source | null> {
  const address = vscode.Uri.parse(uri, true);
  if (address.scheme === 'untitled') return null;
  if (address.path.endsWith('.ipynb')) await vscode.workspace.openNotebookDocument(address);
  else await vscode.workspace.openTextDocument(address);
  return openSource(uri);
}

/** "a.py, line 3", "a.py, lines 3–9", "a.ipynb, cell 2, line 1". */
function placeName(source: Source, read: CodeLatex): string {
  const places = placesOf(source, { start: read.start, end: Math.max(read.end, read.start + 1) });
  const [first, last] = [places[0], places.at(-1)];
  const name = posix.basename(vscode.Uri.parse(source.uri).path);
  if (!first || !last) return name;
  const cell = cellOf(first.document);
  const [from, to] = [first.range.start.line + 1, last.range.end.line + 1];
  const lines = from === to || first.document !== last.document ? `line ${from}` : `lines ${from}–${to}`;
  return [name, ...(cell ? [`cell ${cell.index + 1}`] : []), lines].join(', ');
}

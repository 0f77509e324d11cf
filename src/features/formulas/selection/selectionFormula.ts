/** *Formula of the Selection*: LaTeX of the Python that is selected, on the clipboard and in a panel that is linked to the code. */

import { posix } from 'node:path';
import * as vscode from 'vscode';
import { panels } from '../../../contributions.ts';
import { plainLatex } from '../../../formulas/formula.ts';
import { messageOf } from '../../../protocol/errors.ts';
import type { CodePlace, FormulaHost, FormulaPage, ShownFormula } from '../../../protocol/formula.ts';
import type { CodeLatex } from '../../../protocol/python.ts';
import type { PythonReader } from '../../../python/client.ts';
import { palettes, termColour } from '../../../typeset/palette.ts';
import type { Typesetter } from '../../../typeset/client.ts';
import { cellOf } from '../../documents.ts';
import { log } from '../../log/log.ts';
import { viewPage, viewsFolder } from '../../page.ts';
import { openSession, type PageSession } from '../../pageSession.ts';
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
  #panel: vscode.WebviewPanel | null = null;
  #session: PageSession<FormulaPage> | null = null;
  #shown: Shown | null = null;

  constructor(services: SelectionServices) {
    this.#services = services;
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
      await vscode.env.clipboard.writeText(plainLatex(shown.formula.latex));
      vscode.window.setStatusBarMessage('$(check) LaTeX copied', 3_000);
      this.#show(shown);
    } catch (error) {
      void vscode.window.showErrorMessage(`The formula could not be read: ${messageOf(error)}`);
    }
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const place = parsePlace(state);
    if (!place || this.#panel) {
      panel.dispose();
      return;
    }
    panel.webview.options = this.#webviewOptions;
    this.#adopt(panel);
    if (!(await this.#again(place))) panel.dispose();
  }

  dispose(): void {
    this.#panel?.dispose();
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
    if (this.#panel) this.#panel.reveal(undefined, true);
    else {
      const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
      this.#adopt(vscode.window.createWebviewPanel(panels.formula, 'Formula', column, this.#webviewOptions));
    }
    this.#tell((page) => page.show(shown.formula));
  }

  #adopt(panel: vscode.WebviewPanel): void {
    this.#panel = panel;
    panel.iconPath = vscode.Uri.joinPath(this.#services.extensionUri, 'media', 'genlens.svg');
    this.#open(panel);
    panel.onDidChangeViewState(() => {
      if (!panel.visible) this.#close();
      else if (!this.#session) this.#open(panel);
    });
    panel.onDidDispose(() => {
      this.#close();
      this.#panel = this.#shown = null;
      this.#services.marks.clear();
    });
    panel.webview.html = viewPage(panel.webview, this.#services.extensionUri, { title: 'Formula', view: 'formula' });
  }

  #open(panel: vscode.WebviewPanel): void {
    this.#session = openSession<FormulaHost, FormulaPage>(
      panel.webview,
      {
        ready: () => {
          const shown = this.#shown;
          if (shown) this.#tell((page) => page.show(shown.formula));
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
      },
      (method, error) => log().debug(`${method}: ${messageOf(error)}`),
    );
  }

  #close(): void {
    this.#session?.dispose();
    this.#session = null;
  }

  /** A page that is not shown is told when it is ready. */
  #tell(call: (page: PageSession<FormulaPage>['page']) => Promise<unknown>): void {
    if (this.#session) call(this.#session.page).catch((error: unknown) => log().debug(messageOf(error)));
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
    if (!shown || !this.#session) return;
    const uri = (cellOf(document)?.notebook.uri ?? document.uri).toString();
    if (uri !== shown.formula.from.uri) return;
    const source = openSource(uri);
    const offset = source?.version === shown.version ? offsetIn(source, document, selection.active) : null;
    const variable = shown.read.variables.find(
      ({ spans }) => offset !== null && spans.some(({ start, end }) => start <= offset && offset <= end),
    );
    this.#tell((page) => page.light({ term: variable?.id ?? null }));
  }

  #checkVersion(): void {
    const shown = this.#shown;
    if (!shown || !this.#session) return;
    const stale = openSource(shown.formula.from.uri)?.version !== shown.version;
    this.#tell((page) => page.stale({ stale }));
  }

  get #webviewOptions(): vscode.WebviewOptions & vscode.WebviewPanelOptions {
    return { enableScripts: true, localResourceRoots: [viewsFolder(this.#services.extensionUri)] };
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

/** What is wrong with the formulas of open files and notebooks, where the editor shows problems. */

import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { settings } from '../../../contributions.ts';
import { messageOf } from '../../../protocol/errors.ts';
import { shownInTabs } from '../../documents.ts';
import { log } from '../../log/log.ts';
import { setting } from '../../settings.ts';
import type { Finding } from '../../../protocol/python.ts';
import type { FormulaFinder } from '../finder.ts';
import { openSource, sourceUri, type Source } from '../source.ts';
import { levelsFor, onLevelsChanged } from './level.ts';
import { shownOf, type ShownDiagnostic } from './shown.ts';

interface Watched {
  /** Set while an edited text is not checked yet. */
  waiting: NodeJS.Timeout | undefined;
  source: Source | null;
  shown: readonly ShownDiagnostic[];
}

/** Milliseconds without a key after which an edited text is checked. */
const pause = 300;
/** How often a text is checked that cannot be. */
const attempts = 4;

export class FormulaDiagnostics implements vscode.Disposable {
  readonly #finder: FormulaFinder;
  readonly #collection = vscode.languages.createDiagnosticCollection('genlens');
  readonly #subscriptions: { dispose(): unknown }[];
  /** By address. */
  readonly #watched = new Map<string, Watched>();
  /** What nobody sees is checked one after the other. */
  #queue: Promise<void> = Promise.resolve();

  constructor(finder: FormulaFinder) {
    this.#finder = finder;
    const follow = (): void => this.#follow();
    this.#subscriptions = [
      this.#collection,
      // A long text is told of part by part the first time; afterwards what was told stands until all is known again.
      finder.onKnown(({ uri, version, findings }) => {
        const source = this.#watched.get(uri)?.shown.length === 0 ? openSource(uri) : null;
        if (source?.version === version) this.#show(source, findings);
      }),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (document.languageId === 'python' && contentChanges.length > 0) this.#later(sourceUri(document), pause);
      }),
      vscode.workspace.onDidChangeNotebookDocument(({ notebook, contentChanges }) => {
        if (contentChanges.length > 0) this.#later(notebook.uri.toString(), pause);
      }),
      vscode.workspace.onDidOpenTextDocument(follow),
      vscode.workspace.onDidOpenNotebookDocument(follow),
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.#collection.delete(document.uri);
        this.#follow();
      }),
      vscode.workspace.onDidCloseNotebookDocument(follow),
      vscode.window.tabGroups.onDidChangeTabs(follow),
      onLevelsChanged(() => {
        for (const uri of this.#watched.keys()) this.#later(uri, 0);
      }),
    ];
    this.#follow();
  }

  /** What is shown of a document; nothing while that is of an older text. */
  of(document: vscode.TextDocument): readonly ShownDiagnostic[] {
    const watched = this.#watched.get(sourceUri(document));
    if (!watched?.source || openSource(watched.source.uri)?.version !== watched.source.version) return [];
    return watched.shown.filter((one) => one.document === document);
  }

  dispose(): void {
    for (const { waiting } of this.#watched.values()) clearTimeout(waiting);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** Files come and go. */
  #follow(): void {
    const open = checkable();
    for (const [uri, { waiting }] of this.#watched) {
      if (open.has(uri)) continue;
      clearTimeout(waiting);
      this.#hide(uri);
      this.#watched.delete(uri);
    }
    for (const uri of open) if (!this.#watched.has(uri)) this.#later(uri, 0);
  }

  #later(uri: string, milliseconds: number): void {
    const watched = this.#watched.get(uri) ?? { waiting: undefined, source: null, shown: [] };
    if (!this.#watched.has(uri) && !checkable().has(uri)) return;
    this.#watched.set(uri, watched);
    clearTimeout(watched.waiting);
    watched.waiting = setTimeout(() => {
      if (isSeen(uri)) void this.#check(uri);
      else this.#queue = this.#queue.then(() => this.#check(uri));
    }, milliseconds);
  }

  async #check(uri: string, attempt = 1): Promise<void> {
    if (!this.#watched.has(uri)) return;
    const source = setting(settings.formulaDiagnostics, vscode.Uri.parse(uri)) ? openSource(uri) : null;
    if (!source) return this.#hide(uri);
    try {
      const findings = await this.#finder.check(source);
      if (findings && openSource(uri)?.version === source.version) this.#show(source, findings);
    } catch (error) {
      // The thread may have died of another text: after a while, alone, this one may be read.
      if (attempt < attempts) {
        this.#queue = this.#queue.then(() => delay(attempt * pause)).then(() => this.#check(uri, attempt + 1));
        return;
      }
      log().warn(`The formulas of ${uri} were not checked: ${messageOf(error)}`);
      this.#hide(uri);
    }
  }

  #show(source: Source, findings: readonly Finding[]): void {
    const watched = this.#watched.get(source.uri);
    if (!watched) return;
    const before = watched.shown;
    watched.source = source;
    watched.shown = shownOf(source, findings, levelsFor(source.uri));
    this.#tell(before, watched.shown);
  }

  #hide(uri: string): void {
    const watched = this.#watched.get(uri);
    if (!watched) return;
    this.#tell(watched.shown, []);
    watched.source = null;
    watched.shown = [];
  }

  /** A notebook has several documents. */
  #tell(before: readonly ShownDiagnostic[], now: readonly ShownDiagnostic[]): void {
    const documents = new Set([...before, ...now].map(({ document }) => document));
    this.#collection.set(
      [...documents].map((document) => [document.uri, now.filter((one) => one.document === document).map(({ shown }) => shown)]),
    );
  }
}

/** Python that is open in tabs, by address: what only a program has opened is nobody's to mend. */
function checkable(): Set<string> {
  const inTabs = shownInTabs();
  const files = vscode.workspace.textDocuments.filter(({ languageId, isClosed }) => languageId === 'python' && !isClosed);
  // The tab of an interactive window says no address.
  const inTab = (uri: string, type: string): boolean => type === 'interactive' || inTabs.has(uri);
  const notebooks = vscode.workspace.notebookDocuments.filter(({ uri, notebookType }) => inTab(uri.toString(), notebookType));
  return new Set([
    ...files.map(({ uri }) => uri.toString()).filter((uri) => inTabs.has(uri)),
    ...notebooks.map(({ uri }) => uri.toString()),
  ]);
}

function isSeen(uri: string): boolean {
  const files = vscode.window.visibleTextEditors.map(({ document }) => document.uri);
  const notebooks = vscode.window.visibleNotebookEditors.map(({ notebook }) => notebook.uri);
  return [...files, ...notebooks].some((seen) => seen.toString() === uri);
}

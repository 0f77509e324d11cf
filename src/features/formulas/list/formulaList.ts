/** The view *Formulas in This File*: what the code of the active editor computes, by family. */

import * as vscode from 'vscode';
import { contextKeys, innerCommands, storageKeys, views } from '../../../contributions.ts';
import { messageOf } from '../../../protocol/errors.ts';
import type { Finding } from '../../../protocol/python.ts';
import type { Span } from '../../../maths/nesting.ts';
import type { Typesetter } from '../../../typeset/client.ts';
import { log } from '../../log/log.ts';
import { cellOf } from '../../documents.ts';
import { levelsFor, onLevelsChanged } from '../diagnostics/level.ts';
import { inForce, worstOf, type Level } from '../diagnostics/levels.ts';
import type { FormulaFinder, Known } from '../finder.ts';
import { cardHover } from '../cardHover.ts';
import { openSource, placesOf, type Source } from '../source.ts';
import { groupsOf, type Entry, type Group } from './groups.ts';
import { stillToRead } from './stillToRead.ts';

type Element = Group | Entry;

/** What stands in the view where no formula does. */
type State = 'none' | 'reading' | 'empty' | 'filled' | 'failed';

/** Milliseconds without a key after which an edited text is read again. */
const pause = 400;

/** Of what is wrong; a hint has none. */
const icons: Partial<Record<Level, vscode.ThemeIcon>> = {
  error: new vscode.ThemeIcon('error', new vscode.ThemeColor('problemsErrorIcon.foreground')),
  warning: new vscode.ThemeIcon('warning', new vscode.ThemeColor('problemsWarningIcon.foreground')),
  info: new vscode.ThemeIcon('info', new vscode.ThemeColor('problemsInfoIcon.foreground')),
};

export class FormulaList implements vscode.TreeDataProvider<Element>, vscode.Disposable {
  readonly #finder: FormulaFinder;
  readonly #typesetter: Typesetter;
  readonly #memento: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #view: vscode.TreeView<Element>;
  readonly #subscriptions: { dispose(): unknown }[];
  readonly onDidChangeTreeData = this.#changed.event;
  /** The file or notebook whose formulas are listed. */
  #uri: string | null = null;
  #source: Source | null = null;
  #groups: readonly Group[] = [];
  #waiting: NodeJS.Timeout | undefined;
  /** What was asked for last. */
  #asking: Source | null = null;
  #asked = 0;

  constructor(finder: FormulaFinder, typesetter: Typesetter, memento: vscode.Memento) {
    this.#finder = finder;
    this.#typesetter = typesetter;
    this.#memento = memento;
    this.#view = vscode.window.createTreeView<Element>(views.formulas, { treeDataProvider: this, showCollapseAll: true });
    this.#subscriptions = [
      this.#changed,
      this.#view,
      finder.onKnown((known) => this.#more(known)),
      onLevelsChanged(() => this.#list(this.#uri)),
      finder.onKnown((known) => this.#more(known)),
      this.#view.onDidChangeVisibility(({ visible }) => visible && this.#follow(vscode.window.activeTextEditor)),
      this.#view.onDidCollapseElement(({ element }) => this.#remember(element, true)),
      this.#view.onDidExpandElement(({ element }) => this.#remember(element, false)),
      // Their pictures have its colours.
      vscode.window.onDidChangeActiveColorTheme(() => this.#changed.fire(undefined)),
      vscode.window.onDidChangeActiveTextEditor((editor) => this.#follow(editor)),
      vscode.window.onDidChangeActiveNotebookEditor(() => this.#follow(vscode.window.activeTextEditor)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#isListed(document) && this.#later()),
      vscode.workspace.onDidChangeNotebookDocument(({ notebook }) => notebook.uri.toString() === this.#uri && this.#later()),
      vscode.workspace.onDidCloseTextDocument((document) => document.uri.toString() === this.#uri && this.#list(null)),
      vscode.workspace.onDidCloseNotebookDocument((notebook) => notebook.uri.toString() === this.#uri && this.#list(null)),
    ];
    this.#say('none');
    this.#follow(vscode.window.activeTextEditor);
  }

  getChildren(element?: Element): Element[] {
    if (!element) return [...this.#groups];
    return element.kind === 'family' ? [...element.entries] : [];
  }

  getParent(element: Element): Element | undefined {
    return element.kind === 'formula' ? this.#groups.find(({ entries }) => entries.includes(element)) : undefined;
  }

  getTreeItem(element: Element): vscode.TreeItem {
    return element.kind === 'family' ? this.#familyItem(element) : this.#formulaItem(element);
  }

  /** The picture, once it is pointed at. */
  async resolveTreeItem(item: vscode.TreeItem, element: Element, token: vscode.CancellationToken): Promise<vscode.TreeItem> {
    if (element.kind === 'family' || !this.#source) return item;
    const [tooltip] = await cardHover(this.#typesetter, this.#source, [element.finding], true).catch(() => []);
    if (tooltip && !token.isCancellationRequested) item.tooltip = tooltip;
    return item;
  }

  dispose(): void {
    clearTimeout(this.#waiting);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #familyItem({ family, entries }: Group): vscode.TreeItem {
    const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
    const item = new vscode.TreeItem(family, this.#collapsed.includes(family) ? Collapsed : Expanded);
    item.id = family;
    item.description = String(entries.length);
    item.accessibilityInformation = { label: `${family}, ${entries.length} ${entries.length === 1 ? 'formula' : 'formulas'}` };
    return item;
  }

  #formulaItem({ finding, label, line }: Entry): vscode.TreeItem {
    const item = new vscode.TreeItem(label);
    const worst = this.#source && worstOf(finding, levelsFor(this.#source.uri));
    const nearly = finding.equality === 'near miss' ? 'Nearly: ' : '';
    item.description = [...(finding.holder ? [finding.holder.name] : []), `line ${this.#lineInCell(finding.start) ?? line}`].join(', ');
    item.iconPath = (worst && icons[worst.level]) ?? new vscode.ThemeIcon(nearly === '' ? 'symbol-operator' : 'question');
    item.contextValue = 'formula';
    item.accessibilityInformation = { label: `${worst ? `${worst.message} ` : ''}${nearly}${label}, ${item.description}` };
    item.command = { command: innerCommands.goToFormula, title: 'Go to the formula', arguments: [this.#uri, finding.start, finding.end] };
    return item;
  }

  /** In a notebook: the cell, and the line in it. */
  #lineInCell(offset: number): string | null {
    const place = this.#source && placesOf(this.#source, { start: offset, end: offset + 1 })[0];
    const cell = place && cellOf(place.document);
    return place && cell ? `${place.range.start.line + 1} of cell ${cell.index + 1}` : null;
  }

  get #collapsed(): readonly string[] {
    return this.#memento.get<string[]>(storageKeys.collapsedFamilies, []);
  }

  #remember(element: Element, collapsed: boolean): void {
    if (element.kind !== 'family') return;
    const others = this.#collapsed.filter((family) => family !== element.family);
    void this.#memento.update(storageKeys.collapsedFamilies, collapsed ? [...others, element.family] : others);
  }

  #isListed(document: vscode.TextDocument): boolean {
    return document.uri.toString() === this.#uri || cellOf(document)?.notebook.uri.toString() === this.#uri;
  }

  /** Panels and outputs have no text of a file: while they have the focus, the list stays. */
  #follow(editor: vscode.TextEditor | undefined): void {
    if (!this.#view.visible) return;
    const notebook = vscode.window.activeNotebookEditor?.notebook;
    if (notebook) this.#list(notebook.uri.toString());
    else if (editor && editor.document.uri.scheme !== 'output') this.#list(editor.document.uri.toString());
    else if (vscode.window.tabGroups.all.every(({ tabs }) => tabs.length === 0)) this.#list(null);
  }

  #later(): void {
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.#list(this.#uri), pause);
  }

  #list(uri: string | null): void {
    clearTimeout(this.#waiting);
    if (!this.#view.visible && uri !== null) return;
    const source = uri === null ? null : openSource(uri);
    const another = uri !== this.#uri;
    this.#uri = source ? uri : null;
    if (!source) return this.#show(null, [], 'none');
    if (another) this.#show(source, [], 'reading');
    void this.#read(source);
  }

  /** What is listed is read on, or checked. */
  #more({ uri, version, findings, unread }: Known): void {
    const source = this.#asking;
    if (source?.uri !== uri || source.version !== version || findings.length === 0) return;
    void this.#fill(source, findings, this.#asked, unread).catch(() => undefined);
  }

  async #read(source: Source): Promise<void> {
    const asked = ++this.#asked;
    this.#asking = source;
    try {
      await this.#fill(source, await this.#finder.of(source), asked);
    } catch (error) {
      log().warn(`The formulas of ${source.uri} were not found: ${messageOf(error)}`);
      if (asked === this.#asked) this.#show(source, [], 'failed');
    }
  }

  async #fill(source: Source, known: readonly Finding[], asked: number, unread: readonly Span[] = []): Promise<void> {
    const findings = inForce(known, levelsFor(source.uri));
    const ids = [...new Set(findings.flatMap(({ formula }) => formula ?? []))];
    const names = ids.length === 0 ? [] : await this.#typesetter.names({ ids });
    if (asked !== this.#asked || source.uri !== this.#uri) return;
    this.#show(source, groupsOf(findings, names, source.text, lineFinder(source.text)), findings.length === 0 ? 'empty' : 'filled');
    this.#view.message = stillToRead(source.text, unread);
  }

  #show(source: Source | null, groups: readonly Group[], state: State): void {
    this.#source = source;
    this.#groups = groups;
    // In an empty view it would hide the words that stand there.
    this.#view.message = '';
    this.#say(state);
    this.#changed.fire(undefined);
  }

  #say(state: State): void {
    void vscode.commands.executeCommand('setContext', contextKeys.formulaList, state);
  }
}

/** The line, counted from 0, that an offset is on; offsets have to come in their order. */
function lineFinder(text: string): (offset: number) => number {
  let [line, at] = [0, 0];
  return (offset) => {
    for (let next = text.indexOf('\n', at); next >= 0 && next < offset; next = text.indexOf('\n', at)) {
      line++;
      at = next + 1;
    }
    return line;
  };
}

/** What the menu of a formula in the list passes to a command. */
export function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'formula' && 'finding' in value;
}

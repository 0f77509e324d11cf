/** The view *Formula*, which follows the frame in which a program has stopped. */

import { posix } from 'node:path';
import * as vscode from 'vscode';
import { views } from '../../../contributions.ts';
import type { FormulaChoice, ShownStop, StopHost, StopPage } from '../../../protocol/debugging.ts';
import type { Span } from '../../../maths/nesting.ts';
import { messageOf } from '../../../protocol/errors.ts';
import { palettes, termColour } from '../../../typeset/palette.ts';
import type { Typesetter } from '../../../typeset/client.ts';
import { log } from '../../log/log.ts';
import { viewPage, webviewOptions } from '../../page.ts';
import { openSession, type PageSession } from '../../pageSession.ts';
import { placesOf } from '../source.ts';
import type { TermMarks } from '../termMarks.ts';
import { themeKind } from '../theme.ts';
import { shownStatement } from './shownStop.ts';
import type { DebugReading, StoppedFormulas, StoppedReading, StoppedStatement } from './stoppedFormulas.ts';

/** Milliseconds that what is shown stays while something else is read. */
const patience = 400;

export interface StopViewServices {
  readonly extensionUri: vscode.Uri;
  readonly formulas: StoppedFormulas;
  readonly typesetter: Typesetter;
  readonly marks: TermMarks;
}

export class StopViewProvider implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly #services: StopViewServices;
  readonly #subscriptions: vscode.Disposable[];
  #session: PageSession<StopPage> | null = null;
  /** Where the statement starts that was chosen, and at which stop. */
  #choice: { readonly reading: StoppedReading; readonly start: number } | null = null;
  #statement: { readonly reading: StoppedReading; readonly statement: StoppedStatement } | null = null;
  #drawn = 0;

  constructor(services: StopViewServices) {
    this.#services = services;
    this.#subscriptions = [
      services.formulas.onDidChange(() => void this.#draw()),
      vscode.window.registerWebviewViewProvider(views.stopped, this),
    ];
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const { extensionUri } = this.#services;
    view.webview.options = webviewOptions(extensionUri);
    this.#session?.dispose();
    const session = openSession<StopHost, StopPage>(view.webview, {
      ready: () => this.#draw(),
      pointed: ({ id }) => this.#mark(id),
      chosen: async ({ id }) => {
        const request = this.#marksOf(id);
        if (request) await this.#services.marks.show(request);
      },
      choose: ({ start }) => {
        const { current } = this.#services.formulas;
        if (current.kind === 'read') this.#choice = { reading: current.reading, start };
        return this.#draw();
      },
    });
    this.#session = session;
    view.onDidDispose(() => {
      session.dispose();
      if (this.#session === session) this.#session = null;
      this.#services.marks.clear();
    });
    view.onDidChangeVisibility(() => view.visible && void this.#draw());
    view.webview.html = viewPage(view.webview, extensionUri, { title: 'Formula', view: 'debugging' });
  }

  dispose(): void {
    this.#session?.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #draw(): Promise<void> {
    const session = this.#session;
    if (!session) return;
    const drawn = ++this.#drawn;
    // A step is shorter than that: what it ends is not taken away and put back.
    const { kind } = this.#services.formulas.current;
    if (kind === 'running' || kind === 'reading') await new Promise((resolve) => setTimeout(resolve, patience));
    if (drawn !== this.#drawn) return;
    try {
      const shown = await this.#shown(this.#services.formulas.current);
      if (drawn === this.#drawn && this.#session === session) await session.page.show(shown);
    } catch (error) {
      log().debug(`The formula at the stop is not shown: ${messageOf(error)}`);
    }
  }

  async #shown(current: DebugReading): Promise<ShownStop> {
    this.#statement = null;
    const empty = (words: string, more: Partial<ShownStop> = {}): ShownStop =>
      ({ kind: 'empty', words, choices: [], isBusy: false, ...more }) as ShownStop;
    switch (current.kind) {
      case 'none':
        return empty(
          'Debug a Python program: when it stops on a line that computes a formula, its terms are shown here with their values.',
        );
      case 'running':
        return empty('The program runs. Values are shown when it stops: at a breakpoint, by a step or by a pause.');
      case 'unsupported':
        return empty('This debugger is not supported: values are read of Python that debugpy runs (the types python and debugpy).');
      case 'elsewhere':
        return empty('The program has stopped in code that has no file. Choose another frame in the call stack.');
      case 'noPython':
        return empty('The program has stopped in a file that is not open as Python. Choose another frame in the call stack.');
      case 'failed':
        return empty(`The formula could not be read: ${current.why}`);
      case 'reading':
        return empty('Reading the values…', { isBusy: true });
      case 'read':
        return this.#shownReading(current.reading, empty);
    }
  }

  async #shownReading(reading: StoppedReading, empty: (words: string, more?: Partial<ShownStop>) => ShownStop): Promise<ShownStop> {
    const { statements, document, stop } = reading;
    const chosenStart = this.#choice?.reading === reading ? this.#choice.start : null;
    const statement =
      statements.find(({ terms }) => terms.start === chosenStart) ??
      statements.find(({ standing }) => standing === 'here' || standing === 'within');
    const names = await this.#names(statements);
    const lineOf = (one: StoppedStatement): string => {
      const [place] = placesOf(reading.source, one.terms);
      return `line ${(place?.range.start.line ?? 0) + 1}`;
    };
    const choices = statements.map((one): FormulaChoice => ({
      name: names.get(one) ?? '',
      place: lineOf(one),
      start: one.terms.start,
      chosen: one === statement,
    }));
    const file = posix.basename(document.uri.path);
    if (!statement) {
      return statements.length === 0
        ? empty(
            `No formula is known in ${stop.name === '<module>' || stop.name === '' ? file : stop.name}. Step on, or choose another frame in the call stack.`,
          )
        : empty(`No formula on line ${stop.line + 1}. In this function:`, { choices });
    }
    this.#statement = { reading, statement };
    return shownStatement({
      name: names.get(statement) ?? '',
      place: `${file}, ${lineOf(statement)}`,
      terms: statement.terms,
      standing: statement.standing,
      valueAt: reading.valueAt,
      computed: await reading.computed(statement),
      problem: reading.problem,
      choices,
    });
  }

  async #names(statements: readonly StoppedStatement[]): Promise<Map<StoppedStatement, string>> {
    const ids = [...new Set(statements.flatMap(({ findings }) => findings.flatMap(({ formula }) => formula ?? [])))];
    const known = ids.length === 0 ? [] : await this.#services.typesetter.names({ ids });
    const nameOf = (id: string | null): string[] => known.filter((one) => one.id === id).map(({ name }) => name);
    return new Map(
      statements.map((statement) => {
        const names = [...new Set(statement.findings.flatMap(({ formula }) => nameOf(formula)))];
        return [statement, names.length === 0 ? 'What this computes' : names.join(', ')];
      }),
    );
  }

  #mark(id: string | null): void {
    const request = id === null ? null : this.#marksOf(id);
    if (request) this.#services.marks.mark(request);
    else this.#services.marks.clear();
  }

  #marksOf(id: string): Parameters<TermMarks['mark']>[0] | null {
    if (!this.#statement) return null;
    const { reading, statement } = this.#statement;
    const { variables, terms } = statement.terms;
    const spans: readonly Span[] = variables.find((one) => one.id === id)?.spans ?? terms.filter((one) => one.id === id);
    if (spans.length === 0) return null;
    const index = variables.findIndex((one) => one.id === id);
    const colour = termColour(palettes[themeKind()], Math.max(0, index));
    const { uri, version } = reading.source;
    return { uri, version, marks: [{ colour, spans: spans.map(({ start, end }) => ({ start, end })) }] };
  }
}

/** The formulas of the frame in which a program has stopped, with what the program holds for them: read once a stop, by one request. */

import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { Span } from '../../../maths/nesting.ts';
import { messageOf } from '../../../protocol/errors.ts';
import type { Finding } from '../../../protocol/python.ts';
import type { ProgramValue, StatementTerms, StatementValues, ValuePath } from '../../../protocol/terms.ts';
import type { PythonReader } from '../../../python/client.ts';
import { log } from '../../log/log.ts';
import type { FormulaFinder } from '../finder.ts';
import { offsetIn, sourceOf, type Source } from '../source.ts';
import { readingExpression } from './expression.ts';
import { formulasOf, functionAt, standingOf, type Standing } from './frame.ts';
import { parseReply, type Reply } from './reply.ts';
import { ask, type DebugState, type Stop, type Stops } from './stops.ts';

/** A statement that computes one or more formulas. */
export interface StoppedStatement {
  /** In the order in which they were found. */
  readonly findings: readonly Finding[];
  readonly terms: StatementTerms;
  readonly standing: Standing;
}

export interface StoppedReading {
  readonly stop: Stop;
  readonly document: vscode.TextDocument;
  readonly source: Source;
  /** In the order of the text. */
  readonly statements: readonly StoppedStatement[];
  /** Why no values could be read; null where they were. */
  readonly problem: string | null;
  readonly valueAt: (path: ValuePath) => ProgramValue;
  /** Its terms, computed when they are first asked for. */
  readonly computed: (statement: StoppedStatement) => Promise<StatementValues | null>;
}

export type DebugReading =
  | Exclude<DebugState, { readonly kind: 'stopped' }>
  | { readonly kind: 'noPython' }
  | { readonly kind: 'reading'; readonly stop: Stop }
  | { readonly kind: 'read'; readonly reading: StoppedReading };

/** Milliseconds that inline values wait for what is read of their stop. */
const patience = 10_000;
/** Statements of one function, and what is asked of the program. */
const most = { statements: 40, paths: 400 };

export interface StoppedServices {
  readonly stops: Stops;
  readonly finder: FormulaFinder;
  readonly python: PythonReader;
  /** readValues.py */
  readonly code: string;
}

export class StoppedFormulas implements vscode.Disposable {
  readonly #services: StoppedServices;
  readonly #changed = new vscode.EventEmitter<DebugReading>();
  readonly #subscriptions: vscode.Disposable[];
  readonly onDidChange = this.#changed.event;
  #code: Promise<string> | null = null;
  #current: DebugReading = { kind: 'none' };
  #asked = 0;

  constructor(services: StoppedServices) {
    this.#services = services;
    this.#subscriptions = [
      this.#changed,
      services.stops.onDidChange((state) => void this.#follow(state)),
      // What was read of a text that is another now stands elsewhere.
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0 && this.#current.kind === 'read' && this.#current.reading.document === document)
          void this.#follow(services.stops.state);
      }),
    ];
    void this.#follow(services.stops.state);
  }

  get current(): DebugReading {
    return this.#current;
  }

  /** What was read of the stop in a document; null where there is nothing. */
  readingOf(document: vscode.TextDocument): StoppedReading | null {
    const current = this.#current;
    return current.kind === 'read' && this.#services.stops.isSettled && current.reading.document === document ? current.reading : null;
  }

  /** What is read of a stop, once it is; null where it is not read any more. */
  async whenRead(frameId: number, token: vscode.CancellationToken): Promise<StoppedReading | null> {
    const found = (current: DebugReading): StoppedReading | null =>
      current.kind === 'read' && current.reading.stop.frameId === frameId ? current.reading : null;
    const isOver = ({ kind }: DebugReading): boolean => kind !== 'reading' && kind !== 'running';
    // Frames of one stop and the next may have the same number.
    if (this.#services.stops.isSettled && isOver(this.#current)) return found(this.#current);
    const waiting: vscode.Disposable[] = [];
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<StoppedReading | null>((resolve) => {
        waiting.push(
          this.#changed.event((current) => isOver(current) && resolve(found(current))),
          token.onCancellationRequested(() => resolve(null)),
        );
        timer = setTimeout(resolve, patience, null);
      });
    } finally {
      clearTimeout(timer);
      for (const one of waiting) one.dispose();
    }
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #follow(state: DebugState): Promise<void> {
    const asked = ++this.#asked;
    const set = (current: DebugReading): void => {
      if (asked !== this.#asked) return;
      this.#current = current;
      this.#changed.fire(current);
    };
    if (state.kind !== 'stopped') return set(state);
    set({ kind: 'reading', stop: state.stop });
    try {
      const reading = await this.#read(state.stop);
      set(reading ? { kind: 'read', reading } : { kind: 'noPython' });
    } catch (error) {
      const why = messageOf(error);
      log().warn(`The formulas at the stop were not read: ${why}`);
      set({ kind: 'failed', why });
    }
  }

  async #read(stop: Stop): Promise<StoppedReading | null> {
    const { finder, python } = this.#services;
    const document = await vscode.workspace.openTextDocument(stop.uri);
    const source = sourceOf(document);
    if (!source || stop.line < 0 || stop.line >= document.lineCount) return null;
    const line = lineIn(source, document, stop.line);
    if (!line) return null;
    const [found, symbols] = await Promise.all([finder.allAt(source, line), python.outline({ text: source.text })]);
    const formulas = formulasOf(found, functionAt(symbols, line)).slice(0, most.statements);
    const statements: StoppedStatement[] = [];
    for (const finding of formulas) {
      const terms = await python.terms({ text: source.text, start: finding.start, end: finding.end });
      if (!terms) continue;
      const known = statements.findIndex((one) => one.terms.start === terms.start);
      if (known >= 0) statements[known] = { ...statements[known]!, findings: [...statements[known]!.findings, finding] };
      else statements.push({ findings: [finding], terms, standing: standingOf(terms, line, stop.isInnermost) });
    }
    const { reply, problem } = await this.#values(stop, pathsOf(statements));
    return openReading({ stop, document, source, statements, problem }, reply, python);
  }

  async #values({ session, frameId }: Stop, paths: readonly ValuePath[]): Promise<{ reply: Reply; problem: string | null }> {
    const nothing: Reply = { values: [], autocast: false };
    if (paths.length === 0) return { reply: nothing, problem: null };
    try {
      const code = await (this.#code ??= readFile(this.#services.code, 'utf8'));
      // As for the clipboard it is not cut short.
      const request = { expression: readingExpression(code, paths), frameId, context: 'clipboard' };
      return { reply: parseReply(await ask(session, 'evaluate', request), paths), problem: null };
    } catch (error) {
      this.#code = null;
      log().warn(`The values at the stop were not read: ${messageOf(error)}`);
      return { reply: nothing, problem: messageOf(error) };
    }
  }
}

function openReading(
  read: Omit<StoppedReading, 'valueAt' | 'computed'>,
  { values, autocast }: Reply,
  python: PythonReader,
): StoppedReading {
  const known = new Map(values.map(([path, value]) => [JSON.stringify(path), value]));
  const computed = new Map<StoppedStatement, Promise<StatementValues | null>>();
  return {
    ...read,
    valueAt: (path) => known.get(JSON.stringify(path)) ?? { kind: 'unread', why: read.problem ?? 'was not asked for' },
    computed: (statement) => {
      let asked = computed.get(statement);
      if (!asked) {
        const { start, end } = statement.terms;
        const own = new Set(pathsOf([statement]).map((path) => JSON.stringify(path)));
        const given = values.filter(([path]) => own.has(JSON.stringify(path)));
        asked = python.termValues({ text: read.source.text, start, end, values: given, autocast });
        computed.set(statement, asked);
      }
      return asked;
    },
  };
}

/** Each once. */
function pathsOf(statements: readonly StoppedStatement[]): ValuePath[] {
  const paths = statements.flatMap(({ terms: { variables, target } }) => [
    ...variables.map(({ path }) => path),
    ...(target ? [target.path] : []),
  ]);
  return [...new Map(paths.map((path) => [JSON.stringify(path), path])).values()].slice(0, most.paths);
}

function lineIn(source: Source, document: vscode.TextDocument, line: number): Span | null {
  const { range, firstNonWhitespaceCharacterIndex: indent } = document.lineAt(line);
  const start = offsetIn(source, document, new vscode.Position(line, indent));
  const end = offsetIn(source, document, range.end);
  return start === null || end === null ? null : { start, end };
}

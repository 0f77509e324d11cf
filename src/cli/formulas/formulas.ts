/** `genlens formulas`: the formulas that Python files compute, and what is wrong with them. */

import { readFile } from 'node:fs/promises';
import { catalogue } from '../../formulas/catalogue.ts';
import { messageOf } from '../../protocol/errors.ts';
import type { Severity } from '../../protocol/python.ts';
import { FormulaReader } from '../../python/reader/formulas.ts';
import { loadParser } from '../../python/reader/parser.ts';
import { keepFacts } from '../../python/recognise/screening/facts.ts';
import type { Terminal } from '../terminal.ts';
import type { FormulasArguments } from './arguments.ts';
import { asJson } from './asJson.ts';
import { asText } from './asText.ts';
import { readSource, unreadText, type ReadSource } from './readFile.ts';
import { rulePages } from './rulePages.ts';
import { sarifLog } from './sarif/log.ts';
import { isAtLeast, withSeverities } from './severity.ts';
import { sourceFiles } from './sourceFiles.ts';

export interface Outcome {
  /** Whether every path was read, to its end. */
  readonly isComplete: boolean;
  /** Whether something was found that the caller takes for a failure. */
  readonly hasFailed: boolean;
}

export async function formulas(args: FormulasArguments, terminal: Terminal): Promise<Outcome> {
  const { paths, output, quiet, ignored, failOn, severities } = args;
  const reader = await openReader(terminal);
  const pages = output === 'sarif' ? await rulePages(terminal.rulesFolder) : [];
  const sources: ReadSource[] = [];
  const failures: { path: string; message: string }[] = [];
  let isComplete = true;
  let hasFailed = false;
  const failed = (path: string, message: string): void => {
    isComplete = false;
    failures.push({ path, message });
    terminal.note(message);
  };
  for await (const found of sourceFiles(paths)) {
    terminal.signal.throwIfAborted();
    try {
      if (found.error) throw found.error;
      terminal.progress({ message: found.path });
      const read = await readSource(found.path, reader, { signal: terminal.signal, ignored });
      const source = { ...read, findings: withSeverities(read.findings, severities) };
      isComplete &&= source.unread.length === 0;
      for (const place of source.unread) terminal.note(unreadText(place));
      hasFailed ||= failOn !== null && hasAtLeast(source, failOn);
      if (output === 'text') terminal.print(asText(source, quiet));
      else sources.push(source);
    } catch (error) {
      failed(found.path, messageOf(error));
    }
  }
  const { version } = terminal;
  if (output === 'json') print(terminal, sources.flatMap(asJson));
  if (output === 'sarif') print(terminal, sarifLog({ sources, failures, pages, severities, version, root: process.cwd() }));
  return { isComplete, hasFailed };
}

const hasAtLeast = ({ findings, isIgnored }: ReadSource, least: Severity): boolean =>
  findings.some(({ diagnostics }) => diagnostics.some((one) => isAtLeast(one, least) && !isIgnored(one)));

const print = (terminal: Terminal, value: unknown): void => terminal.print(`${JSON.stringify(value, null, 2)}\n`);

async function openReader({ pythonEngine, pythonGrammar, formulaFacts }: Terminal): Promise<FormulaReader> {
  const [engine, grammar] = (await Promise.all([pythonEngine, pythonGrammar].map((file) => readFile(file)))) as [
    Buffer<ArrayBuffer>,
    Buffer,
  ];
  // Without them they are measured, which takes a second.
  const facts = await readFile(formulaFacts, 'utf8').catch(() => null);
  if (facts !== null) keepFacts(catalogue.values(), facts);
  return new FormulaReader(await loadParser(engine, grammar), catalogue.values());
}

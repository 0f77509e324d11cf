/** `genlens formulas`: the formulas that Python files compute. */

import { readFile } from 'node:fs/promises';
import { text as readStream } from 'node:stream/consumers';
import { catalogue } from '../formulas/catalogue.ts';
import { plainLatex } from '../formulas/formula.ts';
import type { Diagnostic, Finding } from '../protocol/python.ts';
import { FormulaReader } from '../python/reader/formulas.ts';
import { loadParser } from '../python/reader/parser.ts';
import type { FormulasArguments } from './arguments.ts';
import { positionsIn, type Place } from './positions.ts';
import { sourceFiles } from './sourceFiles.ts';
import { about } from './fileErrors.ts';
import type { Terminal } from './terminal.ts';

/** UTF-16 units: what is longer is data. */
const longest = 2_000_000;
/** Milliseconds for one file. */
const limit = 60_000;

/** What `--json` prints of one formula. */
interface Reported extends Place {
  formula: string | null;
  name: string | null;
  latex: string;
  variables: (Omit<Finding['variables'][number], 'spans' | 'id'> & { places: Place[] })[];
  equality: Finding['equality'];
  remarks: string[];
  diagnostics: (Place & Pick<Diagnostic, 'rule' | 'severity' | 'message' | 'fix'>)[];
}

/** @returns whether every path could be read. */
export async function formulas({ paths, json }: FormulasArguments, terminal: Terminal): Promise<boolean> {
  const files = (await Promise.all([terminal.pythonEngine, terminal.pythonGrammar].map((file) => readFile(file)))) as [
    Buffer<ArrayBuffer>,
    Buffer,
  ];
  const reader = new FormulaReader(await loadParser(...files), catalogue.values());
  const reported: Reported[] = [];
  let complete = true;
  for await (const source of sourceFiles(paths)) {
    terminal.signal.throwIfAborted();
    try {
      if ('error' in source) throw source.error;
      terminal.progress({ message: source.path });
      const found = await read(source.path, reader, terminal);
      if (json) reported.push(...found);
      else for (const one of found) terminal.print(line(one));
    } catch (error) {
      complete = false;
      terminal.note(error instanceof Error ? error.message : String(error));
    }
  }
  if (json) terminal.print(`${JSON.stringify(reported, null, 2)}\n`);
  return complete;
}

async function read(path: string, reader: FormulaReader, terminal: Terminal): Promise<Reported[]> {
  const content =
    path === '-'
      ? await readStream(process.stdin)
      : await readFile(path, 'utf8').catch((error: unknown) => Promise.reject(about('read', path, error)));
  if (content.length > longest) throw new Error(`${path}: ${content.length} characters are more than the ${longest} that are read`);
  const { text, placeOf } = positionsIn(path, content);
  const findings = await reader.read(path, text, { limit, checked: true, signal: terminal.signal });
  for (const span of reader.unread(path, true)) {
    const { line, endLine } = placeOf(span);
    terminal.note(`${path}: there was no time to read lines ${line} to ${endLine}`);
  }
  return findings.map(({ formula, latex, variables, equality, remarks, diagnostics, ...span }) => ({
    ...placeOf(span),
    formula,
    name: formula === null ? null : (catalogue.get(formula)?.name ?? null),
    latex: plainLatex(latex),
    variables: variables.map(({ code, symbol, term, encoding, spans }) => ({ code, symbol, term, encoding, places: spans.map(placeOf) })),
    equality,
    remarks,
    diagnostics: diagnostics.map(({ rule, severity, message, fix, ...at }) => ({ ...placeOf(at), rule, severity, message, fix })),
  }));
}

function line({ file, cell, line, column, formula, name, equality, remarks }: Reported): string {
  const place = `${file}:${cell === undefined ? '' : `cell ${cell}:`}${line}:${column}`;
  const said = [...(equality === 'exact' || remarks.includes(equality) ? [] : [equality]), ...remarks];
  return `${place} ${name} (${formula})${said.length > 0 ? `: ${said.join('; ')}` : ''}\n`;
}

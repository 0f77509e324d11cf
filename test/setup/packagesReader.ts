// A thread that reads one file after another and says what is named in it, and where it is asked to, what is wrong there.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parentPort } from 'node:worker_threads';
import { catalogue } from '../../src/formulas/catalogue.ts';
import { Follower } from '../../src/python/expression/follow/follower.ts';
import { Graph } from '../../src/python/expression/node.ts';
import type { Severity } from '../../src/protocol/python.ts';
import { FormulaReader } from '../../src/python/reader/formulas.ts';
import { loadParser } from '../../src/python/reader/parser.ts';
import { findFormulas } from '../../src/python/recognise/findings.ts';
import { Recogniser, type Recognition } from '../../src/python/recognise/recogniser.ts';
import { readModule } from '../../src/python/syntax/build.ts';
import { root } from './paths.ts';

export interface Named {
  readonly id: string;
  /** From 1. */
  readonly line: number;
  readonly equality: string;
  /** The line of code where it begins. */
  readonly source: string;
}

/** What is told to be wrong. */
export interface Told {
  readonly severity: Severity;
  readonly rule: string;
  readonly message: string;
  /** From 1. */
  readonly line: number;
  /** The line of code where it begins. */
  readonly source: string;
}

export interface ToRead {
  readonly file: string;
  readonly checked: boolean;
}

export interface FileRead {
  readonly lines: number;
  /** Of computing. */
  readonly milliseconds: number;
  readonly named: readonly Named[];
  /** null where it was not checked. */
  readonly told: readonly Told[] | null;
  readonly failed: string | null;
}

const wasm = (file: string): Uint8Array<ArrayBuffer> => Uint8Array.from(readFileSync(path.join(root, 'node_modules', file)));
const parser = await loadParser(wasm('web-tree-sitter/web-tree-sitter.wasm'), wasm('tree-sitter-python/tree-sitter-python.wasm'));

parentPort!.on('message', (asked: ToRead) => void read(asked).then((answer) => parentPort!.postMessage(answer)));

async function read({ file, checked }: ToRead): Promise<FileRead> {
  const text = readFileSync(file, 'utf8');
  const lines = text.split('\n');
  const placeOf = (start: number): { line: number; source: string } => {
    const line = text.slice(0, start).split('\n').length;
    return { line, source: lines[line - 1]!.trim() };
  };
  const before = process.threadCpuUsage();
  let named: Named[] = [];
  let told: Told[] | null = null;
  let failed: string | null = null;
  try {
    const follower = new Follower(new Graph());
    follower.module(readModule(parser, text));
    named = findFormulas(follower.computed, new Recogniser(catalogue.values())).map(({ place, recognition }) => ({
      ...{ id: recognition.formula.id, equality: equalityOf(recognition) },
      ...placeOf(place.start),
    }));
    if (checked) {
      const findings = await new FormulaReader(parser, catalogue.values(), fail).read(file, text, { limit: Infinity, checked });
      const diagnostics = findings.flatMap((one) => one.diagnostics);
      told = diagnostics.map(({ severity, rule, message, start }) => ({ severity, rule, message, ...placeOf(start) }));
    }
  } catch (error) {
    failed = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const { user, system } = process.threadCpuUsage(before);
  return { lines: lines.length, milliseconds: (user + system) / 1000, named, told, failed };
}

function fail(error: unknown): never {
  throw error;
}

function equalityOf(recognition: Recognition): string {
  if (recognition.kind !== 'value') return recognition.kind;
  const { gradientAlone, constant, factor } = recognition.fit;
  const class_ = gradientAlone ? 'gradient' : constant !== 0 ? 'up to a constant' : 'exact';
  return factor === 1 ? class_ : `${class_}, times ${String(Number(factor.toPrecision(4)))}`;
}

/** The parts of a text that depend on one another by name alone: statements, and of a class its methods one by one. */

import type { ClassDefinition, FunctionDefinition, Module, Statement } from '../syntax/ast.ts';
import { namesOf, type Names } from './names.ts';

export interface Part {
  /** `class`: a class but for its methods. */
  readonly kind: 'function' | 'class' | 'method' | 'statement';
  readonly statement: Statement;
  /** What it is written as. */
  readonly source: string;
  readonly names: Names;
  /** Of a method. */
  readonly holder: Part | null;
  /** Of a class. */
  readonly methods: readonly Part[];
}

/** A piece of a text, read; spans are within it. */
export interface ReadPiece {
  readonly text: string;
  readonly parts: readonly Part[];
}

export function readPiece(text: string, read: (text: string) => Module): ReadPiece {
  return { text, parts: read(text).body.map((statement) => partOf(statement, text)) };
}

function partOf(statement: Statement, text: string): Part {
  if (statement.kind === 'class') return classPart(statement, text);
  return plainPart(statement.kind === 'function' ? 'function' : 'statement', statement, text, null);
}

const plainPart = (kind: Part['kind'], statement: Statement, text: string, holder: Part | null): Part => ({
  kind,
  statement,
  source: text.slice(statement.start, statement.end),
  names: namesOf([statement]),
  holder,
  methods: [],
});

/** A class within a class is read as its methods are. */
const isMember = (statement: Statement): statement is FunctionDefinition | ClassDefinition =>
  statement.kind === 'function' || statement.kind === 'class';

function classPart(definition: ClassDefinition, text: string): Part {
  const members = definition.body.filter(isMember);
  const fields = definition.body.filter((statement) => !isMember(statement));
  let source = '';
  let at = definition.start;
  for (const { start, end } of members) {
    source += `${text.slice(at, start)}\n`;
    at = end;
  }
  source += text.slice(at, definition.end);
  const methods: Part[] = [];
  const part: Part = {
    kind: 'class',
    statement: definition,
    source,
    names: namesOf([{ ...definition, body: fields }]),
    holder: null,
    methods,
  };
  for (const member of members) methods.push(plainPart('method', member, text, part));
  return part;
}

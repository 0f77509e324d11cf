/** What comments of the code ask not to be told: `# genlens: ignore[rule]`. */

import type { Span } from '../../maths/nesting.ts';
import type { Diagnostic, Finding } from '../../protocol/python.ts';
import { withDiagnostics } from './chosen.ts';
import { readLines, type Lines } from '../syntax/logicalLines.ts';

export type IsIgnored = (diagnostic: Pick<Diagnostic, 'rule' | 'start' | 'end'>) => boolean;

interface Request extends Span {
  /** null: all of them. */
  readonly rules: ReadonlySet<string> | null;
  readonly isOfFile: boolean;
}

/** A list that is not closed asks for nothing, rather than for all. */
const request = /#\s*genlens:\s*ignore(?<file>-file)?(?:\s*\[(?<rules>[^\]]*)\]|(?!\s*\[|[\w-]))/gi;
const comments = /^(?:[ \t\f]*#[^\n]*(?:\n|$))*$/;
const string = /[ru]?["']/iy;

/**
 * A comment counts for the statements whose lines it stands in, or, on lines of its own, for the statement right below; one that asks it
 * for the file, above the first statement.
 */
export function ignoredIn(text: string): IsIgnored {
  if (!/genlens:\s*ignore/i.test(text)) return () => false;
  const lines = readLines(text);
  const requests = lines.comments.flatMap((comment) => requestsIn(text, comment));
  const header = headerEnd(text, lines);
  const forFile = requests.filter(({ isOfFile, end }) => isOfFile && end <= header);
  const forStatements = requests.filter(({ isOfFile }) => !isOfFile);
  return ({ rule, ...span }) => {
    const asks = ({ rules }: Request): boolean => rules === null || rules.has(rule);
    if (forFile.some(asks)) return true;
    const own = wholeLines(text, statementAt(lines, span));
    return forStatements.some(
      (one) => asks(one) && ((one.start >= own.start && one.start < own.end) || isAbove(text, wholeLines(text, one), own)),
    );
  };
}

/** Findings without what is ignored, and without those that were told for its sake alone. */
export function withoutIgnored(text: string, findings: readonly Finding[]): readonly Finding[] {
  if (findings.every(({ diagnostics }) => diagnostics.length === 0)) return findings;
  const isIgnored = ignoredIn(text);
  return withDiagnostics(findings, (diagnostic) => (isIgnored(diagnostic) ? null : diagnostic));
}

function requestsIn(text: string, { start, end }: Span): Request[] {
  return [...text.slice(start, end).matchAll(request)].map(({ groups }) => ({
    ...{ start, end },
    isOfFile: groups?.['file'] !== undefined,
    rules: groups?.['rules'] === undefined ? null : new Set(groups['rules'].split(/[\s,]+/).filter((id) => id !== '')),
  }));
}

/** Where the first statement begins; the docstring is none. */
function headerEnd(text: string, { lines }: Lines): number {
  const first = lines.find(({ start }) => {
    string.lastIndex = start;
    return !string.test(text);
  });
  return first?.start ?? text.length;
}

/** With all lines of the statements that a span stands in. */
function statementAt({ lines }: Lines, { start, end }: Span): Span {
  const touched = lines.filter((line) => line.start < end && line.end > start);
  return { start: Math.min(start, touched[0]?.start ?? start), end: Math.max(end, touched.at(-1)?.end ?? end) };
}

function wholeLines(text: string, { start, end }: Span): Span {
  const next = text.indexOf('\n', end);
  return { start: text.lastIndexOf('\n', start - 1) + 1, end: next < 0 ? text.length : next + 1 };
}

/** Whether all lines from the one of a comment down to a statement are comments. */
const isAbove = (text: string, comment: Span, statement: Span): boolean =>
  comment.end <= statement.start && comments.test(text.slice(comment.start, statement.start));

/** Faults as they are told to others: at places of the text. */

import type { Span } from '../../maths/nesting.ts';
import type { Diagnostic, Finding } from '../../protocol/python.ts';
import type { Node } from '../expression/node.ts';
import type { Fault } from './fault.ts';
import { rules } from './rules.ts';

export interface Standing {
  /** Where a value stands in a place, or before it. */
  readonly spansOf: (node: Node, within: Span) => readonly Span[];
  readonly textOf: (span: Span) => string;
}

const isIn = (inner: Span, outer: Span): boolean => inner.start >= outer.start && inner.end <= outer.end;

export function diagnosticOf(fault: Fault, { spansOf, textOf }: Standing): Diagnostic {
  const { rule, statement, message, at, related, change } = fault;
  const [place] = spansOf(at, statement).filter((span) => isIn(span, statement));
  const { start, end } = place ?? statement;
  const changed = change && spansOf(change.there, statement)[0];
  return {
    start,
    end,
    rule,
    severity: fault.severity ?? rules[rule].severity,
    message,
    related: related.flatMap(({ node, message: said }) => {
      const [span] = spansOf(node, statement);
      return span ? [{ start: span.start, end: span.end, message: said }] : [];
    }),
    fix: changed ? { title: change.title, edits: [{ ...changed, text: change.write(textOf(changed)) }] } : null,
    compared: null,
  };
}

/** Each with what was said of it: the innermost finding that a diagnostic stands in; what stands in none is `left`. */
export function assigned(
  findings: readonly Finding[],
  diagnostics: readonly Diagnostic[],
): { findings: Finding[]; left: readonly Diagnostic[] } {
  const held = new Map<Finding, Diagnostic[]>();
  const left: Diagnostic[] = [];
  for (const diagnostic of diagnostics) {
    const around = findings.filter((finding) => isIn(diagnostic, finding));
    const inner = around.reduce<Finding | null>((best, one) => (best && isIn(best, one) ? best : one), null);
    if (!inner) left.push(diagnostic);
    else held.set(inner, [...(held.get(inner) ?? []), diagnostic]);
  }
  return { findings: findings.map((finding) => ({ ...finding, diagnostics: held.get(finding) ?? [] })), left };
}

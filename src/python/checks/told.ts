/** Faults as they are told to others: at places of the text. */

import type { Span } from '../../maths/nesting.ts';
import type { Diagnostic, Finding, Fix } from '../../protocol/python.ts';
import type { Computed } from '../expression/follow/context.ts';
import { unwrap, type Node } from '../expression/node.ts';
import type { Change, Fault } from './fault.ts';
import { rules } from './rules.ts';

export interface Standing {
  /** Every statement, in the order in which they were met. */
  readonly computed: readonly Computed[];
  readonly textOf: (span: Span) => string;
}

const isIn = (inner: Span, outer: Span): boolean => inner.start >= outer.start && inner.end <= outer.end;

export function diagnosticOf(fault: Fault, { computed, textOf }: Standing): Diagnostic {
  const { rule, statement, message, at, related, change } = fault;
  const before = (change && editedBefore(change, statement)) ?? (fault.place && !isIn(fault.place, statement) ? fault.place : null);
  const { start, end } = before ?? madeAt(at, statement, computed) ?? statement;
  return {
    start,
    end,
    rule,
    severity: fault.severity ?? rules[rule].severity,
    message,
    related: [
      ...related.flatMap(({ node, message: said }) => {
        const span = madeAt(node, statement, computed);
        return span ? [{ start: span.start, end: span.end, message: said }] : [];
      }),
      ...(before ? [{ start: statement.start, end: statement.end, message: 'It is used here.' }] : []),
    ],
    fix: change && fixOf(change, statement, { computed, textOf }),
    compared: null,
  };
}

/** The slip itself, where it is in a statement before the one that is wrong by it. */
function editedBefore(change: Change, statement: Span): Span | null {
  const [first, ...others] = 'edits' in change ? change.edits : [];
  return first && others.length === 0 && !isIn(first, statement) ? first : null;
}

function fixOf(change: Change, statement: Computed, { computed, textOf }: Standing): Fix | null {
  if ('edits' in change) {
    const { title, edits, makes } = change;
    return { title, edits: edits.map((edit) => ({ ...edit })), ...(makes === undefined ? {} : { makes }) };
  }
  const there = madeAt(change.there, statement, computed);
  return there && { title: change.title, edits: [{ start: there.start, end: there.end, text: change.write(textOf(there)) }] };
}

/** Where a value is made: in the statement, or in the last one before it; not where a name of it is used, unless it has no other place. */
function madeAt(node: Node, statement: Computed, computed: readonly Computed[]): Span | null {
  const named = statement.places.find((place) => place.node === node);
  if (named) return named;
  const made = unwrap(node);
  const placeIn = ({ places }: Computed): Span | null => {
    const own = places.filter((place) => place.node === made);
    return own.reduce<Span | null>((best, one) => (best && one.end - one.start >= best.end - best.start ? best : one), null);
  };
  const here = placeIn(statement);
  if (here) return here;
  for (const one of computed.toReversed()) {
    const before = one.start < statement.start ? placeIn(one) : null;
    if (before) return before;
  }
  return statement.places.find((place) => unwrap(place.node) === made) ?? null;
}

/**
 * The finding that a fault is told under: of the formula that the code nearly is, else the innermost around the value at fault, else one of
 * its statement; null where there is none.
 */
export function findingOfFault({ statement, nearly }: Fault, diagnostic: Diagnostic, findings: readonly Finding[]): Finding | null {
  const around = findings.filter((finding) => isIn(diagnostic, finding));
  const meant = nearly && around.find(({ formula }) => formula === nearly.formula.id);
  const own = findings.filter((finding) => isIn(finding, statement));
  const nearest = meant ?? (nearly && own.find(({ formula }) => formula === nearly.formula.id));
  if (nearest) return nearest;
  const inner = around.reduce<Finding | null>((best, one) => (best && isIn(best, one) ? best : one), null);
  return inner ?? own[0] ?? null;
}

/** Where the code has a fault but no name; `drawn` is what the code is by itself. */
export const namelessFinding = (
  diagnostic: Diagnostic,
  { start, end }: Span,
  drawn: Pick<Finding, 'latex' | 'variables' | 'holder'> = { latex: '', variables: [], holder: null },
): Finding => ({
  start,
  end,
  formula: null,
  equality: 'near miss',
  remarks: [],
  parts: [],
  calls: null,
  isPart: false,
  ...drawn,
  diagnostics: [diagnostic],
});

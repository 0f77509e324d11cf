/** What the graph does not keep: how a value is written. */

import type { Span } from '../../../maths/nesting.ts';
import type { Computed } from '../../expression/follow/context.ts';
import type { Call } from '../../syntax/ast.ts';

/** The call at a place of a statement in a function; null where there is none. */
export function callAt({ holder }: Computed, { start, end }: Span): Call | null {
  return (
    holder &&
    find(holder.body, (part) => (part.kind === 'call' && part.start === start && part.end === end ? (part as Call) : null), { start, end })
  );
}

/** The calls within a place of a statement in a function. */
export function callsWithin({ holder }: Computed, { start, end }: Span): Call[] {
  const calls: Call[] = [];
  if (holder)
    find(
      holder.body,
      (part) => {
        if (part.kind === 'call' && part.start >= start && part.end <= end) calls.push(part as Call);
        return null;
      },
      { start, end },
    );
  return calls;
}

/** The parts of a function around a statement of it that are of one sort, the outermost first. */
export function partsAround<T extends Part>({ holder, start, end }: Computed, isOf: (part: Part) => part is T): T[] {
  const parts: T[] = [];
  if (holder)
    find(
      holder.body,
      (part) => {
        if (part.start <= start && part.end >= end && isOf(part)) parts.push(part);
        return null;
      },
      { start, end },
    );
  return parts;
}

/** Whether a statement makes a number of Python's of what it computes: nothing is trained by it. */
export const isPlainNumber = (statement: Computed): boolean =>
  callsWithin(statement, statement).some(
    ({ callee }) =>
      (callee.kind === 'attribute' && /^(?:item|tolist|numpy)$/.test(callee.name)) || (callee.kind === 'name' && callee.id === 'float'),
  );

export interface Part extends Span {
  readonly kind: string;
}

function find<T>(part: unknown, look: (part: Part) => T | null, span: Span): T | null {
  if (Array.isArray(part)) {
    for (const one of part) {
      const found = find(one, look, span);
      if (found) return found;
    }
    return null;
  }
  if (typeof part !== 'object' || part === null) return null;
  const { kind, start, end } = part as Partial<Part>;
  if (kind !== undefined && start !== undefined && end !== undefined) {
    if (end < span.start || start > span.end) return null;
    const found = look(part as Part);
    if (found) return found;
  }
  for (const inner of Object.values(part)) {
    const found = typeof inner === 'object' ? find(inner, look, span) : null;
    if (found) return found;
  }
  return null;
}

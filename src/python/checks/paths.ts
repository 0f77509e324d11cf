/** Paths between two samples, and velocities along them that another function of the same class computes. */

import type { Span } from '../../maths/nesting.ts';
import type { Diagnostic } from '../../protocol/python.ts';
import type { Computed } from '../expression/follow/context.ts';
import { usersOf, type Node } from '../expression/node.ts';
import type { Found } from '../recognise/findings.ts';
import { endsOf } from './contradictions.ts';
import { namesOn } from './rules/flow.ts';
import { ownNodes } from './statements.ts';

/** A path (1 − t) a + t b, or a difference b − a that is called a velocity; its ends by their names. */
export interface Way extends Span {
  readonly kind: 'path' | 'velocity';
  readonly from: string;
  readonly to: string;
  readonly method: string;
  /** The class; empty outside of one. */
  readonly around: string;
}

export function waysIn(found: readonly Found[], statements: readonly Computed[]): Way[] {
  const ways: Way[] = [];
  const add = (kind: Way['kind'], { start, end, around: [method = '', around] }: Computed, a: Node, b: Node): void => {
    const [from, to] = [a, b].map((node) => namesOn(node)[0]);
    if (from !== undefined && to !== undefined && from !== to) ways.push({ kind, start, end, from, to, method, around: around ?? '' });
  };
  for (const { computed, recognition } of found) {
    const ends = recognition.formula.id === 'fm_interp' ? endsOf(recognition) : null;
    if (ends) add('path', computed, ends.source, ends.target);
  }
  for (const statement of statements) {
    if (statement.node.op === 'let' || !isVelocity(statement)) continue;
    const differences = [...ownNodes(statement)].filter(({ op }) => op === 'subtract');
    const [only] = differences;
    if (differences.length === 1 && !usersOf(only!).some(({ op }) => op === 'negate'))
      add('velocity', statement, only!.args[1]!, only!.args[0]!);
  }
  return ways;
}

/** By its name, or by that of the function that gives it. */
const isVelocity = ({ target, around }: Computed): boolean =>
  /^(?:u_?t?|v_?t?|u_?target|v_?target|vel\w*|target_?(?:v|vel\w*)|(?:conditional_?)?(?:velocity|vector_?field|flow)\w*|compute_(?:ut|velocity|conditional_flow)\w*|get_velocity|dx_?dt|x_?dot)$/i.test(
    target === '' ? (around[0] ?? '') : target,
  );

/** Velocities from the end to the start of every path beside them. */
export function againstPaths(ways: readonly Way[]): Diagnostic[] {
  return ways.flatMap((way) => {
    if (way.kind !== 'velocity') return [];
    const paths = ways.filter((one) => one.kind === 'path' && one.around === way.around && one.method !== way.method);
    const isOf = (path: Way): boolean => path.from === way.to && path.to === way.from;
    if (paths.length === 0 || !paths.every(isOf)) return [];
    return [
      {
        start: way.start,
        end: way.end,
        rule: 'against-the-path',
        severity: 'warning' as const,
        message: `This is minus the derivative of the path that is taken here: x_t = (1 − t) ${way.to} + t ${way.from} has the velocity ${way.from} − ${way.to}.`,
        related: paths.map(({ start, end }) => ({ start, end, message: 'The path.' })),
        fix: null,
        compared: null,
      },
    ];
  });
}

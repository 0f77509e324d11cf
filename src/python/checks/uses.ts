/** What a class takes the answers of one of its networks for, in one method and in another. */

import type { Span } from '../../maths/nesting.ts';
import type { Diagnostic } from '../../protocol/python.ts';
import type { Computed } from '../expression/follow/context.ts';
import type { Node } from '../expression/node.ts';
import { source } from './rules/flow.ts';
import { kindOf } from './rules/kinds.ts';
import { lossesIn } from './rules/losses.ts';
import { ownNodes } from './statements.ts';

/** A loss that is given what a network answers. */
export interface Use extends Span {
  /** The class and the attribute. */
  readonly network: string;
  readonly name: string;
  readonly method: string;
  readonly takes: 'probabilities' | 'logits';
}

export function usesIn(statements: readonly Computed[]): Use[] {
  const uses: Use[] = [];
  for (const statement of statements) {
    const { start, end, node, around } = statement;
    const [method = '', holder] = around;
    if (!holder || node.op === 'let') continue;
    const seen = new Set<string>();
    const add = (call: Node, takes: Use['takes']): void => {
      const name = networkIn(call);
      if (name === null || seen.has(name)) return;
      seen.add(name);
      uses.push({ start, end, network: `${holder}.${name}`, name, method, takes });
    };
    for (const part of ownNodes(statement)) {
      if (part.op === 'sigmoid' || part.op === 'softmax' || part.op === 'logSoftmax') add(source(part.args[0]!), 'logits');
    }
    for (const { taken } of lossesIn(ownNodes(statement))) {
      if (taken.takes === 'log-probabilities' || kindOf(taken.value)) continue;
      add(source(taken.value), taken.takes);
    }
  }
  return uses;
}

/** The attribute of an object that is called; null where it is something else. */
function networkIn(call: Node): string | null {
  const module = call.op === 'opaque' && call.attributes['bound'] === true ? call.args[0]! : null;
  if (module?.op !== 'let' && module?.op !== 'attribute') return null;
  return String(call.attributes['callee']);
}

/** Where some of the methods of a class take them for probabilities and others for logits: those are told of that are fewer. */
export function contradicting(uses: readonly Use[]): Diagnostic[] {
  const networks = new Map<string, Use[]>();
  for (const use of uses) networks.set(use.network, [...(networks.get(use.network) ?? []), use]);
  return [...networks.values()].flatMap((own) => {
    const [probabilities, logits] = (['probabilities', 'logits'] as const).map((kind) => own.filter(({ takes }) => takes === kind)) as [
      Use[],
      Use[],
    ];
    // One method may do either.
    if (
      probabilities.length === 0 ||
      logits.length === 0 ||
      probabilities.some(({ method }) => logits.some((other) => other.method === method))
    )
      return [];
    const areLogits = logits.length >= probabilities.length;
    const [wrong, right] = areLogits ? [probabilities, logits] : [logits, probabilities];
    return wrong.map(({ start, end, name }) => ({
      start,
      end,
      rule: areLogits ? 'logits-for-probabilities' : 'probabilities-for-logits',
      severity: 'warning' as const,
      message: areLogits
        ? `What ${name} gives is taken for probabilities here, and for logits elsewhere in this class.`
        : `What ${name} gives is taken for logits here, and for probabilities elsewhere in this class.`,
      related: right.map((one) => ({ start: one.start, end: one.end, message: `Here it is taken for ${one.takes}.` })),
      fix: null,
      compared: null,
    }));
  });
}

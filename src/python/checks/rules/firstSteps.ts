/** Terms of a diffusion's bound: the likelihood of the data at the first time, a divergence at every other one. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import { holdsAny, wordsOf } from '../../recognise/evidence/words.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { textEdits } from '../near/write.ts';
import { ownNodes } from '../statements.ts';
import { isMoved, namesOn } from './flow.ts';

/** `where(t == 0, kl, nll)`: at the first time the posterior is a point, of which no divergence can be taken. */
export function* firstSteps(statement: Computed, { computed, textOf, imports }: Checked): Generator<Fault> {
  if (statement.node.op === 'let') return;
  for (const node of ownNodes(statement)) {
    const [condition, held, left] = node.op === 'where' ? node.args : [];
    const isAtFirst = condition ? atFirst(unwrap(condition)) : null;
    if (isAtFirst === null || !held || !left) continue;
    const [first, later] = isAtFirst ? [held, left] : [left, held];
    if (!isTerm(first, divergenceWords, likelihoodWords) || !isTerm(later, likelihoodWords, divergenceWords)) continue;
    const back = { there: left, wanted: held, within: node };
    const edits = textEdits(
      { kind: 'swapped', there: held, wanted: left, within: node, also: [back] },
      { statement, computed, textOf, imports },
    );
    yield {
      rule: 'swapped',
      severity: 'warning',
      message:
        'The two terms have changed places: at the first time, where the posterior is a point, stands the likelihood of the data, and the divergence at every other one.',
      statement,
      at: node,
      related: [],
      nearly: null,
      change: edits && { title: 'Exchange the two terms', makes: null, edits },
    };
  }
}

/** Whether a condition holds at time 0 alone, or at every time but that; null where it is neither. */
function atFirst({ op, args }: Node): boolean | null {
  const [time, bound] = args;
  if (!time || !bound || numberOf(bound) !== 0 || !namesOn(time).some((name) => holdsAny(wordsOf(name), timeWords))) return null;
  return op === 'equal' ? true : op === 'greater' || op === 'notEqual' ? false : null;
}

const timeWords = ['t', 'ts', 'time', 'timestep', 'timesteps', 'step', 'steps'];
const divergenceWords = ['kl', 'kld', 'divergence', 'normal kl', 'kl div'];
const likelihoodWords = ['nll', 'likelihood', 'log likelihood', 'log prob', 'logp', 'decoder nll', 'log lik', 'recon', 'reconstruction'];

/** By what it is called on its way from where it was made. */
function isTerm(node: Node, own: readonly string[], others: readonly string[]): boolean {
  const words = namesWithin(node).map(wordsOf);
  return words.some((one) => holdsAny(one, own)) && !words.some((one) => holdsAny(one, others));
}

/** Names of a value and of what it is a mean of, or in another unit. */
function namesWithin(node: Node): readonly string[] {
  const names: string[] = [];
  for (let inner: Node | undefined = node; inner;) {
    if (inner.op === 'let') names.push(String(inner.attributes['name']));
    else if (inner.op === 'inline' || inner.op === 'opaque') names.push(String(inner.attributes['callee']));
    else if (inner.op === 'parameter') names.push(String(inner.attributes['name']));
    const isPassed: boolean = /^(?:let|inline|mean|sum|negate|divide|multiply|detach)$/.test(inner.op) || isMoved(inner);
    inner = isPassed ? (inner.op === 'multiply' ? inner.args.find((arg) => numberOf(arg) === null) : inner.args[0]) : undefined;
  }
  return names;
}

/** What is called a loss, and is minus one. */

import { unwrap, usersOf, type Node } from '../expression/node.ts';
import type { Computed } from '../expression/follow/context.ts';
import { wordsOf } from '../recognise/evidence/words.ts';
import { calledFor } from '../recognise/findings.ts';
import type { Recognition } from '../recognise/recogniser.ts';
import type { Checked } from './checked.ts';
import type { Fault } from './fault.ts';

export function* maximised({ found }: Checked, told: readonly Fault[]): Generator<Fault> {
  const known = new Set(told.map(({ statement }) => statement));
  for (const { computed, recognition, place } of found) {
    if (recognition.kind !== 'value' || !isOfLoss(recognition) || recognition.fit.factor > 0 || place.node !== computed.node) continue;
    if (known.has(computed) || calledFor(place.node) !== null || !isLoss(computed) || isTurned(computed.node)) continue;
    yield {
      rule: 'other-sign',
      message: `This is minus the formula (${recognition.formula.name}), and is called a loss: lowering it raises what the formula lowers.`,
      statement: computed,
      at: computed.node,
      related: [],
      nearly: null,
      change: null,
    };
  }
}

/** Whether the formula is to be lowered; of a density the logarithm may be meant, or what is taken off it. */
const isOfLoss = ({ formula, reading }: Extract<Recognition, { kind: 'value' }>): boolean =>
  reading.fit === 'loss' ? formula.claim !== 'bound' : reading.fit === 'density' && formula.id === 'gauss_nll';

const lossWords: ReadonlySet<string> = new Set(['loss', 'nll', 'cost']);
const otherWords = /^(?:log|ll|likelihood|likelihoods|logprob|logp|neg|negative|minus|reward|gain|elbo|bound|weight|weights|fn|scale)$/;

/** By its own name, or by that of the function that gives it. */
function isLoss({ target, around }: Computed): boolean {
  const words = wordsOf(target === '' ? (around[0] ?? '') : target);
  return words.some((word) => lossWords.has(word)) && !words.some((word) => otherWords.test(word));
}

/** Whether the sign is turned where it is used. */
export function isTurned(node: Node): boolean {
  const made = new Set<Node>([unwrap(node), node]);
  for (const one of made) {
    if (made.size > mostUses) return true;
    for (const user of usersOf(one)) {
      if (user.op === 'negate' || (user.op === 'subtract' && user.args[1] === one)) return true;
      if (handing.has(user.op)) made.add(user);
    }
  }
  return false;
}

const mostUses = 40;
const handing: ReadonlySet<string> = new Set('let inline mean sum add multiply divide detach choice'.split(' '));

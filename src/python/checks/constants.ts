/** Divergences that are right but for a constant. */

import { measuring } from '../expression/node.ts';
import { wordsOf } from '../recognise/evidence/words.ts';
import { calledFor } from '../recognise/findings.ts';
import type { Checked } from './checked.ts';
import type { Fault } from './fault.ts';

/** Zero where both sides are the same: without the constant what is said of it, or kept above a floor, is another number. */
export function* constants({ found }: Checked, told: readonly Fault[]): Generator<Fault> {
  const known = new Set(told.map(({ statement }) => statement));
  for (const { computed, recognition, place } of found) {
    if (recognition.kind !== 'value' || recognition.fit.constant === 0 || !divergences.has(recognition.formula.id)) continue;
    // How many there are may be the constant.
    if (recognition.cut.order.some(({ op }) => measuring.has(op))) continue;
    if (place.node !== computed.node || known.has(computed) || calledFor(place.node) !== null) continue;
    const name = computed.target === '' ? (computed.around[0] ?? '') : computed.target;
    const words = wordsOf(name);
    if (!words.some((word) => /^(?:kl|kld|kls|kldiv|divergence)$/.test(word)) || words.includes('without')) continue;
    yield {
      rule: 'constant-missing',
      message: `A constant is missing: the value differs from the divergence (${recognition.formula.name}) by the same number everywhere, and is not 0 where both sides are the same; its gradient is right.`,
      statement: computed,
      at: computed.node,
      related: [],
      nearly: null,
      change: null,
    };
  }
}

const divergences: ReadonlySet<string> = new Set(['kl_diag_std_normal', 'kl_gauss_gauss', 'kl_k3']);

/** Terms of a loss that a function works out and never adds. */

import { gaussianDivergences } from '../../formulas/elboRoles.ts';
import type { Computed } from '../expression/follow/context.ts';
import type { Found } from '../recognise/findings.ts';
import type { Checked } from './checked.ts';
import type { Fault } from './fault.ts';

/** A divergence or a penalty whose name stands nowhere else in a function that gives a loss. */
export function* unused({ found, computed, textOf }: Checked): Generator<Fault> {
  for (const { computed: term, recognition, place } of found) {
    if (!terms.has(recognition.formula.id) || place.node !== term.node || !term.holder || !/^[a-z_]\w+$/i.test(term.target)) continue;
    const uses = textOf(term.holder).match(new RegExp(`\\b${term.target}\\b`, 'g'))?.length ?? 0;
    const total = uses === 1 ? totalOf(term, found, computed) : null;
    if (!total) continue;
    yield {
      rule: 'term-unused',
      message: `\`${term.target}\` (${recognition.formula.name}) is worked out before and takes no part in this, nor in anything else of the function.`,
      statement: total,
      at: total.node,
      related: [{ node: term.node, message: 'Worked out here, and not used.' }],
      nearly: null,
      change: null,
    };
  }
}

const terms: ReadonlySet<string> = new Set([
  ...gaussianDivergences,
  ...['kl_dist', 'kl_free_bits', 'wgan_gp', 'r1', 'path_length', 'vq_commitment'],
]);

/** The loss that it belongs to: what comes after it in the function and is called one, or is given by a function that is. */
function totalOf({ start, holder }: Computed, found: readonly Found[], computed: readonly Computed[]): Computed | null {
  const after = computed.filter((one) => one.holder === holder && one.start > start && (one.node.op !== 'let' || one.target === ''));
  const isKnown = (one: Computed): boolean => found.some(({ computed: known }) => known === one);
  return (
    after.find(({ target }) => /^(?:total_?)?(?:loss|objective|elbo|neg_?elbo)$/i.test(target)) ??
    after.find((one) => one.target === '' && (isKnown(one) || /loss|elbo|objective/i.test(one.around[0] ?? ''))) ??
    null
  );
}

/** Where value and notation say different things: letters of mathematics mean more than names of code do. */

import { given } from '../recognise/evidence/given.ts';
import type { Recognition } from '../recognise/recogniser.ts';

/** Words that no symbol of a role begins with, by the role's id. */
const never: readonly (readonly [role: RegExp, words: readonly string[]])[] = [
  [/^(?:prior)?std\d?$/i, ['mu', 'epsilon', 'x', 'z']],
  [/^(?:prior)?mean\d?$/i, ['sigma', 'epsilon']],
  [/^time$/, ['sigma', 'mu', 'epsilon', 'beta']],
  [/^clean$/, ['previous', 'epsilon', 'mu', 'sigma']],
  [/^(?:source|target)$/, ['sigma', 'epsilon']],
];

/** Whether a symbol is taken for what it never stands for. */
export function contradicts(found: Recognition): boolean {
  if (found.kind !== 'value') return false;
  const { choices, literals } = found.binding;
  for (const { id, domain } of found.reading.roles) {
    const literal = literals[id];
    if (literal !== undefined && (domain === 'small' || domain === 'unit') && (literal < 0 || literal > (domain === 'small' ? 0.5 : 1)))
      return true;
  }
  const spreads = new Set<string>();
  for (const [node, choice] of choices) {
    if (!('role' in choice)) continue;
    const [first = '', second = ''] = given(node).own;
    if (/std/i.test(choice.role.id)) spreads.add(`${choice.role.id} ${first.replace(/\d+$/, '')}`);
    if (never.some(([role, words]) => role.test(choice.role.id) && words.includes(first))) return true;
    // The noise of the data is not the noise level; beta is what alpha leaves.
    if (choice.role.id === 'sigma' && first === 'sigma' && /^d(?:ata)?$/.test(second)) return true;
    if (
      choice.role.id === 'alpha' &&
      choice.encoding &&
      ['alpha', 'beta'].includes(choice.encoding.id) &&
      ['alpha', 'beta'].includes(first) &&
      first !== choice.encoding.id
    )
      return true;
  }
  // One spread has one letter, in whatever forms it is held.
  const spreadRoles = [...spreads].map((one) => one.split(' ')[0]);
  return new Set(spreadRoles).size < spreadRoles.length;
}

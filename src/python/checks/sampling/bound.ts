/** What the code has for a part of a formula that was found. */

import type { Node } from '../../expression/node.ts';
import type { Recognition } from '../../recognise/recogniser.ts';

export interface Bound {
  readonly node: Node;
  /** The form that it is held in, where a part may be held in several. */
  readonly form: string | null;
}

export function boundTo(recognition: Recognition, role: string): Bound | null {
  if (recognition.kind !== 'value') return null;
  for (const [node, choice] of recognition.binding.choices)
    if ('role' in choice && choice.role.id === role) return { node, form: choice.encoding?.id ?? null };
  return null;
}

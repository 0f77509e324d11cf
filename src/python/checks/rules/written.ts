/** What the code that is checked writes itself, as against what functions do that it calls. */

import type { Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';

const known = new WeakMap<Checked, ReadonlySet<Node>>();

/** Whether a value is made in one of the statements: that is where it can be mended. */
export function isWritten(checked: Checked, node: Node): boolean {
  let written = known.get(checked);
  if (!written) known.set(checked, (written = new Set(checked.computed.flatMap(({ places }) => places.map((place) => place.node)))));
  return written.has(node);
}

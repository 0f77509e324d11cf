/** How a value is a certain formula. */

import type { Formula } from '../../formulas/formula.ts';
import type { Computed } from '../expression/follow/context.ts';
import type { Node } from '../expression/node.ts';
import { matches, type Match } from '../recognise/comparison/match.ts';
import { isSupported, surroundingsOf } from '../recognise/evidence/evidence.ts';
import { cutsOf } from '../recognise/pieces.ts';
import type { Checked } from './checked.ts';

const mostPieces = 6;
const mostTries = 20;

/** Of a statement as it would be with a change; null where it would not be the formula. */
export function matchOf(node: Node, formula: Formula, { target, around }: Computed, { recogniser }: Checked): Match | null {
  const surroundings = surroundingsOf(target, around);
  let pieces = 0;
  for (const { cut, alternative } of cutsOf(node)) {
    if (++pieces > mostPieces) break;
    for (const reading of formula.readings ?? []) {
      if (reading.kind !== 'value') continue;
      for (const match of matches(cut, formula, reading, alternative, { left: mostTries }))
        if (isSupported(reading.evidence, match.binding.choices, surroundings, recogniser.idsOf)) return match;
    }
  }
  return null;
}

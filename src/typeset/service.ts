/** What the thread that sets formulas answers. */

import { catalogue } from '../formulas/catalogue.ts';
import type { Handlers } from '../protocol/rpc.ts';
import type { Typesetting } from '../protocol/typesetting.ts';
import { formulaCard, mathCard } from './cards.ts';
import { mathAt } from './mathText/mathAt.ts';
import { createDraw } from './pictures.ts';

export function createService(): Handlers<Typesetting> {
  const draw = createDraw();
  return {
    mathAt: ({ text, language, offset }) => mathAt(text, language, offset),
    formula: ({ finding, theme }) => formulaCard(draw, finding, theme),
    math: ({ latex, display, formula, theme }) => mathCard(draw, latex, display, formula, theme),
    names: ({ ids }) =>
      ids.flatMap((id) => {
        const formula = catalogue.get(id);
        return formula ? [{ id, name: formula.name, family: formula.family }] : [];
      }),
  };
}

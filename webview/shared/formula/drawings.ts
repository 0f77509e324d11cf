/** Formulas that a view has drawn, and the terms in them that are pointed at. */

import { plainLatex } from '../../../src/formulas/formula.ts';
import { messageOf } from '../../../src/protocol/errors.ts';

/** KaTeX is not asked again for what it has drawn. */
export class Drawings {
  readonly #drawn = new Map<string, HTMLElement | string>();

  /** What KaTeX draws, or why it cannot. */
  once(key: string, make: () => HTMLElement): HTMLElement | string {
    let drawn = this.#drawn.get(key);
    if (drawn === undefined) {
      try {
        drawn = make();
      } catch (error) {
        drawn = messageOf(error);
      }
      this.#drawn.set(key, drawn);
    }
    return drawn;
  }

  clear(): void {
    this.#drawn.clear();
  }
}

/** The term that is around an element. */
export function termAt(target: EventTarget | null): string | null {
  return (target instanceof Element && target.closest<HTMLElement>('[data-term]')?.dataset['term']) || null;
}

/** The reader writes its terms as they have to be; what else comes is shown as it is. */
export function plain(latex: string): string {
  try {
    return plainLatex(latex);
  } catch {
    return latex;
  }
}

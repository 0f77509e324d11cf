/** What was chosen before, so that one can go back to it and forth again. */

/** Changes of one thing that follow each other within this time are one: a slider that is drawn. */
const togetherMs = 1_000;
const most = 100;

export class Undo<State> {
  readonly #now: () => number;
  #past: State[] = [];
  #future: State[] = [];
  #last: { readonly what: string; readonly at: number } | null = null;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get canUndo(): boolean {
    return this.#past.length > 0;
  }
  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /** @param what is changed: "seed" @param before the state until then */
  changes(what: string, before: State): void {
    const at = this.#now();
    const goesOn = this.#last?.what === what && at - this.#last.at < togetherMs;
    this.#last = { what, at };
    this.#future = [];
    if (!goesOn) this.#past = [...this.#past.slice(1 - most), before];
  }

  /** The state before the last change; null: there is none. */
  undo(now: State): State | null {
    return this.#go(this.#past, this.#future, now);
  }

  /** The state that was left by `undo`; null: there is none. */
  redo(now: State): State | null {
    return this.#go(this.#future, this.#past, now);
  }

  #go(from: State[], to: State[], now: State): State | null {
    const state = from.pop();
    if (state === undefined) return null;
    to.push(now);
    this.#last = null;
    return state;
  }
}

/** Which of both keys ask for; null: neither. Fields in which one types have an undo of their own. */
export function undoOf(event: KeyboardEvent): 'undo' | 'redo' | null {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return null;
  const target = event.composedPath()[0];
  if (
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLInputElement && !['range', 'radio', 'checkbox'].includes(target.type))
  )
    return null;
  const key = event.key.toLowerCase();
  if (key === 'z') return event.shiftKey ? 'redo' : 'undo';
  return key === 'y' && event.ctrlKey && !event.shiftKey ? 'redo' : null;
}

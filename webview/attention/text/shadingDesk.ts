/** What the text is shaded by: groups, which of them are chosen, and their numbers, asked for as the choice changes. */

import type { AttentionResult, TextState, TextSymbols } from '../../../src/protocol/attention.ts';
import type { MapSource, TokenSpan } from '../../../src/protocol/inference.ts';
import { textTokens } from '../textTokens.ts';
import type { Choosing } from '../../shared/tokenText/tokenText.ts';
import type { ViewContext } from '../view.ts';
import { Groups, type Group } from './groups.ts';
import { select, type Selection } from './selection.ts';
import { ShadeStore } from './shadeStore.ts';
import { SymbolStore } from './symbolStore.ts';
import type { NamedText, Shading } from './words.ts';

/** A run as it is shaded. */
interface Shown {
  readonly result: AttentionResult;
  readonly tokens: readonly TokenSpan[];
  readonly text: NamedText;
}

/** Numbers that have come, and what they are of. */
export interface Shaded {
  readonly shading: Shading;
  readonly map: MapSource;
  /** Weight that the first token held, where it is left out. */
  readonly removed: number | null;
}

export class ShadingDesk {
  readonly #context: ViewContext;
  readonly #shades: ShadeStore;
  readonly #symbols: SymbolStore;
  #shown: Shown | null = null;
  #groups: Groups | null = null;
  #selection: Selection | null = null;
  #shaded: (Shaded & { values: Float32Array }) | null = null;

  constructor(context: ViewContext) {
    this.#context = context;
    const events = { arrived: () => context.changed(), failed: (error: unknown) => context.report(error) };
    this.#shades = new ShadeStore({ ...events, shade: (request, options) => context.host.shade(request, options) });
    this.#symbols = new SymbolStore({ ...events, symbols: () => context.host.symbols({}) });
  }

  show(result: AttentionResult): Shown {
    this.clear();
    const text = { text: result.text, firstLine: result.subject.lines?.first ?? 1 };
    return (this.#shown = { result, tokens: textTokens(result.run.tokens ?? []), text });
  }

  clear(): void {
    this.#shades.clear();
    this.#symbols.clear();
    this.#shown = this.#groups = this.#selection = this.#shaded = null;
  }

  retry(): void {
    this.#shades.retry();
    this.#symbols.retry();
  }

  get shown(): Shown | null {
    return this.#shown;
  }

  get groups(): Groups | null {
    return this.#groups;
  }

  /** What was shaded last, while what is wanted is on its way. */
  get shaded(): Shaded | null {
    return this.#shaded;
  }

  get symbols(): TextSymbols | null {
    return this.#symbols.want();
  }

  get isLoading(): boolean {
    return this.#shades.isLoading || this.#symbols.isLoading;
  }

  /** What is chosen, by default the last token that is not white space. */
  get selection(): Selection {
    const { tokens: kept } = this.#state;
    if (this.#selection?.tokens === kept) return this.#selection;
    const last = this.#shown?.tokens.findLastIndex(({ text }) => text.trim() !== '') ?? 0;
    const first = kept[0] ?? Math.max(0, last);
    return (this.#selection = { tokens: kept.length > 0 ? kept : [first], anchor: first, active: first });
  }

  /** The group that the keyboard is in. */
  get active(): Group | undefined {
    return this.#groups?.all[this.#groups.indexOf(this.selection.active)];
  }

  choose(token: number, how: Choosing): void {
    if (!this.#groups) return;
    this.#selection = select(this.selection, this.#groups, token, how);
    const { state } = this.#context;
    this.#context.clearProblem();
    this.#context.setState({ ...state, text: { ...state.text, tokens: this.#selection.tokens } });
  }

  /** Takes up what the state says, and asks for its numbers. True where other numbers are there than before. */
  want(map: MapSource): boolean {
    if (!this.#shown) return false;
    const { result, tokens } = this.#shown;
    const { granularity, direction } = this.#state;
    if (this.#groups?.granularity !== granularity) {
      const symbols = granularity === 'symbol' ? this.#symbols.want() : undefined;
      // Until they have come the text is looked at as before.
      if (symbols === null) return false;
      this.#groups = Groups.of(granularity, result.text, tokens, symbols?.symbols);
    }
    const groups = this.#groups;
    const chosen = groups.holding(this.selection.tokens);
    const request = { runId: result.run.runId, map, direction, groups: chosen.map((index) => groups.all[index]!.tokens) };
    const shades = this.#shades.want(request);
    const before = this.#shaded;
    if (!shades || (before?.values === shades.values && before.shading.groups === groups)) return false;
    const values = groups.rollUp(shades.values, direction === 'from' ? 'keys' : 'queries');
    this.#shaded = { ...shades, shading: { groups, chosen, values, direction }, map };
    return true;
  }

  get #state(): TextState {
    return this.#context.state.text;
  }
}

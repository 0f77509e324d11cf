/** What the weights of an open head are set against: which query is looked at, what is known of it, and what is pointed at. */

import type { TemplateResult } from 'lit';
import type { EffectChoices } from '../../../src/protocol/attention.ts';
import type { HeadRef, SiteRun } from '../../../src/protocol/inference.ts';
import type { Cell } from '../../shared/heatmap/viewport.ts';
import type { HeadView } from '../headView.ts';
import type { ViewContext } from '../view.ts';
import { effectDock, spokenResult, type EffectPart } from './effectDock.ts';
import { EffectFormulas, type ShownEdge } from './effectFormulas.ts';
import { EdgeStudy } from './edgeStudy.ts';
import { NormStore, type HeadNorms } from './normStore.ts';

export interface OpenHead extends HeadRef {
  readonly runId: string;
  readonly name: string;
  /** Gives the map its sizes. */
  readonly sizes: SiteRun;
}

export class EffectDesk {
  readonly #context: ViewContext;
  readonly #head: HeadView;
  readonly #study: EdgeStudy;
  readonly #norms: NormStore;
  /** The query that was pointed at when the dock was opened. */
  #query: number | null = null;
  #pointed: number | null = null;
  #opened: ReadonlySet<EffectPart> = new Set();
  #formulas: EffectFormulas | null = null;
  #finished: (() => string) | null = null;

  constructor(context: ViewContext, head: HeadView) {
    this.#context = context;
    this.#head = head;
    this.#study = new EdgeStudy({
      fetch: (request, options) => context.host.edgeEffects(request, options),
      changed: () => context.changed(),
      finished: () => this.#finished && context.speak(this.#finished()),
    });
    this.#norms = new NormStore({
      fetch: (request, options) => context.host.valueNorms(request, options),
      arrived: () => context.changed(),
      failed: (error) => context.report(error),
    });
  }

  /** |W_O v| of a head's keys; null until they have come. */
  norms({ runId, site, head }: Omit<OpenHead, 'name' | 'sizes'>): HeadNorms | null {
    return this.#norms.want({ runId, site, head });
  }

  /** The dock opens, or closes, while a cell is pointed at. */
  toggled(cell: Cell | null): void {
    this.#query = cell?.query ?? null;
    this.#point(null);
    this.#study.cancel();
  }

  retry(): void {
    this.#norms.retry();
  }

  /** Forgets the run. */
  clear(): void {
    this.#study.clear();
    this.#norms.clear();
    this.#query = this.#pointed = null;
  }

  dock(open: OpenHead): TemplateResult {
    const { pinned, effect: choices } = this.#context.state;
    const { runId, site, head, name, sizes } = open;
    const query = Math.min(pinned?.query ?? this.#query ?? Infinity, sizes.queries - 1);
    const place = { runId, site, head, query };
    const key = (index: number): string => this.#head.label('key', index);
    const row = this.#head.row(query);
    const { cell } = this.#head;
    this.#study.look(place);
    this.#finished = () => {
      const measured = this.#study.of(place);
      return row && measured ? spokenResult(row, measured, this.#context.state.effect, key) : '';
    };
    return effectDock({
      study: this.#study,
      place,
      name,
      choices,
      row,
      norms: this.norms(open),
      query: this.#head.label('query', query),
      key,
      lit: this.#pointed ?? (cell?.query === query && cell.key !== pinned?.key ? cell.key : null),
      pinned: pinned?.query === query ? pinned.key : null,
      opened: this.#opened,
      choose: (change) => this.#choose(change),
      toggle: (part) => this.#toggle(part),
      formulas: (shown) => this.#formulasOf(shown),
      point: (index) => this.#point(index === null ? null : { query, key: index }),
      pin: (index) => this.#head.heatmap.pin({ query, key: index }),
    });
  }

  #choose(change: Partial<EffectChoices>): void {
    const { state } = this.#context;
    this.#context.setState({ ...state, effect: { ...state.effect, ...change } });
  }

  #toggle(part: EffectPart): void {
    const next = new Set(this.#opened);
    if (!next.delete(part)) next.add(part);
    this.#opened = next;
    this.#context.changed();
  }

  #formulasOf(shown: ShownEdge): HTMLElement {
    const copy = (latex: string): void => void navigator.clipboard.writeText(latex).catch((error: unknown) => this.#context.report(error));
    this.#formulas ??= new EffectFormulas(copy);
    this.#formulas.show(shown);
    return this.#formulas.element;
  }

  #point(cell: Cell | null): void {
    if ((cell?.key ?? null) === this.#pointed) return;
    this.#pointed = cell?.key ?? null;
    this.#head.heatmap.light(cell, cell && 'cell');
    this.#context.changed();
  }
}

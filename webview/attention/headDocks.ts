/** What stands beside an open head, one at a time: its formula, its scores, its weights against their effect. */

import { html, nothing, type TemplateResult } from 'lit';
import { headName } from '../../src/maps/names.ts';
import type { AttentionResult, AttentionViewState } from '../../src/protocol/attention.ts';
import { shortTokenLabel } from '../shared/tokenLabel.ts';
import { EffectDesk, type OpenHead } from './effect/effectDesk.ts';
import { FormulaDock } from './formulaDock.ts';
import type { HeadPlace } from './gridLayout.ts';
import type { HeadView } from './headView.ts';
import type { ReadoutContent } from './readout.ts';
import type { HeadScoring } from './scores/headScoring.ts';
import { scoreDock } from './scores/scoreDock.ts';
import type { ViewContext } from './view.ts';
import { chosenHead, chosenSite, toggleDock } from './viewState.ts';

export class HeadDocks {
  readonly #context: ViewContext;
  readonly #head: HeadView;
  readonly #scoring: HeadScoring;
  readonly #formula: FormulaDock;
  readonly #effect: EffectDesk;
  /** Scores that are open to be explained. */
  #openScores: ReadonlySet<string> = new Set();

  constructor(context: ViewContext, head: HeadView, scoring: HeadScoring) {
    this.#context = context;
    this.#head = head;
    this.#scoring = scoring;
    this.#formula = new FormulaDock({
      cell: (request, options) => context.host.cell(request, options),
      pointed: (part) => {
        const request = head.formulaCell?.request;
        head.heatmap.light(request ? { query: request.query, key: request.key } : null, part);
      },
      toggledStep: (step) => {
        const steps = context.state.formula?.steps ?? [];
        const next = steps.includes(step) ? steps.filter((open) => open !== step) : [...steps, step];
        context.setState({ ...context.state, formula: { steps: next } });
      },
      copied: (latex) => void navigator.clipboard.writeText(latex).catch((error: unknown) => context.report(error)),
    });
    this.#effect = new EffectDesk(context, head);
    this.#lightFromMap();
  }

  clear(): void {
    this.#formula.clear();
    this.#effect.clear();
  }

  retry(): void {
    this.#formula.retry();
    this.#effect.retry();
  }

  toggle(dock: Parameters<typeof toggleDock>[1]): void {
    const { cell } = this.#head;
    this.#context.setState(toggleDock(this.#state, dock));
    this.#effect.toggled(cell);
  }

  /** @param place of the head that is open by itself; null: there is none */
  content(result: AttentionResult, place: HeadPlace | null): TemplateResult {
    const { formula, effect } = this.#state;
    const docked = place !== null && formula !== null;
    if (docked) this.#formula.update(this.#head.formulaCell, formula.steps);
    const open = this.#context.live && effect.open ? this.#single(result) : null;
    return html`${docked ? this.#formula.element : nothing} ${this.#scores(result, place)} ${open ? this.#effect.dock(open) : nothing}`;
  }

  /** Of the cell pointed at or pinned; with the length of its value where a single head has one. */
  readout(result: AttentionResult): ReadoutContent | null {
    const content = this.#state.chosen && this.#head.readout;
    // Lengths of values are the engine's to tell.
    const open = content && this.#context.live ? this.#single(result) : null;
    const known = open && this.#effect.norms(open);
    return content && open && known && 'norms' in known ? { ...content, norm: known.norms[content.key.index] } : content;
  }

  get #state(): AttentionViewState {
    return this.#context.state;
  }

  /** Pointing at the map lights the term that is meant: the weight of a cell, the query of a row's label, the key of a column's. */
  #lightFromMap(): void {
    const { element } = this.#head.heatmap;
    element.addEventListener('pointerover', ({ target }) => {
      if (!(target instanceof Element)) return;
      this.#formula.light(
        target.closest('.axis.queries') ? 'query' : target.closest('.axis.keys') ? 'key' : target.closest('.plot') ? 'weight' : null,
      );
    });
    element.addEventListener('pointerleave', () => this.#formula.light(null));
  }

  /** A head that is open by itself, with the run that it is of. */
  #single({ run }: AttentionResult): OpenHead | null {
    const chosen = chosenHead(this.#state);
    const sizes = chosenSite(run, this.#state);
    return chosen && sizes && { ...chosen, runId: run.runId, name: headName(sizes, chosen.head, run.sites), sizes };
  }

  #scores({ run }: AttentionResult, place: HeadPlace | null): TemplateResult | typeof nothing {
    const site = place && run.sites[place.row];
    if (!site || !this.#state.scores.open) return nothing;
    return scoreDock({
      scoring: this.#scoring,
      place,
      name: headName(site, place.head, run.sites),
      open: this.#openScores,
      token: (index) => shortTokenLabel(run.tokens?.[index]?.text ?? String(index), 12),
      toggle: (id) => {
        const next = new Set(this.#openScores);
        if (!next.delete(id)) next.add(id);
        this.#openScores = next;
        this.#context.changed();
      },
      pin: ({ query, key }) => this.#head.heatmap.pin({ query, key }),
    });
  }
}

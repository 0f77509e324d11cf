/** The formula beside a head: the numbers of one cell, fetched as the cell changes, only the latest one wanted. */

import { messageOf } from '../../src/protocol/errors.ts';
import type { AttentionCell, CellRequest } from '../../src/protocol/inference.ts';
import { RpcError, type CallOptions } from '../../src/protocol/rpc.ts';
import { FormulaView } from '../shared/formula/formulaView.ts';
import { sdpaContent, termPlace, type Position } from './formula.ts';

export interface FormulaDockEvents {
  cell(request: CellRequest, options: CallOptions): Promise<AttentionCell>;
  /** A term is pointed at: the part of the map that it is of; null: none any more. */
  pointed(place: 'row' | 'column' | 'cell' | null): void;
  toggledStep(step: string): void;
  copied(latex: string): void;
}

export interface FormulaCell {
  readonly request: CellRequest;
  readonly query: Position;
  readonly key: Position;
}

const kept = 64;

export class FormulaDock {
  readonly element = document.createElement('div');
  readonly #events: FormulaDockEvents;
  readonly #view: FormulaView;
  readonly #message = document.createElement('p');
  readonly #cells = new Map<string, AttentionCell>();
  #wanted: FormulaCell | null = null;
  /** The cell that could not be had: it is not asked for again by itself while it is the one that is wanted. */
  #failed: string | null = null;
  #loading = false;
  #open: readonly string[] = [];
  /** What is shown already: cell and open steps. */
  #shown = '';

  constructor(events: FormulaDockEvents) {
    this.#events = events;
    this.#view = new FormulaView({
      pointed: (term) => events.pointed(term === null ? null : (termPlace[term] ?? null)),
      toggledStep: (step) => events.toggledStep(step),
      copied: (latex) => events.copied(latex),
    });
    this.#message.className = 'formula-message';
    this.#message.setAttribute('role', 'status');
    this.element.className = 'dock formula-dock';
    this.element.append(this.#message, this.#view.element);
    this.#say('Point at a cell of the map, or pin one, to see its numbers in the formula.');
  }

  /** Shows a cell, once it has come; null leaves what is there. */
  update(cell: FormulaCell | null, openSteps: readonly string[]): void {
    this.#open = openSteps;
    if (cell) this.#wanted = cell;
    if (cell && keyOf(cell) !== this.#failed) this.#failed = null;
    this.#draw();
    if (!this.#loading) void this.#load();
  }

  /** Asks again for a cell that failed. */
  retry(): void {
    this.#failed = null;
    if (!this.#loading) void this.#load();
  }

  /** Lights a term; null: none. */
  light(term: string | null): void {
    this.#view.light(term);
  }

  /** Forgets the run. */
  clear(): void {
    this.#cells.clear();
    this.#wanted = null;
    this.#failed = null;
    this.#shown = '';
  }

  async #load(): Promise<void> {
    this.#loading = true;
    for (let wanted = this.#missing; wanted; wanted = this.#missing) {
      try {
        const cell = await this.#events.cell(wanted.request, {});
        this.#cells.set(keyOf(wanted), cell);
        for (const oldest of this.#cells.keys()) {
          if (this.#cells.size <= kept) break;
          this.#cells.delete(oldest);
        }
      } catch (error) {
        if (wanted !== this.#wanted) continue;
        if (error instanceof RpcError && error.code === 'cancelled') this.#wanted = null;
        else {
          this.#failed = keyOf(wanted);
          this.#say(messageOf(error), () => this.retry());
        }
      }
      this.#draw();
    }
    this.#loading = false;
  }

  /** The cell that is wanted, where it has to be asked for. */
  get #missing(): FormulaCell | null {
    const wanted = this.#wanted;
    return wanted && !this.#cells.has(keyOf(wanted)) && keyOf(wanted) !== this.#failed ? wanted : null;
  }

  #draw(): void {
    const wanted = this.#wanted;
    const cell = wanted && this.#cells.get(keyOf(wanted));
    if (!cell) return;
    const shown = `${keyOf(wanted)} ${this.#open.join(' ')}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#message.hidden = true;
    this.#view.element.hidden = false;
    this.#view.show(sdpaContent(cell, wanted.query, wanted.key, new Set(this.#open)));
  }

  #say(message: string, retry?: () => void): void {
    this.#shown = '';
    this.#message.textContent = message;
    if (retry) {
      const button = document.createElement('button');
      button.className = 'link';
      button.textContent = 'Try again';
      button.addEventListener('click', retry);
      this.#message.append(' ', button);
    }
    this.#message.hidden = false;
    this.#view.element.hidden = true;
  }
}

const keyOf = ({ request: { runId, site, head, query, key } }: FormulaCell): string => `${runId} ${site} ${head} ${query} ${key}`;

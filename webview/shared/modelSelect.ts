/** The models that a panel can show, and what can be done with their list. */

import type { TemplateResult } from 'lit';
import { select } from './toolbar.ts';

export interface SelectableModel {
  readonly id: string;
  readonly title: string;
  /** By the user: it can be taken off the list. */
  readonly added?: boolean;
}

export interface ModelSelectEvents {
  choose(id: string): void;
  add(): void;
  remove(id: string): void;
  /** What was chosen is no model: the one that is shown stays chosen. */
  changed(): void;
}

export function modelSelect<Model extends SelectableModel>(
  models: readonly Model[],
  chosen: Model | null | undefined,
  canAdd: boolean | undefined,
  events: ModelSelectEvents,
): TemplateResult {
  const others = [
    ...(canAdd ? [{ name: 'Add a model…', act: () => events.add() }] : []),
    ...(chosen?.added ? [{ name: `Remove ${chosen.title} from the list`, act: () => events.remove(chosen.id) }] : []),
  ];
  return select(
    'Model',
    chosen ? models.indexOf(chosen) : -1,
    [...models.map(({ title }) => title), ...others.map(({ name }) => name)],
    (index) => {
      const model = models[index];
      if (model) events.choose(model.id);
      else others[index - models.length]?.act();
      events.changed();
    },
  );
}

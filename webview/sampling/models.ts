/** Which model is sampled: the one chosen as a card, and all of them when it is opened. */

import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { SamplingModel } from '../../src/protocol/sampling.ts';
import { iconButton } from '../shared/toolbar.ts';
import type { Desk } from './desk.ts';
import { modelFacts } from './words.ts';

/** @param open whether all are shown @param toggle opens or closes the list */
export function modelPicker(desk: Desk, open: boolean, toggle: () => void): TemplateResult {
  const { model, models } = desk;
  if (!model) return html`<p class="sampling-empty">No model was found. Reinstall Genlens, or add one of your own.</p>`;
  return html`<section class="models" aria-label="Model">
    <button class="model chosen" aria-expanded=${String(open)} aria-controls="model-list" @click=${toggle}>
      ${face(model)}<span class="codicon codicon-chevron-${open ? 'up' : 'down'}" aria-hidden="true"></span>
    </button>
    ${
      open
        ? html`<ul id="model-list" class="model-list">
            ${models
              .filter((other) => other !== model)
              .map(
                (other) =>
                  html`<li>
                    <button class="model" @click=${() => (desk.set({ model: other.id }), toggle())}>${face(other)}</button>
                    ${other.bundled ? nothing : removeButton(desk, other)}
                  </li>`,
              )}
            <li class="model-actions">
              ${desk.canAdd ? html`<button class="link" @click=${() => desk.act(add(desk))}>Add a model…</button>` : nothing}
              ${
                model.bundled
                  ? html`<button class="link" @click=${() => desk.act(desk.host.openCard({ model: model.id }))}>
                      Card of ${model.title}
                    </button>`
                  : html`<button class="link" @click=${() => desk.act(desk.host.removeModel({ model: model.id }))}>
                      Remove ${model.title}
                    </button>`
              }
            </li>
          </ul>`
        : nothing
    }
  </section>`;
}

async function add(desk: Desk): Promise<void> {
  const model = await desk.host.addModel({});
  if (model !== null) desk.set({ model });
}

/** Its files stay. */
function removeButton(desk: Desk, { id, title }: SamplingModel): TemplateResult {
  return iconButton('trash', `Remove ${title} from the list (its files stay)`, () => desk.act(desk.host.removeModel({ model: id })));
}

function face(model: SamplingModel): TemplateResult {
  return html`<svg class="model-picture" viewBox="0 0 24 24" aria-hidden="true">${pictures[model.family]}</svg>
    <span class="model-words">
      <span class="model-title">${model.title}</span>
      <span class="model-facts" title=${model.description}>${modelFacts(model)}</span>
    </span>`;
}

const square = (x: number, y: number): SVGTemplateResult => svg`<rect x=${x} y=${y} width="4" height="4" rx="1" />`;

/** What each family is, drawn: a causal mask, a bottleneck, two players, noise that becomes order. */
const pictures: Readonly<Record<SamplingModel['family'], SVGTemplateResult>> = {
  transformer: svg`${[0, 1, 2, 3].flatMap((row) => [...Array(row + 1).keys()].map((column) => square(2 + column * 5.2, 2 + row * 5.2)))}`,
  vae: svg`<path d="M3 3 L10 10 V14 L3 21 Z M21 3 L14 10 V14 L21 21 Z" />`,
  gan: svg`<path d="M3 7 H15 V4 L21 8.5 L15 13 V10 H3 Z M21 17 H9 V20 L3 15.5 L9 11 V14 H21 Z" />`,
  diffusion: svg`<circle cx="4" cy="6" r="1.4" /><circle cx="6" cy="16" r="1.4" /><circle cx="9" cy="10" r="1.4" /><circle cx="3" cy="20" r="1.4" /><circle cx="11" cy="19" r="1.4" /><circle cx="10" cy="3.5" r="1.4" /><circle cx="17.5" cy="12" r="4.5" />`,
};

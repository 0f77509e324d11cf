/** The toolbar of the latent panel: model, data, how the points lie and what colours them, tools of the plane. */

import { html, nothing, type TemplateResult } from 'lit';
import { categoryColours, pointRamp, unknownColour } from '../shared/points/colours.ts';
import { classesLegend, valuesLegend } from '../shared/points/legend.ts';
import { pointsTools } from '../shared/points/tools.ts';
import { modelSelect } from '../shared/modelSelect.ts';
import { iconButton, select, toggleButton } from '../shared/toolbar.ts';
import { chosenOf, colouringsOf } from './colouring.ts';
import type { LatentDesk } from './desk.ts';

export function toolbar(panel: LatentDesk): TemplateResult {
  const { content, state, session } = panel;
  const { data } = content;
  const names = [...data.map(({ name }) => name), 'Other data…'];
  return html`<div class="toolbar" role="toolbar" aria-label="Latent space">
    ${modelSelect(panel.content.models, panel.chosen, panel.content.canAdd, {
      choose: (model) => panel.choose({ model }),
      add: () => panel.addModel(),
      remove: (id) => panel.removeModel(id),
      changed: () => panel.changed(),
    })}
    ${
      session.takesData
        ? select(
            'Data',
            data.findIndex(({ id }) => id === state.data),
            names,
            (index) => (index === data.length ? panel.addData() : panel.choose({ data: data[index]?.id ?? null })),
          )
        : nothing
    }
    ${projectionSelect(panel)} ${colouringSelect(panel)}
    <span class="spacer"></span>
    ${
      session.placed?.plane
        ? html`${toggleButton('git-compare', 'A path between two places', panel.way?.kind === 'path', () =>
            panel.way?.kind === 'path' ? panel.endWay() : panel.showPath(),
          )}
          ${isOfDimensions(panel) ? toggleButton('table', 'The plane, decoded as a grid', panel.way?.kind === 'manifold', () => (panel.way?.kind === 'manifold' ? panel.endWay() : panel.showManifold())) : nothing}`
        : nothing
    }
    ${
      session.takesData
        ? html`${iconButton('file-media', 'Encode the image that is open', () => panel.pickPicture(false))}
          ${iconButton('folder-opened', 'Encode an image file…', () => panel.pickPicture(true))}`
        : nothing
    }
    ${session.placed ? pointsTools(panel.points, session.placed.plane !== null) : nothing}
  </div>`;
}

/** Even quantiles of the prior are those of the latents, not of their principal components. */
function isOfDimensions({ session: { placed, model } }: LatentDesk): boolean {
  return placed?.projection.method === 'dimensions' || (model?.latent ?? 0) <= 2;
}

/** Ways to lay out more than two dimensions. */
function projectionSelect(panel: LatentDesk): TemplateResult | typeof nothing {
  const { model, data, placed, isComing } = panel.session;
  // To lay out what is still being encoded would end that.
  if (!model || model.latent <= 2 || isComing) return nothing;
  // Without data there are no components of it.
  const { method, dimensions } = data ? panel.state.projection : (placed?.projection ?? panel.state.projection);
  const methods = data || !placed ? (['pca', 'umap', 'dimensions'] as const) : (['dimensions'] as const);
  const names = ['Principal components', 'UMAP', 'Two dimensions'].slice(-methods.length);
  const dimensionSelect = (end: 0 | 1): TemplateResult =>
    select(end === 0 ? 'To the right' : 'Upwards', dimensions[end], model.latentNames, (index) =>
      panel.choose({ projection: { method, dimensions: end === 0 ? [index, dimensions[1]] : [dimensions[0], index] } }),
    );
  return html`${select(
    'How the points lie',
    methods.findIndex((one) => one === method),
    names,
    (index) => panel.choose({ projection: { method: methods[index] ?? 'pca', dimensions } }),
  )}
  ${method === 'dimensions' ? html`${dimensionSelect(0)} ${dimensionSelect(1)}` : nothing}`;
}

function colouringSelect(panel: LatentDesk): TemplateResult | typeof nothing {
  const { data } = panel.session;
  if (!data) return nothing;
  const known = colouringsOf(data.summary, data.numbers);
  return select(
    'Colour of the points',
    known.indexOf(chosenOf(known, panel.state.colouring)),
    known.map(({ name }) => `Colour: ${name}`),
    (index) => panel.choose({ colouring: known[index]?.colouring ?? null, lit: null }),
  );
}

/** What the colours mean. */
export function legendOf(panel: LatentDesk): TemplateResult | typeof nothing {
  const { coloured, palette, state } = panel;
  if (!coloured) return nothing;
  if (coloured.kind === 'values') {
    const { values } = coloured.colour as { values: Float32Array };
    const unknown = values.some(Number.isNaN) ? unknownColour(palette) : null;
    return valuesLegend({ name: coloured.name, ramp: pointRamp('viridis', palette), range: coloured.range, unknown });
  }
  const { names, groups } = coloured;
  // So many names are no legend any more: they are told when a point is pointed at.
  if (names.length > 100)
    return html`<p class="latent-note">${names.length} classes, each in its colour; point at a point to read its own.</p>`;
  return classesLegend({ names, colours: categoryColours(groups, palette), lit: state.lit, light: (lit) => panel.choose({ lit }) });
}

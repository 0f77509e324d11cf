/** The one row of tools above each picture. */

import { html, nothing, type TemplateResult } from 'lit';
import type { MapSource } from '../../src/protocol/inference.ts';
import { zoomStep } from '../shared/heatmap/gestures.ts';
import { iconButton, select, toggleButton } from '../shared/toolbar.ts';
import { withoutFirstBox } from './withoutFirst.ts';

type Colour = 'linear' | 'log';

export interface HeadTools {
  back(): void;
  step(heads: number): void;
  zoom(factor: number): void;
  fit(): void;
  copy(): void;
  /** null: there is nowhere to export to. */
  readonly export: (() => void) | null;
  toggleFormula(): void;
  toggleScores(): void;
  toggleEffect(): void;
  setColour(colour: Colour): void;
}

/** @param together opens all heads as one; null where they have no common size */
export function overviewToolbar(
  tools: TemplateResult,
  together: (() => void) | null,
  exporting: (() => void) | null,
  colour: Colour,
  setColour: (colour: Colour) => void,
): TemplateResult {
  return html`<div class="toolbar overview-tools" role="toolbar" aria-label="Overview">
    ${tools}
    <span class="spacer"></span>
    ${exportButton(exporting)} ${together ? iconButton('layers', 'All heads as one: their mean, maximum or rollout', together) : nothing}
    ${colourSelect(colour, setColour)}
  </div>`;
}

/** @param on what is shown beside the map; `effect` null: it cannot be */
export function headToolbar(
  map: MapSource,
  picker: TemplateResult,
  { colour, formula, scores, effect }: { colour: Colour; formula: boolean; scores: boolean; effect: boolean | null },
  tools: HeadTools,
): TemplateResult {
  const single = map.kind === 'head';
  return html`<div class="toolbar" role="toolbar" aria-label="Head">
    ${iconButton('arrow-left', 'Back to all heads', () => tools.back(), 'Escape')} ${picker}
    ${
      single
        ? html`${iconButton('chevron-left', 'Previous head', () => tools.step(-1), '[')}
          ${iconButton('chevron-right', 'Next head', () => tools.step(1), ']')}`
        : nothing
    }
    <span class="spacer"></span>
    ${
      single
        ? html`${toggleButton('graph', 'Scores of this head', scores, () => tools.toggleScores(), 'S')}
          ${
            effect === null
              ? nothing
              : toggleButton('graph-scatter', 'Weight against effect: what masking an edge does', effect, () => tools.toggleEffect(), 'E')
          }
          ${toggleButton('symbol-operator', 'Formula with the numbers of the cell', formula, () => tools.toggleFormula(), 'F')}`
        : nothing
    }
    ${mapTools('Copy the weight pointed at or pinned', tools)} ${exportButton(tools.export)}
    ${colourSelect(colour, (next) => tools.setColour(next))}
  </div>`;
}

export interface CompareTools {
  showDifference(shown: boolean): void;
  swap(): void;
  leaveOutFirst(withoutFirst: boolean): void;
  pinMostDifferent(): void;
  zoom(factor: number): void;
  fit(): void;
  copy(): void;
  setColour(colour: Colour): void;
}

export function compareToolbar(
  { difference, withoutFirst, colour }: { difference: boolean; withoutFirst: boolean; colour: Colour },
  tools: CompareTools,
): TemplateResult {
  return html`<div class="toolbar compare-tools" role="toolbar" aria-label="Compare">
    ${select('Show (D)', difference ? 1 : 0, ['Side by side', 'Difference'], (index) => tools.showDifference(index === 1))}
    ${iconButton('arrow-swap', 'Swap A and B', () => tools.swap(), 'X')}
    ${withoutFirstBox(withoutFirst, (without) => tools.leaveOutFirst(without))}
    <span class="spacer"></span>
    ${iconButton('target', 'Pin the cell that differs most', () => tools.pinMostDifferent(), 'M')}
    ${mapTools('Copy both weights of the cell pointed at or pinned', tools)}
    ${difference ? nothing : colourSelect(colour, (next) => tools.setColour(next))}
  </div>`;
}

function mapTools(copy: string, tools: Pick<HeadTools, 'zoom' | 'fit' | 'copy'>): TemplateResult {
  return html`${iconButton('zoom-out', 'Zoom out', () => tools.zoom(1 / zoomStep), '-')}
  ${iconButton('zoom-in', 'Zoom in', () => tools.zoom(zoomStep), '+')}
  ${iconButton('screen-full', 'Fit the whole map', () => tools.fit(), '0')} ${iconButton('copy', copy, () => tools.copy(), 'Ctrl+C')}`;
}

function exportButton(act: (() => void) | null): TemplateResult | typeof nothing {
  return act ? html`<span class="roomy">${iconButton('export', 'Export: picture, numbers or report', act)}</span>` : nothing;
}

export function colourSelect(colour: Colour, setColour: (colour: Colour) => void): TemplateResult {
  return select('Colour scale', colour === 'linear' ? 0 : 1, ['Linear', 'Log'], (index) => setColour(index === 0 ? 'linear' : 'log'));
}

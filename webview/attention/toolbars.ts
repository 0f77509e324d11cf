/** The one row of tools above each picture. */

import { html, type TemplateResult } from 'lit';
import type { AttentionRun, SiteRun } from '../../src/protocol/inference.ts';
import { zoomStep } from '../shared/heatmap/gestures.ts';
import { iconButton, select, toggleButton } from '../shared/toolbar.ts';
import { siteLabel } from './words.ts';

type Colour = 'linear' | 'log';

export interface HeadTools {
  back(): void;
  choose(site: SiteRun, head: number): void;
  step(heads: number): void;
  zoom(factor: number): void;
  fit(): void;
  copy(): void;
  toggleFormula(): void;
  toggleScores(): void;
  setColour(colour: Colour): void;
}

export function overviewToolbar(tools: TemplateResult, colour: Colour, setColour: (colour: Colour) => void): TemplateResult {
  return html`<div class="toolbar overview-tools" role="toolbar" aria-label="Overview">
    ${tools}
    <span class="spacer"></span>
    ${colourSelect(colour, setColour)}
  </div>`;
}

export function headToolbar(
  run: AttentionRun,
  site: SiteRun,
  head: number,
  { colour, formula, scores }: { colour: Colour; formula: boolean; scores: boolean },
  tools: HeadTools,
): TemplateResult {
  const { sites } = run;
  const heads = Array.from({ length: site.heads }, (_, index) => `H${index}`);
  const chooseSite = (index: number): void => {
    const next = sites[index];
    if (next) tools.choose(next, head);
  };
  return html`<div class="toolbar" role="toolbar" aria-label="Head">
    ${iconButton('arrow-left', 'Back to all heads', () => tools.back(), 'Escape')}
    ${select(
      'Layer',
      sites.indexOf(site),
      sites.map((each) => siteLabel(each, sites)),
      chooseSite,
    )}
    ${select('Head', head, heads, (index) => tools.choose(site, index))}
    ${iconButton('chevron-left', 'Previous head', () => tools.step(-1), '[')}
    ${iconButton('chevron-right', 'Next head', () => tools.step(1), ']')}
    <span class="spacer"></span>
    ${toggleButton('graph', 'Scores of this head', scores, () => tools.toggleScores(), 'S')}
    ${toggleButton('symbol-operator', 'Formula with the numbers of the cell', formula, () => tools.toggleFormula(), 'F')}
    ${iconButton('zoom-out', 'Zoom out', () => tools.zoom(1 / zoomStep), '-')}
    ${iconButton('zoom-in', 'Zoom in', () => tools.zoom(zoomStep), '+')}
    ${iconButton('screen-full', 'Fit the whole map', () => tools.fit(), '0')}
    ${iconButton('copy', 'Copy the weight pointed at or pinned', () => tools.copy(), 'Ctrl+C')}
    ${colourSelect(colour, (next) => tools.setColour(next))}
  </div>`;
}

function colourSelect(colour: Colour, setColour: (colour: Colour) => void): TemplateResult {
  return select('Colour scale', colour === 'linear' ? 0 : 1, ['Linear', 'Log'], (index) => setColour(index === 0 ? 'linear' : 'log'));
}

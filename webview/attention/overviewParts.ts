/** The elements that the overview's grid is made of. */

import { siteLabel, siteName } from '../../src/maps/names.ts';
import type { SiteRun } from '../../src/protocol/inference.ts';
import type { HeadPlace } from './gridLayout.ts';

/** The corner above the layers' names, and a name a column of heads, as many as have room. */
export function headerCells(heads: number, pitch: number): HTMLElement[] {
  const corner = made('span', 'overview-corner');
  corner.setAttribute('role', 'columnheader');
  const cornerText = made('span', 'spoken');
  cornerText.textContent = 'Layer';
  corner.append(cornerText);
  const every = Math.ceil(28 / pitch);
  const labels = Array.from({ length: heads }, (_, head) => {
    const label = made('span', 'overview-column');
    label.setAttribute('role', 'columnheader');
    label.setAttribute('aria-label', `Head ${head}`);
    label.textContent = head % every === 0 ? `H${head}` : '';
    return label;
  });
  return [corner, ...labels];
}

export function rowLabel(site: SiteRun, sites: readonly SiteRun[]): HTMLElement {
  const label = made('span', 'overview-label');
  label.setAttribute('role', 'rowheader');
  label.setAttribute('aria-label', siteName(site, sites));
  label.textContent = siteLabel(site, sites);
  label.dataset['row'] = String(sites.indexOf(site));
  label.title = `Pick the heads of ${siteName(site, sites).toLowerCase()} (Shift+Space)`;
  return label;
}

/** Under a thumbnail. */
export function caption(text: string): HTMLElement {
  const element = made('span', 'thumbnail-caption');
  element.textContent = text;
  return element;
}

/** The head whose thumbnail an element is, or lies in. */
export function placeOf(target: EventTarget | null): HeadPlace | null {
  const cell = target instanceof Element ? target.closest<HTMLElement>('.thumbnail') : null;
  return cell ? { row: Number(cell.dataset['row']), head: Number(cell.dataset['head']) } : null;
}

/** The line whose name an element is. */
export function rowOf(target: EventTarget | null): number | null {
  const label = target instanceof Element ? target.closest<HTMLElement>('.overview-label') : null;
  return label ? Number(label.dataset['row']) : null;
}

export function made(tag: string, className: string): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  return element;
}

export function range(start: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - start) }, (_, index) => start + index);
}

/** All heads of all layers: a grid of thumbnails on one canvas, with a cell of the accessibility tree over each. */

import type { AttentionRun, SiteRun, Thumbnails, ThumbnailsRequest } from '../../src/protocol/inference.ts';
import type { CallOptions } from '../../src/protocol/rpc.ts';
import type { Colours, Placement } from '../shared/heatmap/renderer.ts';
import { createSurface, type Surface } from '../shared/heatmap/surface.ts';
import { formatWeight } from '../shared/numbers.ts';
import { layoutGrid, placeAfterKey, thumbnailTarget, thumbnailTexels, visibleRows, type GridLayout, type HeadPlace } from './gridLayout.ts';
import { ThumbnailStore } from './thumbnailStore.ts';
import { headName, siteLabel, siteName } from './words.ts';

export interface OverviewEvents {
  fetch(request: ThumbnailsRequest, options: CallOptions): Promise<Thumbnails>;
  opened(place: HeadPlace): void;
  pointed(place: HeadPlace | null): void;
  /** More is known: the largest weight of what has come. */
  arrived(): void;
  failed(error: unknown): void;
}

/** Rows beyond the edges that are made ready. */
const overscan = 2;
export class Overview {
  readonly element: HTMLElement;
  readonly #events: OverviewEvents;
  readonly #surface: Surface;
  readonly #grid: HTMLElement;
  readonly #header: HTMLElement;
  readonly #rows = new Map<number, HTMLElement>();
  #thumbnails: ThumbnailStore | null = null;
  #sites: readonly SiteRun[] = [];
  #layout: GridLayout = layoutGrid(0, 0, 0, 0);
  #focused: HeadPlace = { row: 0, head: 0 };

  constructor(events: OverviewEvents) {
    this.#events = events;
    this.#surface = createSurface(
      () => this.#scene(),
      () => this.#arrange(),
    );
    this.#header = made('div', 'overview-header');
    this.#header.setAttribute('role', 'row');
    this.#header.setAttribute('aria-rowindex', '1');
    this.#grid = made('div', 'overview-grid');
    this.#grid.setAttribute('role', 'grid');
    this.#grid.append(this.#header);
    this.element = made('div', 'overview');
    this.element.append(this.#surface.element, this.#grid);
    this.element.addEventListener('scroll', () => this.#update(), { passive: true });
    this.#grid.addEventListener('keydown', (event) => this.#pressed(event));
    this.#grid.addEventListener('click', (event) => {
      const place = placeOf(event.target);
      if (place) this.#events.opened(place);
    });
    this.#grid.addEventListener('pointerover', (event) => this.#events.pointed(placeOf(event.target)));
    this.#grid.addEventListener('pointerleave', () => this.#events.pointed(null));
    this.#grid.addEventListener('focusin', (event) => {
      const place = placeOf(event.target);
      if (place) this.#focusOn(place);
      this.#events.pointed(place);
    });
    this.#grid.addEventListener('focusout', () => this.#events.pointed(null));
  }

  /** Shows a run from its beginning; null frees the one before. */
  show(run: AttentionRun | null): void {
    this.#thumbnails?.clear();
    this.#thumbnails =
      run &&
      new ThumbnailStore(run, {
        fetch: (request, options) => this.#events.fetch(request, options),
        arrived: (row) => this.#arrived(row),
        dropped: (picture) => this.#surface.forget(picture),
        failed: (error) => this.#events.failed(error),
      });
    this.#sites = run?.sites ?? [];
    this.#focused = { row: 0, head: 0 };
    this.element.scrollTo(0, 0);
    this.#arrange();
  }

  setColours(colours: Colours): void {
    this.#surface.setColours(colours);
  }

  /** Largest unmasked weight of the heads that have come; null before the first. */
  get largest(): number | null {
    return this.#thumbnails?.largest ?? null;
  }

  /** Largest weight of one head, once its thumbnail has come. */
  maximumOf(place: HeadPlace): number | null {
    return this.#thumbnails?.maximumOf(place) ?? null;
  }

  /** Cells at most under one texel of the thumbnails that have come. */
  get pooling(): number {
    return this.#thumbnails?.pooling ?? 1;
  }

  /** Tries those again that failed. */
  retry(): void {
    this.#thumbnails?.retry();
  }

  /** Puts the keyboard on a head's thumbnail. */
  focus(place: HeadPlace = this.#focused): void {
    this.#focusOn(place);
    this.#scrollTo(place);
    this.#update();
    this.#cell(place)?.focus({ preventScroll: true });
  }

  get #heads(): number {
    return this.#sites.reduce((most, site) => Math.max(most, site.heads), 0);
  }

  /** Lays the grid out for a run or a size. */
  #arrange(): void {
    const sites = this.#sites;
    const longest = sites.reduce((most, site) => Math.max(most, siteLabel(site, sites).length), 2);
    this.#layout = layoutGrid(sites.length, this.#heads, this.#surface.size.width, 12 + 8 * longest);
    const { width, height, pitch, side, left, top } = this.#layout;
    this.#grid.style.width = `${width}px`;
    this.#grid.style.height = `${height}px`;
    this.#grid.style.setProperty('--pitch', `${pitch}px`);
    this.#grid.style.setProperty('--side', `${side}px`);
    this.#grid.style.setProperty('--left', `${left}px`);
    this.#grid.style.setProperty('--top', `${top}px`);
    this.#grid.setAttribute('aria-label', 'Attention by layer and head');
    this.#grid.setAttribute('aria-rowcount', String(sites.length + 1));
    this.#grid.setAttribute('aria-colcount', String(this.#heads + 1));
    this.#writeHeader();
    for (const row of this.#rows.values()) row.remove();
    this.#rows.clear();
    this.#update();
  }

  #writeHeader(): void {
    const corner = made('span', 'overview-corner');
    corner.setAttribute('role', 'columnheader');
    const cornerText = made('span', 'spoken');
    cornerText.textContent = 'Layer';
    corner.append(cornerText);
    const every = Math.ceil(28 / this.#layout.pitch);
    const labels = Array.from({ length: this.#heads }, (_, head) => {
      const label = made('span', 'overview-column');
      label.setAttribute('role', 'columnheader');
      label.setAttribute('aria-label', `Head ${head}`);
      label.textContent = head % every === 0 ? `H${head}` : '';
      return label;
    });
    this.#header.replaceChildren(corner, ...labels);
  }

  /** Rows that came into view are made and asked for; those that left are dropped, and what was asked for them. */
  #update(): void {
    const [first, last] = this.#visible(overscan);
    for (const [index, row] of this.#rows) {
      // The focused row stays, or the keyboard would lose its place.
      if ((index < first || index >= last) && !row.contains(document.activeElement)) {
        row.remove();
        this.#rows.delete(index);
      }
    }
    for (let index = first; index < last; index++) if (!this.#rows.has(index)) this.#writeRow(index);
    // Tab must always find a cell to stop at.
    if (last > first && !this.#rows.has(this.#focused.row)) this.#focusOn({ row: this.#visible(0)[0], head: 0 });
    const [shownFirst, shownLast] = this.#visible(0);
    const wanted = [...range(shownFirst, shownLast), ...range(shownLast, last), ...range(first, shownFirst)];
    this.#thumbnails?.want(wanted, thumbnailTexels(this.#layout.side, this.#surface.pixelRatio));
    this.#surface.invalidate();
  }

  #arrived(row: number): void {
    this.#nameCells(row);
    this.#surface.invalidate();
    this.#events.arrived();
  }

  #visible(more: number): readonly [number, number] {
    const { height } = this.#surface.size;
    return height === 0 ? [0, 0] : visibleRows(this.#layout, this.#sites.length, this.element.scrollTop, height, more);
  }

  #writeRow(index: number): void {
    const site = this.#sites[index];
    if (!site) return;
    const row = made('div', 'overview-row');
    row.setAttribute('role', 'row');
    row.setAttribute('aria-rowindex', String(index + 2));
    row.style.top = `${this.#layout.top + index * this.#layout.pitch}px`;
    const label = made('span', 'overview-label');
    label.setAttribute('role', 'rowheader');
    label.setAttribute('aria-label', siteName(site, this.#sites));
    label.textContent = siteLabel(site, this.#sites);
    row.append(label);
    for (let head = 0; head < site.heads; head++) {
      const cell = made('div', 'thumbnail');
      cell.setAttribute('role', 'gridcell');
      cell.dataset['row'] = String(index);
      cell.dataset['head'] = String(head);
      cell.tabIndex = index === this.#focused.row && head === this.#focused.head ? 0 : -1;
      row.append(cell);
    }
    this.#rows.set(index, row);
    this.#nameCells(index);
    // In order of layers, whatever the order they came into view.
    const next = [...this.#rows].filter(([other]) => other > index).sort(([a], [b]) => a - b)[0];
    this.#grid.insertBefore(row, next?.[1] ?? null);
  }

  #nameCells(index: number): void {
    const site = this.#sites[index];
    const row = this.#rows.get(index);
    if (!site || !row) return;
    row.classList.toggle('pending', !this.#thumbnails?.pictureOf(index));
    row.querySelectorAll('.thumbnail').forEach((cell, head) => {
      const maximum = this.maximumOf({ row: index, head });
      const weight = maximum === null ? 'not there yet' : `largest weight ${formatWeight(maximum)}`;
      cell.setAttribute('aria-label', `${headName(site, head, this.#sites)}, ${weight}`);
    });
  }

  #scene(): readonly Placement[] {
    const { scrollLeft: left, scrollTop: top } = this.element;
    return range(...this.#visible(0)).flatMap((row) => {
      const picture = this.#thumbnails?.pictureOf(row);
      if (!picture) return [];
      return range(0, picture.layers).map((head) => ({
        picture,
        layer: head,
        target: thumbnailTarget(this.#layout, { row, head }, picture, { left, top }, this.#surface.pixelRatio),
      }));
    });
  }

  #pressed(event: KeyboardEvent): void {
    const place = placeOf(event.target);
    if (!place || event.altKey || event.metaKey) return;
    if (event.key === 'Enter' || event.key === ' ') this.#events.opened(place);
    else {
      const page = Math.max(1, Math.floor(this.#surface.size.height / this.#layout.pitch) - 1);
      const heads = this.#sites.map((site) => site.heads);
      const next = placeAfterKey(place, event, heads, page);
      if (!next) return;
      this.focus(next);
    }
    event.preventDefault();
  }

  #focusOn(place: HeadPlace): void {
    this.#cell(this.#focused)?.setAttribute('tabindex', '-1');
    this.#focused = place;
    this.#cell(place)?.setAttribute('tabindex', '0');
  }

  #scrollTo({ row, head }: HeadPlace): void {
    const { pitch, left, top } = this.#layout;
    const { width, height } = this.#surface.size;
    const y = row * pitch;
    const x = head * pitch;
    const { scrollTop, scrollLeft } = this.element;
    this.element.scrollTop = Math.min(y, Math.max(scrollTop, y + top + pitch - height));
    this.element.scrollLeft = Math.min(x, Math.max(scrollLeft, x + left + pitch - width));
  }

  #cell({ row, head }: HeadPlace): HTMLElement | null {
    return this.#rows.get(row)?.querySelector<HTMLElement>(`[data-head="${head}"]`) ?? null;
  }
}

function placeOf(target: EventTarget | null): HeadPlace | null {
  const cell = target instanceof Element ? target.closest<HTMLElement>('.thumbnail') : null;
  return cell ? { row: Number(cell.dataset['row']), head: Number(cell.dataset['head']) } : null;
}

function made(tag: string, className: string): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  return element;
}

function range(start: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - start) }, (_, index) => start + index);
}

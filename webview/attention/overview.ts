/** All heads of all layers: a grid of thumbnails on one canvas, with a cell of the accessibility tree over each. */

import { headName, siteLabel } from '../../src/maps/names.ts';
import type { AttentionRun, SiteRun, Thumbnails, ThumbnailsRequest } from '../../src/protocol/inference.ts';
import type { CallOptions } from '../../src/protocol/rpc.ts';
import type { Colours, Placement } from '../shared/heatmap/renderer.ts';
import { createSurface, type Surface } from '../shared/heatmap/surface.ts';
import { formatWeight } from '../shared/numbers.ts';
import { Arrangement, type CaptionedHead } from './arrangement.ts';
import {
  layoutGrid,
  layoutRanked,
  placeAfterKey,
  thumbnailTarget,
  thumbnailTexels,
  visibleRows,
  type GridLayout,
  type HeadPlace,
} from './gridLayout.ts';
import { caption, headerCells, made, placeOf, range, rowLabel, rowOf } from './overviewParts.ts';
import { ThumbnailStore } from './thumbnailStore.ts';

export interface OverviewEvents {
  fetch(request: ThumbnailsRequest, options: CallOptions): Promise<Thumbnails>;
  opened(place: HeadPlace): void;
  /** These are to be picked, or no longer where all of them are. */
  picked(places: readonly HeadPlace[]): void;
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
  /** null: by layer. */
  #ranking: readonly CaptionedHead[] | null = null;
  #arrangement = Arrangement.byLayer([]);
  #layout: GridLayout = layoutGrid(0, 0, 0, 0);
  #focused: HeadPlace = { row: 0, head: 0 };
  #picked: ReadonlySet<string> = new Set();
  /** Where a range of picked heads begins. */
  #anchor: HeadPlace | null = null;

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
    this.#grid.setAttribute('aria-multiselectable', 'true');
    this.#grid.append(this.#header);
    this.element = made('div', 'overview');
    this.element.append(this.#surface.element, this.#grid);
    this.element.addEventListener('scroll', () => this.#update(), { passive: true });
    this.#grid.addEventListener('keydown', (event) => this.#pressed(event));
    this.#grid.addEventListener('click', (event) => {
      const place = placeOf(event.target);
      const row = rowOf(event.target);
      if (place && (event.ctrlKey || event.metaKey || event.shiftKey)) this.#pick(place, event.shiftKey);
      else if (place) this.#events.opened(place);
      else if (row !== null) this.#events.picked(this.#line(row));
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
    this.#ranking = null;
    this.#focused = { row: 0, head: 0 };
    this.element.scrollTo(0, 0);
    this.#arrange();
  }

  /** Heads in the order of their scores, and only these; null for all, a line a layer. */
  rank(ranking: readonly CaptionedHead[] | null): void {
    if (ranking === this.#ranking) return;
    const hadFocus = this.#grid.contains(document.activeElement);
    const another = (ranking === null) !== (this.#ranking === null);
    this.#ranking = ranking;
    if (another) this.element.scrollTo(0, 0);
    this.#arrange();
    if (hadFocus) this.focus();
  }

  /** Marks the heads that are picked, and no others. */
  mark(places: readonly HeadPlace[]): void {
    const picked = new Set(places.map(({ row, head }) => `${row} ${head}`));
    if (picked.size === this.#picked.size && [...picked].every((place) => this.#picked.has(place))) return;
    this.#picked = picked;
    for (const row of this.#rows.values()) row.querySelectorAll('.thumbnail').forEach((cell) => this.#markCell(cell));
  }

  setColours(colours: Colours): void {
    this.#surface.setColours(colours);
  }

  /** How the heads stand, and where. */
  get arranged(): { layout: GridLayout; arrangement: Arrangement } {
    return { layout: this.#layout, arrangement: this.#arrangement };
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
    const ranking = this.#ranking;
    const available = this.#surface.size.width;
    const longest = sites.reduce((most, site) => Math.max(most, siteLabel(site, sites).length), 2);
    this.#layout = ranking ? layoutRanked(ranking.length, available) : layoutGrid(sites.length, this.#heads, available, 12 + 8 * longest);
    this.#arrangement = ranking ? Arrangement.ranked(ranking, this.#layout.columns) : Arrangement.byLayer(sites.map(({ heads }) => heads));
    if (!this.#arrangement.slotOf(this.#focused)) this.#focused = this.#arrangement.placeAt({ row: 0, head: 0 }) ?? this.#focused;
    const { width, height, pitch, linePitch, side, left, top, columns } = this.#layout;
    const { lines } = this.#arrangement;
    this.#grid.style.width = `${width}px`;
    this.#grid.style.height = `${height}px`;
    this.#grid.style.setProperty('--pitch', `${pitch}px`);
    this.#grid.style.setProperty('--line-pitch', `${linePitch}px`);
    this.#grid.style.setProperty('--side', `${side}px`);
    this.#grid.style.setProperty('--left', `${left}px`);
    this.#grid.style.setProperty('--top', `${top}px`);
    this.#grid.classList.toggle('ranked', ranking !== null);
    this.#grid.setAttribute('aria-label', ranking ? 'Attention heads by score' : 'Attention by layer and head');
    this.#grid.setAttribute('aria-rowcount', String(lines.length + (ranking ? 0 : 1)));
    this.#grid.setAttribute('aria-colcount', String(columns + (ranking ? 0 : 1)));
    // Where a score leaves no head there is no grid.
    this.#grid.hidden = lines.length === 0;
    this.#header.hidden = ranking !== null;
    this.#header.replaceChildren(...(ranking ? [] : headerCells(this.#heads, pitch)));
    const hadFocus = this.#grid.contains(document.activeElement);
    for (const row of this.#rows.values()) row.remove();
    this.#rows.clear();
    this.#update();
    // The same cell is another element now.
    if (hadFocus) this.#cell(this.#focused)?.focus({ preventScroll: true });
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
    const slot = this.#arrangement.slotOf(this.#focused);
    const shown = this.#arrangement.placeAt({ row: this.#visible(0)[0], head: 0 });
    if (last > first && shown && !(slot && this.#rows.has(slot.row))) this.#focusOn(shown);
    const [shownFirst, shownLast] = this.#visible(0);
    const wanted = [...range(shownFirst, shownLast), ...range(shownLast, last), ...range(first, shownFirst)];
    this.#thumbnails?.want(this.#arrangement.layersOf(wanted), thumbnailTexels(this.#layout.side, this.#surface.pixelRatio));
    this.#surface.invalidate();
  }

  #arrived(layer: number): void {
    for (const line of this.#rows.keys()) if (this.#arrangement.layersOf([line]).includes(layer)) this.#nameCells(line);
    this.#surface.invalidate();
    this.#events.arrived();
  }

  #visible(more: number): readonly [number, number] {
    const { height } = this.#surface.size;
    return height === 0 ? [0, 0] : visibleRows(this.#layout, this.#arrangement.lines.length, this.element.scrollTop, height, more);
  }

  #writeRow(index: number): void {
    const line = this.#arrangement.lines[index];
    if (!line) return;
    const { ranked } = this.#arrangement;
    const row = made('div', 'overview-row');
    row.setAttribute('role', 'row');
    row.setAttribute('aria-rowindex', String(index + (ranked ? 1 : 2)));
    row.style.top = `${this.#layout.top + index * this.#layout.linePitch}px`;
    const site = this.#sites[index];
    if (!ranked && site) row.append(rowLabel(site, this.#sites));
    for (const place of line) {
      const cell = made('div', 'thumbnail');
      cell.setAttribute('role', 'gridcell');
      cell.dataset['row'] = String(place.row);
      cell.dataset['head'] = String(place.head);
      cell.tabIndex = place.row === this.#focused.row && place.head === this.#focused.head ? 0 : -1;
      const told = this.#arrangement.captionOf(place);
      if (told) cell.append(caption(told.caption));
      this.#markCell(cell);
      row.append(cell);
    }
    this.#rows.set(index, row);
    this.#nameCells(index);
    // In order of layers, whatever the order they came into view.
    const next = [...this.#rows].filter(([other]) => other > index).sort(([a], [b]) => a - b)[0];
    this.#grid.insertBefore(row, next?.[1] ?? null);
  }

  #nameCells(index: number): void {
    const row = this.#rows.get(index);
    if (!row) return;
    const come = this.#arrangement.layersOf([index]).every((layer) => this.#thumbnails?.pictureOf(layer));
    row.classList.toggle('pending', !come);
    row.querySelectorAll('.thumbnail').forEach((cell) => {
      const place = placeOf(cell);
      const site = place && this.#sites[place.row];
      if (!site) return;
      const maximum = this.maximumOf(place);
      const weight = maximum === null ? 'not there yet' : `largest weight ${formatWeight(maximum)}`;
      const told = this.#arrangement.captionOf(place);
      const name = headName(site, place.head, this.#sites);
      // What is written has to be in the name, or nobody can call it by what they see.
      cell.setAttribute('aria-label', told ? `${told.caption}: ${name}, ${told.spoken}, ${weight}` : `${name}, ${weight}`);
    });
  }

  #scene(): readonly Placement[] {
    const { scrollLeft: left, scrollTop: top } = this.element;
    return range(...this.#visible(0)).flatMap((line) =>
      (this.#arrangement.lines[line] ?? []).flatMap((place, column) => {
        const picture = this.#thumbnails?.pictureOf(place.row);
        if (!picture) return [];
        const target = thumbnailTarget(this.#layout, { row: line, head: column }, picture, { left, top }, this.#surface.pixelRatio);
        return [{ picture, layer: place.head, target }];
      }),
    );
  }

  #pressed(event: KeyboardEvent): void {
    const place = placeOf(event.target);
    if (!place || event.altKey || (event.metaKey && event.key !== 'a')) return;
    if (event.key === 'Enter') this.#events.opened(place);
    else if (event.key === ' ') {
      if (event.shiftKey) this.#events.picked(this.#line(this.#arrangement.slotOf(place)?.row ?? 0));
      else this.#pick(place, false);
    } else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) this.#events.picked(this.#arrangement.lines.flat());
    else {
      const page = Math.max(1, Math.floor(this.#surface.size.height / this.#layout.linePitch) - 1);
      const slot = this.#arrangement.slotOf(place);
      const next = slot && placeAfterKey(slot, event, this.#arrangement.lengths, page);
      const nextPlace = next && this.#arrangement.placeAt(next);
      if (!nextPlace) return;
      this.focus(nextPlace);
    }
    event.preventDefault();
  }

  /** One head, or all from the one picked before on. */
  #pick(place: HeadPlace, range: boolean): void {
    const order = this.#arrangement.lines.flat();
    const at = (wanted: HeadPlace): number => order.findIndex(({ row, head }) => row === wanted.row && head === wanted.head);
    const [from, to] = [at((range && this.#anchor) || place), at(place)].sort((a, b) => a - b) as [number, number];
    const places = from < 0 ? [place] : order.slice(from, to + 1);
    // Of a range, those that are picked already stay so.
    const isPicked = ({ row, head }: HeadPlace): boolean => this.#picked.has(`${row} ${head}`);
    this.#anchor = place;
    const fresh = places.filter((each) => !isPicked(each));
    this.#events.picked(range && fresh.length > 0 ? fresh : places);
  }

  #line(index: number): readonly HeadPlace[] {
    return this.#arrangement.lines[index] ?? [];
  }

  #markCell(cell: Element): void {
    const place = placeOf(cell);
    const picked = place !== null && this.#picked.has(`${place.row} ${place.head}`);
    cell.classList.toggle('picked', picked);
    cell.setAttribute('aria-selected', String(picked));
  }

  #focusOn(place: HeadPlace): void {
    this.#cell(this.#focused)?.setAttribute('tabindex', '-1');
    this.#focused = place;
    this.#cell(place)?.setAttribute('tabindex', '0');
  }

  #scrollTo(place: HeadPlace): void {
    const slot = this.#arrangement.slotOf(place);
    if (!slot) return;
    const { pitch, linePitch, left, top } = this.#layout;
    const { width, height } = this.#surface.size;
    const y = slot.row * linePitch;
    const x = slot.head * pitch;
    const { scrollTop, scrollLeft } = this.element;
    this.element.scrollTop = Math.min(y, Math.max(scrollTop, y + top + linePitch - height));
    this.element.scrollLeft = Math.min(x, Math.max(scrollLeft, x + left + pitch - width));
  }

  #cell(place: HeadPlace): HTMLElement | null {
    const slot = this.#arrangement.slotOf(place);
    return (slot && this.#rows.get(slot.row)?.querySelectorAll<HTMLElement>('.thumbnail')[slot.head]) ?? null;
  }
}

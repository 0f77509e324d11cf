import {
  attentionViews,
  edgeCounts,
  granularities,
  headOrders,
  type AttentionViewState,
  type EffectChoices,
  type ComparedText,
  type CompareState,
  type NextTokenState,
  type ScoreChoices,
  type TextState,
} from '../../protocol/attention.ts';
import type { HeadRef, MapSource } from '../../protocol/inference.ts';
import type { DocumentReference, DrawnTokens, PanelState, Subject } from './subject.ts';

type Fields = Record<string, unknown>;

/** A panel's stored state, or null when it is not one: another version of the extension may have written it. */
export function parsePanelState(value: unknown): PanelState | null {
  if (!isFields(value)) return null;
  const subject = parseSubject(value.subject);
  if (!subject) return null;
  const title = typeof value.title === 'string' ? value.title : '';
  return { title, subject, view: parseView(value.view), digest: typeof value.digest === 'string' ? value.digest : null };
}

/** What a panel asks to keep, and nothing beside it; null when it is not a view's state. */
export function parseView(value: unknown): AttentionViewState | null {
  if (!isFields(value)) return null;
  const { chosen, viewport, colour, pinned } = value;
  const view = {
    // A version before this one had one view.
    view: attentionViews.find((name) => name === value.view) ?? 'heads',
    chosen: parseMap(chosen),
    picked: headsOf(value.picked),
    viewport: numbersOf(viewport, 'query', 'key', 'scale'),
    colour: colour === 'linear' || colour === 'log' ? colour : undefined,
    pinned: numbersOf(pinned, 'query', 'key'),
    formula: isFields(value.formula) ? { steps: stringsOf(value.formula.steps) } : null,
    scores: parseScores(isFields(value.scores) ? value.scores : {}),
    text: parseText(isFields(value.text) ? value.text : {}),
    effect: parseEffect(isFields(value.effect) ? value.effect : {}),
    next: parseNext(isFields(value.next) ? value.next : {}),
    compare: parseCompare(isFields(value.compare) ? value.compare : {}),
  };
  return Object.values(view).includes(undefined) ? null : (view as AttentionViewState);
}

const parseScores = ({ order, least, withoutFirst, open }: Fields): ScoreChoices => ({
  order: headOrders.find((name) => name === order) ?? 'layer',
  least: typeof least === 'number' && least >= 0 && least <= 1 ? least : 0,
  withoutFirst: withoutFirst === true,
  open: open === true,
});

const parseEffect = ({ open, count, across, log, unit }: Fields): EffectChoices => ({
  open: open === true,
  count: edgeCounts.find((known) => known === count) ?? 32,
  across: across === 'contribution' ? across : 'weight',
  log: log === true,
  unit: unit === 'nats' ? unit : 'bits',
});

/** A map to look at; undefined where it is none. */
function parseMap(value: unknown): MapSource | null | undefined {
  if (value === null) return null;
  if (!isFields(value)) return undefined;
  const { kind, heads, sites } = value;
  // A version before this one had heads alone, and named no kind.
  if (kind === 'head' || kind === undefined) {
    const head = numbersOf(value, 'site', 'head');
    return head && { kind: 'head', ...head };
  }
  if (kind === 'mean' || kind === 'max') return { kind, heads: headsOf(heads) };
  if (kind === 'rollout') return { kind, sites: listOf(sites).filter(isOffset) };
  return undefined;
}

const headsOf = (value: unknown): HeadRef[] => listOf(value).flatMap((item) => numbersOf(item, 'site', 'head') ?? []);

/** What a panel keeps is short; another's list is cut. */
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value.slice(0, 10_000) : []);

const stringsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string').slice(0, 100) : [];

const parseText = ({ tokens, direction, granularity }: Fields): TextState => ({
  tokens: listOf(tokens).filter(isOffset),
  direction: direction === 'to' ? 'to' : 'from',
  granularity: granularities.find((name) => name === granularity) ?? 'token',
});

const parseNext = ({ position, temperature, topK, topP, minP }: Fields): NextTokenState => ({
  position: isOffset(position) ? position : null,
  temperature: within(temperature, 2) ?? 1,
  topK: isOffset(topK) ? topK : 0,
  topP: within(topP, 1) ?? 1,
  minP: within(minP, 1) ?? 0,
});

const parseCompare = ({ text, map, swapped, difference, viewport, pinned }: Fields): CompareState => ({
  text: parseComparedText(text) ?? { kind: 'same' },
  map: parseMap(map) ?? null,
  swapped: swapped === true,
  difference: difference === true,
  viewport: numbersOf(viewport, 'query', 'key', 'scale') ?? null,
  pinned: numbersOf(pinned, 'query', 'key') ?? null,
});

/** Null where it is none. */
export function parseComparedText(value: unknown): ComparedText | null {
  if (!isFields(value)) return null;
  const { kind, uri } = value;
  if (kind === 'same' || kind === 'head') return { kind };
  return kind === 'file' && typeof uri === 'string' ? { kind, uri } : null;
}

/** A number from 0 to a maximum. */
const within = (value: unknown, maximum: number): number | undefined =>
  typeof value === 'number' && value >= 0 && value <= maximum ? value : undefined;

/** The named numbers of an object; null for null, undefined where one is missing or not finite. */
function numbersOf<Name extends string>(value: unknown, ...names: Name[]): Record<Name, number> | null | undefined {
  if (value === null) return null;
  if (!isFields(value) || !names.every((name) => Number.isFinite(value[name]))) return undefined;
  return Object.fromEntries(names.map((name) => [name, value[name]])) as Record<Name, number>;
}

function parseSubject(value: unknown): Subject | null {
  if (!isFields(value)) return null;
  if (value.kind === 'prompt') {
    if (typeof value.text !== 'string') return null;
    const drawn = parseDrawn(value.drawn);
    return { kind: 'prompt', text: value.text, ...(drawn && { drawn }) };
  }
  const document = parseDocument(value.document);
  if (!document) return null;
  const { kind, focus, start, end } = value;
  if (kind === 'editor' && isOffset(focus)) return { kind, document, focus };
  if (kind === 'selection' && isOffset(start) && isOffset(end) && start <= end) return { kind, document, start, end };
  return null;
}

function parseDrawn(value: unknown): DrawnTokens | null {
  if (!isFields(value) || typeof value.model !== 'string') return null;
  return { model: value.model, ids: listOf(value.ids).filter(isOffset) };
}

function parseDocument(value: unknown): DocumentReference | null {
  if (!isFields(value) || typeof value.uri !== 'string') return null;
  const { uri, cell } = value;
  if (cell === undefined) return { uri };
  if (!isFields(cell) || typeof cell.notebook !== 'string' || !isOffset(cell.index)) return null;
  return { uri, cell: { notebook: cell.notebook, index: cell.index } };
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isOffset = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** What leaves the heads' view: the figure of what is shown, or the open map as Markdown. */

import { mapName, siteLabel } from '../../../src/maps/names.ts';
import type { AttentionHost, AttentionResult } from '../../../src/protocol/attention.ts';
import type { Remote } from '../../../src/protocol/rpc.ts';
import type { Figure } from '../../shared/figure/figure.ts';
import type { Heatmap } from '../../shared/heatmap/heatmap.ts';
import type { Picture } from '../../shared/heatmap/renderer.ts';
import { counted } from '../../shared/numbers.ts';
import { shortTokenLabel } from '../../shared/tokenLabel.ts';
import { thumbnailTexels } from '../gridLayout.ts';
import { tokenAt, type OpenMap } from '../headView.ts';
import type { Overview } from '../overview.ts';
import { linesSentence, overviewSentence, plainText } from '../words.ts';
import { headsFigure, mapFigure } from './figures.ts';
import type { FigureStyle } from './legendParts.ts';
import { mapMarkdown, StrongestPairs } from './markdown.ts';

type Host = Pick<Remote<AttentionHost>, 'tile' | 'row' | 'thumbnails'>;

/** Pairs that Markdown lists. */
const listed = 20;

/** The part of an open map that shows, at most one texel a pixel. */
export async function openFigure(
  host: Host,
  open: OpenMap,
  { range, cell }: NonNullable<Heatmap['shown']>,
  style: FigureStyle,
  pixelRatio: number,
): Promise<Figure> {
  const { result, map } = open;
  const density = Math.min(1, cell * pixelRatio);
  const texels = (cells: number): number => Math.max(1, Math.ceil(cells * density));
  const size = { rows: texels(range.queryEnd - range.queryStart), columns: texels(range.keyEnd - range.keyStart) };
  const { rows, columns, values } = await host.tile({ runId: result.run.runId, map, ...range, ...size });
  return mapFigure(
    {
      title: `${mapName(map, result.run.sites)}: attention weights`,
      subtitle: subtitleOf(result),
      ...{ range, cell, picture: { rows, columns, layers: 1, values } },
      query: (index) => shortTokenLabel(tokenAt(open, 'query', index)),
      key: (index) => shortTokenLabel(tokenAt(open, 'key', index)),
    },
    style,
  );
}

/** All heads that the overview has, those out of sight too. */
export async function overviewFigure(
  host: Host,
  result: AttentionResult,
  overview: Overview,
  style: FigureStyle,
  pixelRatio: number,
): Promise<Figure> {
  const { layout, arrangement } = overview.arranged;
  const { run } = result;
  const pictures = new Map<number, Picture>();
  for (const row of arrangement.layersOf(arrangement.lines.map((_, line) => line))) {
    const site = run.sites[row];
    if (!site) continue;
    const size = thumbnailTexels(layout.side, pixelRatio);
    const { rows, columns, heads, values } = await host.thumbnails({ runId: run.runId, site: site.index, size });
    pictures.set(row, { rows, columns, layers: heads, values });
  }
  const pooled = [...pictures].reduce((most, [row, { rows, columns }]) => {
    const site = run.sites[row]!;
    return Math.max(most, Math.ceil(site.queries / rows), Math.ceil(site.keys / columns));
  }, 1);
  return headsFigure(
    {
      title: plainText(overviewSentence(result)),
      subtitle: subtitleOf(result),
      layout,
      lines: arrangement.lines.map((line) => line.map((place) => ({ ...place, caption: arrangement.captionOf(place)?.caption ?? null }))),
      label: arrangement.ranked ? null : (line) => (run.sites[line] ? siteLabel(run.sites[line], run.sites) : ''),
      picture: (row) => pictures.get(row)!,
      note: pooled > 1 ? `each dot: the largest of up to ${pooled} × ${pooled} weights` : null,
    },
    style,
  );
}

export async function openMarkdown(host: Host, open: OpenMap): Promise<string> {
  const { result, map, site } = open;
  const strongest = new StrongestPairs(listed);
  for (let query = 0; query < site.queries; query++) strongest.add(query, await host.row({ runId: result.run.runId, map, query }));
  return mapMarkdown({
    name: mapName(map, result.run.sites),
    result,
    queries: site.queries,
    keys: site.keys,
    pairs: strongest.pairs,
    query: (index) => tokenAt(open, 'query', index),
    key: (index) => tokenAt(open, 'key', index),
  });
}

function subtitleOf({ run, subject }: AttentionResult): string {
  const lines = linesSentence(subject);
  return [
    lines === null ? subject.title : `${subject.title}, ${lines}`,
    ...(run.tokens ? [counted(run.tokens.length, 'token')] : []),
    subject.modelName,
  ].join(' · ');
}

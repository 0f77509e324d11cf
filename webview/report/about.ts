/** What a report says of itself. */

import type { Packed, ReportData } from '../../src/protocol/report.ts';
import { siteName } from '../../src/maps/names.ts';
import { counted } from '../shared/numbers.ts';
import type { Origin } from '../attention/facts.ts';

export function originOf({ genlens, written, result, sites, next }: Packed<ReportData>): Origin {
  const { run } = result as ReportData['result'];
  const date = new Date(written);
  const day = new Intl.DateTimeFormat('en', { dateStyle: 'medium' }).format(date);
  const most = difference(Math.max(0, ...sites.map(({ maxDifference }) => maxDifference)));
  const computed = sites.filter(({ kind }) => kind === 'operands').length;
  const whole = sites.flatMap((site, index) =>
    site.kind === 'weights' && run.sites[index] ? [`${siteName(run.sites[index], run.sites)}: ${site.reason}`] : [],
  );
  const how = [
    computed > 0
      ? `This page computes the weights${whole.length > 0 ? ` of ${counted(computed, 'layer')}` : ''} from the run’s queries and keys in half precision.`
      : 'This page holds the weights in half precision.',
    `Measured over all heads and cells when it was written, they are at most ${most} from the run’s own weights.`,
    ...(whole.length > 0 && computed > 0 ? [`The weights of the others are held whole, in half precision. ${whole.join(' ')}`] : whole),
  ];
  return {
    facts: ['Attention report', `sha256 ${run.recipe.sha256.slice(0, 8)}`, `weights within ${most}`, `Genlens ${genlens}, ${day}`],
    rows: [
      ['sha256', run.recipe.sha256],
      ['Weights', how.join(' ')],
      ['Run', sourceOf(run)],
      [
        'Left out',
        `values and outputs in the formula; what masking an edge does, and comparisons, which run the model again${next ? '; the sampling of the next token, which needs the whole distribution: its 20 most probable tokens are here' : ''}`,
      ],
      ['Written', `${date.toLocaleString('en', { dateStyle: 'long', timeStyle: 'short' })} by Genlens ${genlens}`],
    ],
  };
}

/** 1.3e-3, rounded up: it is a bound. */
function difference(value: number): string {
  if (value === 0) return '0';
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  return (Math.ceil(value / unit) * unit).toExponential(1);
}

function sourceOf({ source, runMs }: ReportData['result']['run']): string {
  const own = source.kind === 'weights' ? 'its weights were kept whole' : 'its weights were recomputed by the model’s own operations';
  return `${Math.max(1, Math.round(runMs))} ms; ${own}`;
}

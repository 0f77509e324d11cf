/** Scores as histograms on one axis, one below the other, with the places of single pictures. */

import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import { counted } from '../shared/numbers.ts';
import { scoreWords } from './words.ts';

export interface ScoreRow {
  readonly name: string;
  readonly scores: ArrayLike<number>;
}

export interface ScoreMark {
  readonly name: string;
  readonly score: number;
  readonly kind: 'sample' | 'image';
}

const [width, height, bins] = [320, 44, 40];

/** From the least to the greatest of all, a little wider where they are one. */
export function axisOf(rows: readonly ScoreRow[], marks: readonly ScoreMark[]): { low: number; high: number } {
  let [low, high] = [Infinity, -Infinity];
  const take = (value: number): void => {
    if (!Number.isFinite(value)) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (const { scores } of rows) for (let at = 0; at < scores.length; at++) take(scores[at]!);
  for (const { score } of marks) take(score);
  if (low > high) return { low: 0, high: 1 };
  return low === high ? { low: low - 0.5, high: high + 0.5 } : { low, high };
}

/** [bins]: shares of the scores. */
export function sharesOf(scores: ArrayLike<number>, { low, high }: { low: number; high: number }, count = bins): number[] {
  const shares = new Array<number>(count).fill(0);
  for (let at = 0; at < scores.length; at++) {
    const place = Math.floor(((scores[at]! - low) / (high - low)) * count);
    shares[Math.max(0, Math.min(count - 1, place))]! += 1 / scores.length;
  }
  return shares;
}

export function histograms(rows: readonly ScoreRow[], marks: readonly ScoreMark[]): TemplateResult {
  const axis = axisOf(rows, marks);
  const all = rows.map(({ scores }) => sharesOf(scores, axis));
  const most = Math.max(...all.flat(), 1e-9);
  const x = (score: number): number => ((score - axis.low) / (axis.high - axis.low)) * width;
  return html`<figure class="gan-histograms">
    ${rows.map(({ name, scores }, at) => {
      const { mean, deviation } = momentsOf(scores);
      const facts = `${counted(scores.length, 'score')}, mean ${scoreWords(mean)}, SD ${scoreWords(deviation)}`;
      return html`<div class="gan-histogram">
        <span class="gan-histogram-name">${name}</span><span class="gan-histogram-facts" title="SD: standard deviation">${facts}</span>
        <svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label=${`${name}: ${facts}`}>
          ${all[at]!.map((share, bin) => bar(share / most, bin))} ${marks.map((mark) => line(mark, x(mark.score)))}
        </svg>
      </div>`;
    })}
    <div class="gan-axis" aria-hidden="true">
      <span>${scoreWords(axis.low)}</span><span>score</span><span>${scoreWords(axis.high)}</span>
    </div>
    ${
      marks.length > 0
        ? html`<figcaption>
            ${marks.map(({ name, score, kind }) => html`<span class="gan-mark"><span class="gan-mark-line ${kind}"></span>${name}: ${scoreWords(score)}</span>`)}
          </figcaption>`
        : nothing
    }
  </figure>`;
}

const bar = (share: number, bin: number): SVGTemplateResult =>
  svg`<rect class="gan-bar" x=${(bin * width) / bins} y=${height * (1 - share)} width=${width / bins - 1} height=${height * share} />`;

const line = ({ kind }: ScoreMark, x: number): SVGTemplateResult =>
  svg`<line class="gan-line ${kind}" x1=${x} x2=${x} y1="0" y2=${height} vector-effect="non-scaling-stroke" />`;

function momentsOf(scores: ArrayLike<number>): { mean: number; deviation: number } {
  const all = Array.from(scores);
  const mean = all.reduce((sum, score) => sum + score, 0) / all.length;
  return { mean, deviation: Math.sqrt(all.reduce((sum, score) => sum + (score - mean) ** 2, 0) / Math.max(1, all.length - 1)) };
}

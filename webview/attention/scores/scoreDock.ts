/** All scores of one head, beside its map: what each pattern is, how far above chance the head is, and its strongest cells. */

import { html, nothing, svg, type TemplateResult } from 'lit';
import { citation } from '../../../src/formulas/formula.ts';
import { patterns } from '../../../src/maths/attention/patterns.ts';
import type { HeadScores, ScoredCell } from '../../../src/maths/attention/headScores.ts';
import type { SiteScores } from '../../../src/protocol/inference.ts';
import { formatCount } from '../../shared/numbers.ts';
import type { HeadPlace } from '../gridLayout.ts';
import type { HeadScoring } from './headScoring.ts';
import { withoutFirstBox } from '../withoutFirst.ts';
import { countedQueries, formatScore } from './scoreWords.ts';

export interface ScoreDockContent {
  readonly scoring: HeadScoring;
  readonly place: HeadPlace;
  readonly name: string;
  /** Rows that are open, by id. */
  readonly open: ReadonlySet<string>;
  /** A token as it is read, by its position. */
  readonly token: (index: number) => string;
  readonly toggle: (id: string) => void;
  readonly pin: (cell: ScoredCell) => void;
}

export function scoreDock(content: ScoreDockContent): TemplateResult {
  const { scoring, place, name } = content;
  const site = scoring.of(place);
  const scores = site?.heads[place.head];
  return html`<section class="dock score-dock" aria-label=${`Scores of ${name}`} aria-busy=${String(!scores)}>
    <p class="score-intro">Where this head attends on this text, and what even attention would give. Not what it does with it.</p>
    ${withoutFirstBox(scoring.choices.withoutFirst, (withoutFirst) => scoring.choose({ withoutFirst }))}
    ${scoring.choices.withoutFirst && scores ? html`<p class="score-intro">${removedText(scores.removed)}</p>` : nothing}
    ${site && scores ? table(content, site, scores) : html`<p class="score-intro" role="status">Scoring this layer’s heads…</p>`}
  </section>`;
}

function removedText(removed: number | null): string {
  if (removed === null) return 'No row has another key than the first.';
  return `The first token had ${formatScore(removed)} of a row’s weight on average. Row 0 is undefined without it.`;
}

function table(content: ScoreDockContent, site: SiteScores, scores: HeadScores): TemplateResult {
  const { relative, nats, rows } = scores.entropy;
  return html`<div class="score-head" aria-hidden="true">
      <span>attends to</span><span>score</span><span>chance</span><span>queries</span>
    </div>
    <ul class="score-list">
      ${patterns.map((pattern) => {
        const found = scores.patterns[site.patterns.indexOf(pattern.id)];
        if (!found) return nothing;
        const { score, chance, eligible, examples } = found;
        const more = html`<p>Such heads attend to ${pattern.description}.</p>
          <p>
            ${
              score === null
                ? 'No query of this text may attend to such a key, so there is no score.'
                : `Score: the weight on such keys, mean over the ${countedQueries(eligible)} that may attend to one. Chance: the same for weights even over all keys that each of them may attend to.`
            }
          </p>
          ${examplesList(content, examples)}
          <p class="role">${citation(pattern.source)}</p>`;
        return row(content, { id: pattern.id, name: pattern.name, score, chance, eligible, more });
      })}
      ${row(content, {
        id: 'entropy',
        name: 'Entropy',
        score: relative,
        chance: null,
        eligible: rows,
        more: html`<p>
            How evenly a row is spread: its entropy over the logarithm of the number of keys that it may attend to. 1 is even, 0 is one key
            alone.
          </p>
          <p>${nats === null ? 'No row may attend to two keys.' : `Mean over ${countedQueries(rows)}: ${formatScore(nats)} nats.`}</p>`,
      })}
    </ul>
    ${
      site.patterns.length > 0
        ? nothing
        : html`<p class="score-intro">
            Patterns are of a text’s tokens among themselves: for given tensors, and for the keys of cross-attention, entropy alone has a
            meaning.
          </p>`
    }`;
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly score: number | null;
  readonly chance: number | null;
  readonly eligible: number;
  readonly more: TemplateResult;
}

function row(content: ScoreDockContent, { id, name, score, chance, eligible, more }: Row): TemplateResult {
  const open = content.open.has(id);
  const share = (value: number | null): string => (value === null ? '–' : formatScore(value));
  return html`<li>
    <button class="score-row" aria-expanded=${String(open)} aria-controls=${`score-${id}`} @click=${() => content.toggle(id)}>
      <span class="codicon codicon-chevron-${open ? 'down' : 'right'}" aria-hidden="true"></span>
      <span class="score-name">${name}</span>
      ${bar(score, chance)}
      <span class="score-number">${spoken('score')}${share(score)}</span>
      <span class="score-number role">${spoken('chance')}${share(chance)}</span>
      <span class="score-number role">${formatCount(eligible)}${spoken('queries')}</span>
    </button>
    <div id=${`score-${id}`} class="score-more" ?hidden=${!open}>${open ? more : nothing}</div>
  </li>`;
}

/** What the column's head says, for those who cannot see it above. */
function spoken(text: string): TemplateResult {
  return html`<span class="spoken"> ${text} </span>`;
}

/** The score as a bar, chance as a mark on it. */
function bar(score: number | null, chance: number | null): TemplateResult {
  return html`<svg class="score-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
    ${svg`<rect class="score-ground" width="100" height="8"></rect>
      <rect class="score-reached" width=${100 * Math.min(1, score ?? 0)} height="8"></rect>`}
    ${chance === null ? nothing : svg`<rect class="score-chance" x=${Math.min(98, 100 * chance)} width="2" height="8"></rect>`}
  </svg>`;
}

function examplesList({ token, pin }: ScoreDockContent, examples: readonly ScoredCell[]): TemplateResult | typeof nothing {
  if (examples.length === 0) return nothing;
  return html`<p class="role">Strongest; click to pin:</p>
    <ul class="score-examples">
      ${examples.map((cell) => {
        const { query, key, weight } = cell;
        return html`<li>
          <button class="link score-example" @click=${() => pin(cell)}>
            ${spoken('Pin')}<span class="score-number">${formatScore(weight)}</span> <code><bdi>${token(query)}</bdi></code
            ><span class="position">${query}</span>
            <span>→</span>
            <code><bdi>${token(key)}</bdi></code
            ><span class="position">${key}</span>
          </button>
        </li>`;
      })}
    </ul>`;
}

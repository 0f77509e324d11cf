/** Which classes samples are read as, and how different those of one class are. */

import { html, nothing, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { ClassCoverage, GanEvaluation, LoadedGan } from '../../src/protocol/gan.ts';
import { distanceUnit } from '../../src/protocol/pictures.ts';
import { busyBanner } from '../shared/notices.ts';
import { shortNumber } from '../shared/numbers.ts';
import { select } from '../shared/toolbar.ts';
import '@vscode-elements/elements/dist/vscode-button/index.js';
import type { GanDesk } from './desk.ts';
import { birthdaySentence, percent } from './words.ts';

export function varietySide(panel: GanDesk, model: LoadedGan): TemplateResult {
  const { measured } = panel;
  const found = measured.found?.evaluation;
  return html`<section class="gan-section" aria-labelledby="gan-variety">
    <h2 id="gan-variety">Classes and variety</h2>
    ${dataRow(panel)} ${measured.progress ? busyBanner(measured.progress, () => measured.cancel()) : nothing}
    ${
      found
        ? html`${coverage(panel, model, found.coverage)} ${table(found, model)}
            <p>${birthdaySentence(found, model)}</p>`
        : nothing
    }
    ${found?.data.notices.map((notice) => html`<p class="gan-note">${notice}</p>`) ?? nothing}
  </section>`;
}

/** What samples are measured against. */
function dataRow(panel: GanDesk): TemplateResult {
  const { content, state, measured } = panel;
  const listed = content.data;
  const choose = (which: 'data' | 'train', label: string, without: string): TemplateResult =>
    html`<label class="gan-row"
      ><span class="gan-row-name">${label}</span> ${select(
        label,
        1 + listed.findIndex(({ id }) => id === state[which]),
        [without, ...listed.map(({ name }) => name), 'Other data…'],
        (index) => {
          if (index === listed.length + 1) panel.addData(which);
          else panel.choose({ [which]: listed[index - 1]?.id ?? null });
          panel.changed();
        },
      )}</label
    >`;
  return html`${choose('data', 'Data', 'None')} ${choose('train', 'Trained on', 'Not known')}
    <div class="gan-row">
      <vscode-button ?disabled=${state.data === null || measured.progress !== null} @click=${() => panel.measure()}
        >${measured.found ? 'Measure again' : 'Measure'}</vscode-button
      >
      ${state.data === null ? html`<span class="gan-note">Choose data to measure the samples against.</span>` : nothing}
    </div>`;
}

/** A bar for each class; it chooses the class. */
function coverage(panel: GanDesk, model: LoadedGan, found: ClassCoverage | null): TemplateResult | typeof nothing {
  if (!found) return nothing;
  const { names, asked, read, hit, accuracy } = found;
  const isTold = model.classes.length > 0;
  const words =
    accuracy === null
      ? `${hit} of ${names.length} classes are read in at least one sample.`
      : `${hit} of ${names.length} classes are read in at least half of their samples. A model that is told the class draws every class: how different those of one are is what tells.`;
  const bar = (share: number) => (element?: Element) => {
    if (element instanceof HTMLElement) element.style.height = `${100 * (Number.isFinite(share) ? share : 0)}%`;
  };
  return html`<p>${words}</p>
    <ol class="gan-classes" aria-label="Share of samples that are read as each class">
      ${names.map((name, place) => {
        const share = read[place]!;
        const facts = isTold
          ? `${percent(share)} of ${asked[place]} samples are read as ${name}`
          : `${percent(share)} of all samples are read as ${name}`;
        const most = isTold ? 1 : Math.max(...read);
        const inner = html`<span class="gan-class-bar" aria-hidden="true"
            ><span class=${isTold && share < 0.5 ? 'low' : ''} ${ref(bar(share / most))}></span></span
          ><span class="gan-class-name">${name}</span><span class="visually-hidden">: ${facts}${isTold ? '. Show this class.' : ''}</span>`;
        return html`<li>
          ${
            isTold
              ? html`<button class="gan-class" title=${facts} @click=${() => panel.set({ class: place })}>${inner}</button>`
              : html`<span class="gan-class" title=${facts}>${inner}</span>`
          }
        </li>`;
      })}
    </ol>
    <p class="gan-note">
      ${
        isTold
          ? html`Share of the samples of each class that are read as it, up to 100 %:
              <span class="gan-mark"><span class="gan-key"></span>half or more</span>
              <span class="gan-mark"><span class="gan-key low"></span>fewer</span>`
          : `Share of all samples that are read as each class, up to ${percent(Math.max(...read))}.`
      }
    </p>`;
}

function table({ diversity, features, coverage: found }: GanEvaluation, model: LoadedGan): TemplateResult {
  const { space, frechet, reference, precision, recall, neighbours } = features;
  const within = diversity.byClass ? 'Distance of two of one class' : 'Distance of two';
  const rows: readonly (readonly [name: string, title: string, samples: string, data: string])[] = [
    ...(found && found.accuracy !== null
      ? [
          [
            'Read as the class',
            'Share that the classifier reads as the class that was asked for, or that the label says',
            percent(found.accuracy),
            found.accuracyOfData === null ? '' : percent(found.accuracyOfData),
          ] as const,
        ]
      : []),
    [within, `Mean root mean square distance, in ${distanceUnit(model)}`, diversity.samples.toFixed(3), diversity.data.toFixed(3)],
    [
      'Precision',
      `Share of samples that lie within a region of the data, by ${neighbours} nearest neighbours in ${space}`,
      precision.toFixed(3),
      '',
    ],
    [
      'Recall',
      `Share of the data that lies within a region of samples, by ${neighbours} nearest neighbours in ${space}`,
      recall.toFixed(3),
      '',
    ],
    [
      'Frechet distance',
      `To the data, in ${space}; beside it that of ${reference.of === 'train' ? 'the training data' : 'one half of the data to the other'}. It compares with no other features, and no other number of items`,
      shortNumber(frechet),
      shortNumber(reference.frechet),
    ],
  ];
  return html`<table class="gan-table">
      <thead>
        <tr>
          <th scope="col"><span class="visually-hidden">measure</span></th>
          <th scope="col">samples</th>
          <th scope="col">data</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name, title, samples, data]) =>
            html`<tr title=${title}>
              <th scope="row">${name}</th>
              <td>${samples}</td>
              <td>${data}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <p class="gan-note">
      Distance of two: root mean square, in ${distanceUnit(model)}. Precision, recall and Frechet distance: in ${space}; beside the last
      that of ${reference.of === 'train' ? 'the training data to the data' : 'one half of the data to the other'}.
    </p>`;
}

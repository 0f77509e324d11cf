/** What is looked at: its picture, its score, its z, and the sliders that move it. */

import { html, nothing, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { LoadedGan } from '../../src/protocol/gan.ts';
import type { GanPlace } from '../../src/protocol/ganView.ts';
import { distanceUnit } from '../../src/protocol/pictures.ts';
import { textButton } from '../shared/notices.ts';
import { noiseStrip } from '../shared/pictures/noiseStrip.ts';
import { paint } from '../shared/pictures/drawing.ts';
import { segments } from '../shared/segments.ts';
import { slider } from '../shared/slider.ts';
import { iconButton } from '../shared/toolbar.ts';
import { wholeField } from '../shared/wholeField.ts';
import type { GanDesk } from './desk.ts';
import { shownDirections } from './explored.ts';
import type { Samples } from './session.ts';
import { signedSlider } from './signedSlider.ts';
import { percent, placeWords, sampleName, scoreWords, shareBelow } from './words.ts';

/** Of the length of z: as far as a direction's slider goes. */
const reach = 4;

export function sampleSide(panel: GanDesk, model: LoadedGan): TemplateResult | typeof nothing {
  const { session, state, explored } = panel;
  const { samples } = session;
  if (!samples || samples.count === 0) return nothing;
  const { place } = state;
  const { seen } = explored;
  const elsewhere = placeWords(place, samples);
  return html`<section class="gan-section" aria-labelledby="gan-sample">
    <header class="gan-section-head">
      <h2 id="gan-sample">${sampleName(samples, model.classes, place.sample)}</h2>
      <span class="spacer"></span>
      ${elsewhere ? iconButton('home', 'Back to the sample', () => panel.move({ walk: null, moves: [] })) : nothing}
    </header>
    <div class="gan-looked">
      <canvas
        class="gan-picture"
        role="img"
        aria-label=${`${sampleName(samples, model.classes, place.sample)}${elsewhere ? `, ${elsewhere}` : ''}`}
        ${ref((element?: Element) => {
          if (element instanceof HTMLCanvasElement && seen && session.shape) paint(element, seen.levels, session.shape);
        })}
      ></canvas>
      <div class="gan-looked-words" role="status">
        <p>${elsewhere ? `${elsewhere[0]!.toUpperCase()}${elsewhere.slice(1)}.` : 'As it was drawn.'}</p>
        ${seen?.score === null || !seen ? nothing : html`<p>${scoreLine(seen.score, samples)}</p>`}
      </div>
    </div>
    ${seen ? noiseStrip(seen.z) : nothing} ${walkFields(panel, samples)} ${directionSliders(panel, model)}
  </section>`;
}

function scoreLine(score: number, { scores }: Samples): string {
  return `Score ${scoreWords(score)}, above ${percent(shareBelow(scores, score))} of the samples.`;
}

type Walk = NonNullable<GanPlace['walk']>;

/** Where one stands on the way; at its beginning where none was chosen. */
function walkOf({ walk, sample }: GanPlace, count: number): Walk {
  return walk ?? { to: (sample + 1) % Math.max(1, count), way: 'spherical', at: 0 };
}

function walkFields(panel: GanDesk, { settings, count }: Samples): TemplateResult {
  const { to, way, at: along } = walkOf(panel.state.place, count);
  // Of the way as it is then: two fields may be changed before the page is drawn anew.
  const set = (change: Partial<Walk>): void => panel.move({ walk: { ...walkOf(panel.state.place, count), ...change } });
  return html`<div class="gan-walk" role="group" aria-label="Walk">
    <div class="gan-row">
      ${wholeField(
        {
          label: 'Walk to sample',
          title: 'Number of the sample at the other end',
          value: settings.first + to,
          most: settings.first + count - 1,
        },
        (number) => set({ to: Math.max(0, number - settings.first) }),
      )}
      ${segments(
        'Way',
        'gan-way',
        [
          ['linear', 'Linear'],
          ['spherical', 'Spherical'],
        ] as const,
        way,
        (chosen) => set({ way: chosen }),
      )}
    </div>
    ${slider(
      {
        label: 'Way',
        title: 'How far from the one to the other; the class stays',
        ...{ value: along, maximum: 1, step: 0.01, text: `${Math.round(100 * along)} %` },
      },
      (at) => set({ at }),
    )}
  </div>`;
}

function directionSliders(panel: GanDesk, model: LoadedGan): TemplateResult {
  const { directions } = panel.explored;
  const { moves } = panel.state.place;
  if (!directions) {
    const { finding } = panel.explored;
    const again = textButton('Look for them again', () => panel.move({}));
    return html`<p class="gan-note" role="status">
      ${finding ? 'Looking for the directions in which the picture changes most…' : html`The directions were not found. ${again}`}
    </p>`;
  }
  const count = Math.min(shownDirections, directions.gains.length);
  return html`<div class="gan-directions" role="group" aria-label="Directions">
    <p class="gan-note">
      Directions in which the picture changes most at this sample, by the Jacobian of the generator there, with their share of all change.
    </p>
    ${Array.from({ length: count }, (_, at) => {
      const value = moves[at] ?? 0;
      return signedSlider(
        {
          label: `${at + 1} (${percent(directions.shares[at]!)})`,
          title: `A step of length 1 along it changes it by ${directions.gains[at]!.toPrecision(3)} (root mean square, in ${distanceUnit(model)}), to first order`,
          ...{ value, reach, text: value.toFixed(1) },
        },
        (move) =>
          panel.move({
            moves: Array.from({ length: count }, (__, other) => (other === at ? move : (panel.state.place.moves[other] ?? 0))),
          }),
      );
    })}
  </div>`;
}

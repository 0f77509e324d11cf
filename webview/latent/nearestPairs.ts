/** Samples of the prior, each beside the training example that lies nearest to it. */

import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { levelsOf } from '../../src/maths/levels.ts';
import { drawnBetween, shapeOfItem } from '../../src/protocol/pictures.ts';
import type { CopyingOf, LoadedVae } from '../../src/protocol/vae.ts';
import { formatCount } from '../shared/numbers.ts';
import { picture } from './picture.ts';

export function nearestPairs(model: LoadedVae, found: CopyingOf): TemplateResult | typeof nothing {
  return html`${guard([model, found], () => pairsOf(model, found))}`;
}

function pairsOf(model: LoadedVae, { pairs, samples: drawn, trainCount, compared }: CopyingOf): TemplateResult | typeof nothing {
  const { samples, nearest, index, distance, ratio } = pairs;
  if (ratio.length === 0) return nothing;
  const between = drawnBetween(model);
  const shape = shapeOfItem(model.item, between);
  const size = samples.length / ratio.length;
  const levels = (of: Float32Array, at: number): Uint8Array => levelsOf(of.subarray(at * size, (at + 1) * size), between);
  return html`<p class="latent-note" id="pairs-note">
      The ${formatCount(ratio.length)} of ${formatCount(drawn)} samples that are likeliest copies, each with its nearest training example;
      under them the nearest distance over the mean of the next ${compared - 1}. Near 1 it is like any other, near 0 it is a copy.
    </p>
    <ol class="latent-pairs" aria-labelledby="pairs-note" tabindex="0">
      ${Array.from(
        ratio,
        (value, at) =>
          html`<li
            title=${`Nearest: training example ${formatCount(index[at]! + 1)} of ${formatCount(trainCount)}, ${distance[at]!.toFixed(2)} away`}
          >
            <div class="latent-pair">${picture('sample', levels(samples, at), shape)}${picture('nearest', levels(nearest, at), shape)}</div>
            <span>${value.toFixed(2)}</span>
          </li>`,
      )}
    </ol>`;
}

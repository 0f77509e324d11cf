/** How many samples are drawn, and how far z is cut. */

import { html, nothing, type TemplateResult } from 'lit';
import { slider } from '../shared/slider.ts';
import type { GanDesk } from './desk.ts';

/** Below it nothing is truncated. */
const leastTruncation = 0.1;
const mostSamples = 248;

export function settingsRow(panel: GanDesk): TemplateResult {
  const { count, truncation } = panel.state.settings;
  return html`<div class="gan-settings">
    ${slider({ label: 'Samples', title: 'How many are drawn', value: count, maximum: mostSamples, step: 1, text: String(count) }, (value) =>
      panel.set({ count: Math.max(1, value) }),
    )}
    ${
      panel.session.model?.prior === 'normal'
        ? slider(
            {
              label: 'Truncation',
              title:
                'Truncated normal: numbers of z that are larger in size than this are drawn again, so that samples are more typical and less different. Off: N(0, 1) as it is',
              ...{ value: truncation ?? 0, maximum: 3, step: 0.05, text: truncation === null ? 'off' : truncation.toFixed(2) },
            },
            (value) => panel.set({ truncation: value < leastTruncation ? null : Number(value.toFixed(2)) }),
          )
        : nothing
    }
  </div>`;
}

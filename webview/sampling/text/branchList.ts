/** The branches of a continuation: each by what it has that the one shown has not. */

import { html, nothing, type TemplateResult } from 'lit';
import type { TextRun } from '../../../src/protocol/sampling.ts';
import { shortTokenLabel } from '../../shared/tokenLabel.ts';
import type { TextActions } from './actions.ts';
import { commonLength, pathTo, textOf, tipsOf } from './branches.ts';

export function branchList(actions: TextActions, run: TextRun): TemplateResult | typeof nothing {
  const tips = tipsOf(run.nodes);
  if (tips.length < 2) return nothing;
  const shown = pathTo(run.nodes, run.tip);
  return html`<section class="branches" aria-label="Branches">
    <h2>${tips.length} branches</h2>
    <ul>
      ${tips.map((tip) => {
        const path = pathTo(run.nodes, tip);
        const from = tip === run.tip ? 0 : commonLength(path, shown);
        const text = shortTokenLabel(textOf(run.nodes, path.slice(from)), 48);
        const place = from === 0 ? 'from the start' : `from token ${from + 1}`;
        return html`<li>
          <button class="branch" aria-current=${tip === run.tip ? 'true' : nothing} @click=${() => actions.walk(run, tip)}>
            <span class="branch-place">${tip === run.tip ? 'shown' : place}</span><code>${text}</code>
          </button>
        </li>`;
      })}
    </ul>
  </section>`;
}

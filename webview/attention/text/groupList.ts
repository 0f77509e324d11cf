/** The strongest groups, one a line: what the shades show, in numbers. */

import { html, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import { barWidth } from '../../shared/barTable.ts';
import { formatWeight } from '../../shared/numbers.ts';
import { sentenceParts } from '../sentence.ts';
import { groupName, strongest, type NamedText, type Shading } from './words.ts';

export interface GroupListEvents {
  /** null: none. */
  pointed(group: number | null): void;
  chosen(group: number): void;
}

const shown = 20;

export function groupList(shading: Shading, text: NamedText, busy: boolean, events: GroupListEvents): TemplateResult {
  const { groups, values, direction, chosen } = shading;
  const order = strongest(shading, shown);
  const most = order[0] === undefined ? 1 : values[order[0]]!;
  const many = chosen.length > 1 ? 'chosen ones attend' : 'chosen one attends';
  const title = direction === 'from' ? `What the ${many} to` : `What attends to the chosen ${chosen.length > 1 ? 'ones' : 'one'}`;
  return html`<section class="group-list by-${groups.granularity}" aria-labelledby="group-list-title" aria-busy=${String(busy)}>
    <h2 id="group-list-title">${title}</h2>
    <table class="bar-table" @pointerleave=${() => events.pointed(null)}>
      <thead>
        <tr>
          <th scope="col">${groups.granularity}</th>
          <th scope="col" class="bars"><span class="visually-hidden">bar</span></th>
          <th scope="col" class="number">weight</th>
        </tr>
      </thead>
      <tbody>
        ${order.map(
          (index) =>
            html`<tr class=${chosen.includes(index) ? 'own' : ''} @pointerenter=${() => events.pointed(index)}>
              <th scope="row">
                <button
                  class="link"
                  title="Choose it"
                  @click=${() => events.chosen(index)}
                  @focus=${() => events.pointed(index)}
                  @blur=${() => events.pointed(null)}
                >
                  ${sentenceParts(groupName(groups, groups.all[index]!, text))}
                </button>
              </th>
              <td class="bars"><div class="bar before" ${ref(barWidth(values[index]! / most))}></div></td>
              <td class="number">${formatWeight(values[index]!)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

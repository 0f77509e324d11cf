import { html, type TemplateResult } from 'lit';

/** Leaves the first token, on which many heads rest, out of scores and sums. */
export function withoutFirstBox(on: boolean, set: (withoutFirst: boolean) => void): TemplateResult {
  const title = 'Leaves out the weights on the first token and scales the others of each row to sum to 1; row 0 is then undefined';
  return html`<label class="check" title=${title}>
    <input type="checkbox" .checked=${on} @change=${({ target }: Event) => set(target instanceof HTMLInputElement && target.checked)} />
    Without the first token
  </label>`;
}

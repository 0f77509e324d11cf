/** Above each map: which text it is of, and which map. */

import { html, type nothing, type TemplateResult } from 'lit';
import type { ComparedText } from '../../../src/protocol/attention.ts';
import { select } from '../../shared/toolbar.ts';

export function sideHeader(name: 'A' | 'B', text: TemplateResult, picker: TemplateResult | typeof nothing): TemplateResult {
  return html`<header class="compare-head">
    <span class="compare-name">${name}</span>
    ${text}
    <span class="compare-picker">${picker}</span>
  </header>`;
}

export function ownText(title: string): TemplateResult {
  return html`<span class="compare-text" title=${title}><bdi>${title}</bdi></span>`;
}

export interface TextChoice {
  readonly choose: (text: ComparedText) => void;
  /** Asks for another document. */
  readonly chooseOther: () => void;
}

/** @param title what the text chosen is called; undefined while it is not known */
export function otherText(chosen: ComparedText, title: string | undefined, { choose, chooseOther }: TextChoice): TemplateResult {
  const options: { label: string; text: ComparedText | null }[] = [
    { label: 'The same text', text: { kind: 'same' } },
    { label: 'The text at HEAD', text: { kind: 'head' } },
    ...(chosen.kind === 'file' ? [{ label: title ?? nameIn(chosen.uri), text: chosen }] : []),
    { label: 'Another file…', text: null },
  ];
  const index = options.findIndex(({ text }) => text?.kind === chosen.kind);
  return select(
    'Text to compare with',
    index,
    options.map(({ label }) => label),
    (picked) => {
      const text = options[picked]?.text;
      if (text) choose(text);
      else chooseOther();
    },
  );
}

/** The last part of an address. */
function nameIn(uri: string): string {
  const last = uri.slice(uri.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(last) || uri;
  } catch {
    return last || uri;
  }
}

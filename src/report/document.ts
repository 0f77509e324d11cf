/** A report as one HTML file that opens without a network: the page's own code, and its data as bytes that no browser takes for HTML. */

import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { shuffleBytes } from '../maths/byteShuffle.ts';
import type { PortableSite } from '../protocol/inference.ts';
import {
  arrayTypes,
  reportElement,
  type ArrayReference,
  type ArrayType,
  type Packed,
  type ReportArray,
  type ReportData,
} from '../protocol/report.ts';

/** The page as it was built. */
export interface ReportPage {
  script: string;
  style: string;
  /** The icons' rules, without their font, for the elements that keep their style to themselves. */
  icons: string;
}

const compress = promisify(deflate);

/**
 * The file, piece by piece: large models have more bytes than a string can hold.
 *
 * @throws Error where the page cannot stand inside of an HTML file
 */
export async function* reportDocument(
  page: ReportPage,
  data: Omit<ReportData, 'sites'>,
  sites: AsyncIterable<PortableSite>,
): AsyncGenerator<string> {
  checkPage(page);
  const arrays = new Arrays();
  const nonce = digest(page.icons);
  const policy = [
    `default-src 'none'`,
    `script-src 'sha256-${digest(page.script)}'`,
    `style-src 'sha256-${digest(page.style)}' 'nonce-${nonce}'`,
    `font-src data:`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Genlens ${escaped(data.genlens)}">
<title>Attention: ${escaped(data.result.subject.title)}</title>
<style>${page.style}</style>
<link id="vscode-codicon-stylesheet" rel="stylesheet" nonce="${nonce}" href="data:text/css;base64,${Buffer.from(page.icons).toString('base64')}">
</head>
<body>
<div id="app"><noscript>This report draws itself: it needs JavaScript, and nothing from the network.</noscript></div>
`;
  const packed: Packed<PortableSite>[] = [];
  for await (const site of sites) {
    packed.push(arrays.pack(site));
    yield* arrays.written();
  }
  const rest = arrays.pack(data);
  yield* arrays.written();
  const json = JSON.stringify({ ...rest, sites: packed });
  yield element(reportElement.data, await compress(json));
  yield `<script type="module">${page.script}</script>
</body>
</html>
`;
}

/** Arrays on their way out, equal ones once. */
class Arrays {
  readonly #known = new Map<string, string>();
  #waiting: { id: string; array: ReportArray }[] = [];

  pack<T>(value: T): Packed<T> {
    return this.#packed(value) as Packed<T>;
  }

  /** The elements of the arrays that were packed since. */
  async *written(): AsyncGenerator<string> {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { id, array } of waiting) {
      const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      yield element(id, await compress(shuffleBytes(bytes, array.BYTES_PER_ELEMENT)));
    }
  }

  #packed(value: unknown): unknown {
    if (ArrayBuffer.isView(value)) return this.#reference(value as ReportArray);
    if (Array.isArray(value)) return value.map((item) => this.#packed(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.#packed(item)]));
  }

  #reference(array: ReportArray): ArrayReference {
    const type = (Object.keys(arrayTypes) as ArrayType[]).find((name) => array instanceof arrayTypes[name]);
    if (!type) throw new Error(`A report holds no ${array.constructor.name}.`);
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    const key = createHash('sha256').update(type).update(bytes).digest('base64');
    let id = this.#known.get(key);
    if (id === undefined) {
      id = reportElement.array(this.#known.size);
      this.#known.set(key, id);
      this.#waiting.push({ id, array });
    }
    return { array: id, type };
  }
}

const element = (id: string, bytes: Buffer): string =>
  `<script type="application/octet-stream" id="${id}">${bytes.toString('base64')}</script>\n`;

const digest = (text: string): string => createHash('sha256').update(text).digest('base64');

/** Text as HTML, in an element or an attribute. */
const escaped = (text: string): string =>
  text.replace(/[&<>"'\0]/g, (character) => `&#${character === '\0' ? 0xfffd : character.charCodeAt(0)};`);

/** What would end an element before its end, or keep its end from being seen. */
function checkPage({ script, style }: ReportPage): void {
  if (/<\/script|<!--/i.test(script)) throw new Error('The report’s script holds "</script" or "<!--": it cannot stand in a page.');
  if (/<\/style/i.test(style)) throw new Error('The report’s style holds "</style": it cannot stand in a page.');
}

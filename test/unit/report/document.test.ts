import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { PortableSite } from '../../../src/protocol/inference.ts';
import type { ReportData } from '../../../src/protocol/report.ts';
import { reportDocument, type ReportPage } from '../../../src/report/document.ts';
import { dataElements, readReport } from './readReport.ts';

const page: ReportPage = { script: 'run()', style: 'body{}', icons: '.icon{}' };

const site = (weights: readonly number[]): PortableSite => ({
  ...{ heads: 1, queries: 2, keys: 2, headDim: null, maxDifference: 0, reason: '', kind: 'weights' },
  weights: Uint16Array.from(weights),
  thumbnails: { heads: 1, rows: 2, columns: 2, values: Uint16Array.from(weights), maxima: Float32Array.of(1) },
});

function data(title: string, text: string): Omit<ReportData, 'sites'> {
  const run = { tokens: [{ id: 1, start: 0, end: text.length, text }] };
  const result = { run, subject: { kind: 'editor', title }, text } as unknown as ReportData['result'];
  return {
    genlens: '0.1.0',
    written: '2026-11-25T12:00:00Z',
    result,
    view: null,
    scores: [],
    symbols: { source: 'none', symbols: [] },
    next: null,
  };
}

async function write(given: Omit<ReportData, 'sites'>, sites: readonly PortableSite[], change: Partial<ReportPage> = {}): Promise<string> {
  const pieces: string[] = [];
  const each = (async function* () {
    yield* sites;
  })();
  for await (const piece of reportDocument({ ...page, ...change }, given, each)) pieces.push(piece);
  return pieces.join('');
}

describe('a report’s file', () => {
  it('reads back as what it was made of, arrays and all', async () => {
    const sites = [site([1, 2, 3, 4]), site([5, 6, 7, 8])];
    const given = data('model.py', 'x = "ünï\u2028code 🙂"');
    expect(readReport(await write(given, sites))).toEqual({ ...given, sites });
  });

  it('holds equal arrays once', async () => {
    const html = await write(data('a', 'b'), [site([1, 2, 3, 4]), site([1, 2, 3, 4])]);
    // The weights, which are the thumbnail's too, its maximum, and all the rest.
    expect([...dataElements(html).keys()]).toEqual(['array-0', 'array-1', 'report']);
  });

  it('lets nothing of a text stand as HTML', async () => {
    const hostile = '</script></title><!-- <script>alert(1)</script> & " \' \0';
    const html = await write(data(hostile, hostile), [site([1, 2, 3, 4])]);
    expect(html).not.toContain('alert(1)</script>');
    expect(html.match(/<script/g)).toHaveLength(4);
    expect(html.match(/<!--/g)).toBeNull();
    expect(html).toContain('<title>Attention: &#60;/script&#62;&#60;/title&#62;');
    expect(readReport(html).result.text).toBe(hostile);
  });

  it('runs its own script and style alone, and reaches no network', async () => {
    const html = await write(data('a', 'b'), []);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? '';
    const hash = (content: string): string => createHash('sha256').update(content).digest('base64');
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src 'sha256-${hash('run()')}'`,
      `style-src 'sha256-${hash('body{}')}' 'nonce-${hash('.icon{}')}'`,
      'font-src data:',
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    expect(html).toContain('<script type="module">run()</script>');
    expect(html).toContain('<style>body{}</style>');
  });

  it.each([
    [{ script: 'a = "</SCRIPT>"' }, '</script'],
    [{ script: 'a<!--b' }, '<!--'],
    [{ style: 'a::before{content:"</style>"}' }, '</style'],
  ])('is not made of a page that would end before its end: %j', async (change, what) => {
    await expect(write(data('a', 'b'), [], change)).rejects.toThrow(what);
  });
});

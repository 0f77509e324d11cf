/** Reports of runs of the real engine, and the browser that opens them without a network. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { AttentionSubject, AttentionViewState, TextSymbols } from '../../src/protocol/attention.ts';
import type { AttentionRequest, AttentionRun, ModelSource } from '../../src/protocol/inference.ts';
import { writePieces } from '../../src/report/file.ts';
import { readReportPage } from '../../src/report/page.ts';
import { reportPieces } from '../../src/report/report.ts';
import { settings, startService, type TestService } from '../unit/engine/inference/support/service.ts';

const root = join(import.meta.dirname, '../..');
const views = process.env['GENLENS_WEBVIEWS'] ?? join(root, 'dist/webview');

export const codeTransformer: ModelSource = {
  id: 'code-transformer',
  name: 'Code transformer',
  path: join(root, 'models/code-transformer/model.onnx'),
  tokenizerPath: join(root, 'models/code-transformer/tokenizer.json'),
  context: 1_024,
};

export interface MadeReport {
  readonly path: string;
  readonly bytes: number;
  readonly run: AttentionRun;
  readonly service: TestService;
}

export interface Reports {
  make(
    source: ModelSource,
    request: AttentionRequest,
    more?: { subject?: Partial<AttentionSubject>; view?: AttentionViewState; symbols?: TextSymbols },
  ): Promise<MadeReport>;
  open(
    report: Pick<MadeReport, 'path'>,
    options?: { scheme?: 'dark' | 'light'; forced?: boolean; width?: number; height?: number },
  ): Promise<OpenReport>;
  close(): Promise<void>;
}

export interface OpenReport {
  readonly page: Page;
  /** What the page said on its console, errors that nothing caught, and what it asked the network for. */
  readonly complaints: string[];
  readonly close: () => Promise<void>;
}

export async function startReports(): Promise<Reports> {
  const folder = await mkdtemp(join(tmpdir(), 'genlens-report-'));
  const executablePath = process.env['GENLENS_CHROMIUM'] ?? '/usr/bin/chromium';
  const browser: Browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--no-first-run', '--disable-background-networking'],
  });
  let count = 0;
  return {
    async make(source, request, { subject, view, symbols } = {}) {
      const service = startService();
      await service.load({ source, settings });
      const run = await service.attention(request);
      const { text = '' } = request;
      const pieces = reportPieces(
        {
          source: service,
          page: await readReportPage(views),
          genlens: '0.1.0',
          written: new Date('2026-11-25T12:00:00Z'),
          result: {
            run,
            text,
            subject: { kind: 'editor', title: 'model.py', windowed: false, cut: false, modelName: source.name, ...subject },
          },
          view: view ?? null,
          symbols: symbols ?? { source: 'none', symbols: [] },
        },
        {},
      );
      const path = join(folder, `report-${count++}.html`);
      return { path, bytes: await writePieces(path, pieces), run, service };
    },
    async open({ path }, { scheme = 'dark', forced = false, width = 1_100, height = 800 } = {}) {
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: scheme,
        forcedColors: forced ? 'active' : 'none',
        offline: true,
      });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      const address = pathToFileURL(path).href;
      page.on('request', (request) => {
        if (request.url() !== address && !request.url().startsWith('data:')) complaints.push(`asked for ${request.url()}`);
      });
      await page.goto(address);
      await page.locator('.headline').waitFor();
      return { page, complaints, close: () => context.close() };
    },
    async close() {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

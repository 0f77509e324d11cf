/** The built panel in a real browser, under the policy that the extension gives it. */

import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { build } from 'esbuild';
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core';
import { themes, type Theme, type ThemeName } from './themes.ts';

const root = join(import.meta.dirname, '../..');
/** Where the built views lie. */
const views = process.env['GENLENS_WEBVIEWS'] ?? join(root, 'dist/webview');
const types: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css', '.ttf': 'font/ttf' };

export interface PanelOptions {
  readonly width?: number;
  readonly height?: number;
  readonly pixelRatio?: number;
  readonly theme?: ThemeName;
  readonly reducedMotion?: boolean;
  /** The system forces its own colours upon pages, of this scheme. */
  readonly forcedColors?: 'dark' | 'light';
  /** The page has no WebGL2. */
  readonly withoutWebgl2?: boolean;
}

export interface OpenPanel {
  readonly page: Page;
  /** What the page said on its console, and errors that nothing caught. */
  readonly complaints: string[];
  readonly close: () => Promise<void>;
}

export interface Harness {
  open(options?: PanelOptions): Promise<OpenPanel>;
  close(): Promise<void>;
}

/** A view and what stands in for its host. */
export interface HarnessOptions {
  /** The name of the view's bundle. */
  readonly view: string;
  /** A module beside `standIn`. It sets `window.standIn`, whose `calls` are what the page has asked. */
  readonly standIn: string;
  /** Where the bundle lies; else where those are that ship. */
  readonly folder?: string;
}

export async function startHarness(options: HarnessOptions = { view: 'attention', standIn: 'main.ts' }): Promise<Harness> {
  const { view, standIn: entry, folder = views } = options;
  if (!existsSync(join(folder, `${view}.js`))) throw new Error(`${folder}/${view}.js is missing: run \`npm run build\` first.`);
  const executablePath = process.env['GENLENS_CHROMIUM'] ?? '/usr/bin/chromium';
  const standIn = await bundle(join(import.meta.dirname, 'standIn', entry));
  const server = await serve(standIn, view, folder);
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  return {
    open: (options = {}) => openPanel(browser, origin, options),
    async close() {
      await browser.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function openPanel(browser: Browser, origin: string, options: PanelOptions): Promise<OpenPanel> {
  const context: BrowserContext = await browser.newContext({
    viewport: { width: options.width ?? 640, height: options.height ?? 800 },
    deviceScaleFactor: options.pixelRatio ?? 1,
    reducedMotion: options.reducedMotion ? 'reduce' : 'no-preference',
    ...(options.forcedColors ? { forcedColors: 'active', colorScheme: options.forcedColors } : {}),
  });
  if (options.withoutWebgl2) await context.addInitScript(takeWebgl2);
  const page = await context.newPage();
  drawAfterActions(page);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !ofSoftwareGpu(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  const query = new URLSearchParams({ theme: options.theme ?? 'dark' });
  await page.goto(`${origin}/?${query}`);
  await page.waitForFunction(() => window.standIn.calls.some((call) => call.method === 'ready'));
  return { page, complaints, close: () => context.close() };
}

/** Chromium says so of a picture that is read back where it draws without a GPU. */
const ofSoftwareGpu = (text: string): boolean => text.includes('GPU stall due to ReadPixels');

function takeWebgl2(): void {
  const prototype: { getContext: unknown } = HTMLCanvasElement.prototype;
  prototype.getContext = new Proxy(prototype.getContext as () => unknown, {
    apply: (getContext, canvas, given: [string]) => (given[0] === 'webgl2' ? null : (Reflect.apply(getContext, canvas, given) as unknown)),
  });
}

/** Changes the theme as VS Code does: the variables on `html`, the class on `body`. */
export async function setTheme(page: Page, name: ThemeName): Promise<void> {
  await page.evaluate(({ className, variables }: Theme) => {
    document.documentElement.removeAttribute('style');
    for (const [variable, value] of Object.entries(variables)) document.documentElement.style.setProperty(`--vscode-${variable}`, value);
    document.body.className = className;
  }, themes[name]);
}

/** Two frames: what was asked for has been drawn. */
export async function nextFrames(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

const actions = ['check', 'click', 'dblclick', 'fill', 'hover', 'press', 'selectOption', 'uncheck'] as const;
const prepared = new WeakSet<object>();

/** Pages draw once a frame: what a test does through a locator has been drawn when it looks. */
function drawAfterActions(page: Page): void {
  const prototype = Object.getPrototypeOf(page.locator('body')) as Record<
    (typeof actions)[number],
    (...given: unknown[]) => Promise<unknown>
  >;
  if (prepared.has(prototype)) return;
  prepared.add(prototype);
  for (const action of actions) {
    const act = prototype[action];
    prototype[action] = async function (this: Locator, ...given: unknown[]) {
      const result = await act.apply(this, given);
      await nextFrames(this.page());
      return result;
    };
  }
}

/** Waits until no tile, row or thumbnail is on its way and the last has been drawn. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => !document.querySelector('[aria-busy="true"], .view:not([hidden]) .overview-row.pending'));
  await nextFrames(page);
  await nextFrames(page);
}

async function serve(standIn: string, view: string, folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (url.pathname === '/') {
      const nonce = randomBytes(16).toString('hex');
      const cspSource = `http://${request.headers.host ?? ''}`;
      const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${cspSource} 'nonce-${nonce}'; font-src ${cspSource}; img-src ${cspSource} data: blob:`;
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.setHeader('content-security-policy', policy);
      response.end(html(view, nonce, themes[(url.searchParams.get('theme') ?? 'dark') as ThemeName]));
    } else if (url.pathname === '/stand-in.js') {
      response.setHeader('content-type', 'text/javascript');
      response.end(standIn);
    } else {
      readFile(join(folder, url.pathname.replaceAll('..', ''))).then(
        (bytes) => {
          response.setHeader('content-type', types[extname(url.pathname)] ?? 'application/octet-stream');
          response.end(bytes);
        },
        () => {
          response.statusCode = url.pathname === '/favicon.ico' ? 204 : 404;
          response.end();
        },
      );
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** As the extension writes it; theme variables and class are set by script, as VS Code does. */
function html(view: string, nonce: string, theme: Theme): string {
  const setUp = `
    for (const [name, value] of Object.entries(${JSON.stringify(theme.variables)})) document.documentElement.style.setProperty('--vscode-' + name, value);
    document.body.className = ${JSON.stringify(theme.className)};`;
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Genlens</title>
    <link rel="stylesheet" href="/codicon.css" />
    <link rel="stylesheet" href="/${view}.css" />
  </head>
  <body>
    <div id="app"></div>
    <script nonce="${nonce}">${setUp}</script>
    <script nonce="${nonce}" src="/stand-in.js"></script>
    <script type="module" nonce="${nonce}" src="/${view}.js"></script>
  </body>
</html>`;
}

async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, write: false, format: 'iife', target: 'chrome130' });
  return outputFiles[0]?.text ?? '';
}

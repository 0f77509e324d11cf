import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const places: readonly string[] = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** The Chromium that GENLENS_CHROMIUM names, or the first one found where systems put it. */
export function findChromium(): string | undefined {
  const named = process.env['GENLENS_CHROMIUM'];
  if (named === undefined || named === '') return places.find((file) => existsSync(file));
  if (!existsSync(named))
    throw new Error(`GENLENS_CHROMIUM names ${named}, which does not exist: set it to the path of a Chromium or Chrome.`);
  return named;
}

/** Starts Chromium without a window, with a profile of its own and without calling home. WebGL2 works, in software. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('No Chromium was found: install it, or set GENLENS_CHROMIUM to its path.');
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...[
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    ],
  });
}

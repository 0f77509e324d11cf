import { chromium, type Browser } from 'playwright-core';
import { findChromium } from '../../setup/chromium.ts';

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

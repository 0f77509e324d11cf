import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { run } from './run.ts';

const places: readonly string[] = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/**
 * The Chromium that GENLENS_CHROMIUM names, or the first one found where systems put it.
 * @throws where GENLENS_CHROMIUM names a file that does not exist.
 */
export function findChromium(): string | undefined {
  const named = process.env['GENLENS_CHROMIUM'];
  if (named === undefined || named === '') return places.find((file) => existsSync(file));
  if (!existsSync(named))
    throw new Error(`GENLENS_CHROMIUM names ${named}, which does not exist: set it to the path of a Chromium or Chrome.`);
  return named;
}

/**
 * Makes sure that there is a Chromium: as root on Debian it is installed through apt.
 * @throws elsewhere, saying what to install.
 */
export async function installChromium(): Promise<void> {
  if (findChromium() !== undefined) return;
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  if (process.getuid?.() === 0 && /^ID=debian$/m.test(release)) {
    console.log('Installing Chromium (apt-get install chromium fonts-dejavu-core) ...');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] as ['ignore', 'ignore', 'inherit'] };
    await run('apt-get', ['update', '-qq'], quiet);
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'], quiet);
    if (findChromium() !== undefined) return;
    throw new Error(
      'apt-get could not install Chromium (see above): install it by hand, or set GENLENS_CHROMIUM to the path of a Chromium or Chrome.',
    );
  }
  throw new Error(
    'The web and editor tests need Chromium or Chrome, and none was found. Install it (on Debian: `sudo apt-get install chromium`; ' +
      'elsewhere: https://www.google.com/chrome), or set GENLENS_CHROMIUM to its path.',
  );
}

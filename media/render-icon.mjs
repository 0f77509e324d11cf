// Renders icon.svg as the 128 x 128 icon.png that the extension's page and list show: node media/render-icon.mjs
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: 128, height: 128 } });
await page.setContent(`<style>* { margin: 0 } svg { display: block }</style>${await readFile(file('icon.svg'), 'utf8')}`);
await page.screenshot({ path: file('icon.png'), omitBackground: true });
await browser.close();

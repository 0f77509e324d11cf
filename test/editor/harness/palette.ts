import type { Locator, Page } from 'playwright-core';
import { until } from './until.ts';

const input = '.quick-input-widget input.input';

/** The rows of the open palette or pick list, from the top: what is drawn, which in a long list is not all. */
export async function paletteRows(page: Page): Promise<string[]> {
  return page.locator('.quick-input-widget .quick-input-list .monaco-list-row .label-name').allTextContents();
}

/** The command palette, a pick list or an input box: its text field, once it is there and has the focus. */
export async function quickInput(page: Page): Promise<Locator> {
  const field = page.locator(input).and(page.locator(':focus'));
  await field.waitFor();
  return field;
}

/** Opens the command palette, types `label` and runs the command with exactly that label. */
export async function runCommand(page: Page, label: string): Promise<void> {
  const field = await openPalette(page);
  await field.fill(`>${label}`);
  await pick(page, label);
}

/**
 * Takes the row with exactly this label in an open palette or pick list.
 * @throws with the rows that are there instead.
 */
export async function pick(page: Page, label: string): Promise<void> {
  const row = page.locator('.quick-input-widget .quick-input-list .monaco-list-row').filter({
    // The label is cut into spans where the typed letters are highlighted, and led by a space where it has an icon: compare the whole text.
    has: page.locator('.label-name', { hasText: new RegExp(`^\\s*${label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`) }),
  });
  try {
    await row.first().click({ timeout: 15_000 });
  } catch (error) {
    throw new Error(`No row "${label}" in the palette, but: ${(await paletteRows(page)).join(' | ') || 'nothing'}`, { cause: error });
  }
}

async function openPalette(page: Page): Promise<Locator> {
  const field = page.locator(input);
  await until('the command palette is open', async () => {
    // It may open before the focus has settled and close again at once: start over.
    await page.keyboard.press('Escape');
    await page.keyboard.press('F1');
    await page.waitForTimeout(150);
    return (await field.isVisible()) && (await field.inputValue()) === '>' && (await field.evaluate((e) => e === document.activeElement));
  });
  return field;
}

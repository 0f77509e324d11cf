/** What axe has to say of a page. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Contrast that axe cannot tell: of signs that are no letters, and of the button element, whose ground lies on another layer. */
const undecidable = [
  /contains only non-text characters/,
  /^color-contrast: <div part="base"/,
  // The canvas of the overview lies below what is written over it.
  /^color-contrast: <\w+ class="(thumbnail-caption|overview-empty)".*contains an image node/,
  // The marks of a plot's axes: text in SVG, which counts as a picture.
  /^color-contrast: <text /,
  // A token of one character, whose name begins with it.
  /^label-content-name-mismatch: <span class="token .* Unable to determine/s,
];

interface Finding {
  id: string;
  nodes: { html: string; any: { message: string }[] }[];
}

/**
 * What axe-core finds fault with in the page as it is.
 *
 * @param undecided what it leaves to a person to look at is told too
 */
export async function audit(page: Page, undecided = true): Promise<string[]> {
  // As the debugger's own source: the page's policy bars eval.
  await page.evaluate(axe);
  const { violations, incomplete } = await page.evaluate(async () => {
    const { axe: engine } = window as unknown as { axe: { run(): Promise<{ violations: Finding[]; incomplete: Finding[] }> } };
    return engine.run();
  });
  const told = (findings: Finding[]): string[] =>
    findings.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.any.map((check) => check.message).join()}`));
  if (!undecided) return told(violations);
  return [...told(violations), ...told(incomplete).filter((finding) => !undecidable.some((reason) => reason.test(finding)))];
}

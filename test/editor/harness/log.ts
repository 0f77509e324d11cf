import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';

export interface Problem {
  readonly kind: 'console' | 'exception' | 'content security policy' | 'extension host';
  readonly text: string;
  /** The address or file it came from. */
  readonly source: string;
}

/**
 * Gathers in `problems` what goes wrong in a window: console errors, exceptions and breaches of a content security policy.
 * Call it before the page is opened.
 */
export async function watchProblems(page: Page, problems: Problem[]): Promise<void> {
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push({ kind: 'console', text: message.text(), source: message.location().url });
  });
  page.on('pageerror', (error) => problems.push({ kind: 'exception', text: error.message, source: error.stack ?? '' }));
  const devtools = await page.context().newCDPSession(page);
  devtools.on('Audits.issueAdded', ({ issue }) => {
    const details = issue.details.contentSecurityPolicyIssueDetails;
    if (!details || details.isReportOnly) return;
    const text = `${details.contentSecurityPolicyViolationType}: ${details.violatedDirective} ${details.blockedURL ?? ''}`.trim();
    problems.push({ kind: 'content security policy', text, source: details.sourceCodeLocation?.url ?? '' });
  });
  await devtools.send('Audits.enable');
}

/** The editor's own complaints where there is no network: its gallery, its signing module, its update and its assistant. */
const editorsOwn = [
  /vsda/,
  /marketplace|gallery|open-vsx/i,
  /favicon/,
  /service.?worker/i,
  /\bupdate\b/i,
  /copilot|chat/i,
  /ERR_(INTERNET|NAME|NETWORK|CONNECTION)/,
];

/** Whether a problem is the extension's: it comes from its files, from a webview, or speaks of it. */
export function isOfExtension(problem: Problem, extensionFolders: readonly string[]): boolean {
  const about = `${problem.text} ${problem.source}`;
  if (/genlens/i.test(problem.text) || extensionFolders.some((folder) => about.includes(folder))) return true;
  if (editorsOwn.some((pattern) => pattern.test(about))) return false;
  return /\/webview\/browser\/pre\/|vscode-webview|vscode-resource/.test(problem.source);
}

/** Every log file under `folder` whose path matches, joined, each after a line that names it. */
export async function readLogs(folder: string, pattern: RegExp): Promise<string> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const texts = names
    .filter((name) => name.endsWith('.log') && pattern.test(name))
    .map(async (name) => `--- ${name}\n${await readFile(path.join(folder, name), 'utf8')}`);
  return (await Promise.all(texts)).join('\n');
}

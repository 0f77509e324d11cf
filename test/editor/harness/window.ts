import type { Page } from 'playwright-core';

export interface WindowOptions {
  /** Everything the editor writes: user settings in `data/User`, logs in `data/logs`. */
  readonly dataFolder: string;
  /** Extensions lie here, unpacked or linked. */
  readonly extensionsFolder: string;
  readonly workspace: string;
  /** A .vsix file to install first. */
  readonly vsix: string | undefined;
  /** Added to the environment of the extension host. */
  readonly env: Readonly<Record<string, string>>;
  readonly viewport: { readonly width: number; readonly height: number };
  readonly deviceScaleFactor: number;
}

/** A window of VS Code with its processes, whatever it runs in. */
export interface Window {
  readonly page: Page;
  /** What its processes wrote to their terminal. */
  output(): string;
  close(): Promise<void>;
}

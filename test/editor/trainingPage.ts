/** A panel in which a model trains, as a test uses it. */

import type { Frame } from 'playwright-core';
import type { Editor } from './harness/editor.ts';
import { until } from './harness/until.ts';

export class TrainingPage {
  readonly frame: Frame;

  constructor(frame: Frame) {
    this.frame = frame;
  }

  /** @param command opens it */
  static async opened(editor: Editor, command: string, title: string): Promise<TrainingPage> {
    await editor.command(command);
    const frame = await editor.panelFrame(title);
    await frame.locator('.training-chart').first().waitFor();
    return new TrainingPage(frame);
  }

  async press(name: string): Promise<void> {
    await this.frame.locator(`vscode-toolbar-button[label^="${name}"]`).click();
  }

  async field(name: string, value: string): Promise<void> {
    const input = this.frame.getByRole('spinbutton', { name });
    await input.fill(value);
    await input.press('Enter');
  }

  /** Where the run stands. */
  async step(): Promise<number> {
    const text = await this.frame.locator('.training-part .slider-value').innerText();
    return Number(text.replace(/\D/g, ''));
  }

  async reached(least: number): Promise<void> {
    await until(`step ${least} is reached`, async () => (await this.step()) >= least);
  }

  running(): Promise<boolean> {
    return this.frame.locator('vscode-toolbar-button[label="Pause"]').isVisible();
  }

  async paused(): Promise<void> {
    await this.press('Pause');
    await this.stopped();
  }

  async stopped(): Promise<void> {
    await until('it has stopped', async () => !(await this.running()));
  }

  async begunAgain(): Promise<void> {
    await this.press('Begin again');
    await until('a new run is open', async () => (await this.step()) === 0);
  }
}

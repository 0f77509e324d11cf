/** The panel's budgets, in a real browser: from data to picture, and what a frame costs while the map moves. */
import { startHarness } from '../web/harness.ts';
import { measureFrames } from './frames.ts';
import { median, type Figure } from './report.ts';

const tokens = 1024;
const size = { layers: 12, heads: 12 };

export async function measureViews(rounds: number): Promise<Figure[]> {
  const harness = await startHarness();
  try {
    const { page } = await harness.open({ width: 900, height: 1000 });
    // The stand-in computes its maps once; after that it only hands them over, so that the time is the panel's.
    const show = (): Promise<number> =>
      page.evaluate(
        async ([layers, heads, positions]) => {
          const began = performance.now();
          const rows = (): number => document.querySelectorAll('.view:not([hidden]) .overview-row').length;
          const pending = (): boolean => document.querySelector('.view:not([hidden]) .overview-row.pending') !== null;
          await window.standIn.show({ layers, heads, positions, keepMaps: true });
          do await new Promise(requestAnimationFrame);
          while (rows() === 0 || pending());
          await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
          return performance.now() - began;
        },
        [size.layers, size.heads, tokens] as const,
      );
    await show();
    const overviews: number[] = [];
    for (let round = 0; round < rounds; round++) overviews.push(await show());
    return [
      {
        what: 'overview of 12 x 12 heads, from data to picture',
        value: median(overviews),
        unit: 'ms',
        budget: 300,
        how: `${tokens} tokens, Chromium, software drawing`,
      },
      await measureFrames(harness, page, rounds),
    ];
  } finally {
    await harness.close();
  }
}

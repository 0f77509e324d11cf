import { describe, expect, it } from 'vitest';
import { barsSentence } from '../../../webview/latent/words.ts';
import { barChart } from '../../../webview/shared/pictures/bars.ts';

/** From top to bottom of a column: opacities. */
function column({ width, height, rgba }: ReturnType<typeof barChart>, at: number): number[] {
  return Array.from({ length: height }, (_, row) => rgba[4 * (row * width + at) + 3]!);
}

describe('a vector as bars', () => {
  const colour = [10, 20, 30] as const;

  it('reaches from the line at 0 as far as the number does, up or down', () => {
    const chart = barChart(Uint8Array.of(255, 0, 102), 102, colour);
    expect([chart.width, chart.height]).toEqual([48, 48]);
    const line = Math.round((1 - 102 / 255) * 47);
    const [up, down, none] = [0, 16, 32].map((at) => column(chart, at));
    expect(up!.map((opacity) => opacity > 0)).toEqual(Array.from({ length: 48 }, (_, row) => row <= line));
    expect(down!.map((opacity) => opacity > 0)).toEqual(Array.from({ length: 48 }, (_, row) => row >= line));
    expect(none!.filter((opacity) => opacity > 0)).toEqual([255]);
    // Between two bars there is the line alone.
    expect(column(chart, 15).filter((opacity) => opacity > 0)).toEqual([128]);
    expect([...chart.rgba.slice(0, 3)]).toEqual([...colour]);
  });

  it('has a column for each of many numbers', () => {
    const chart = barChart(
      Uint8Array.from({ length: 300 }, (_, at) => at % 256),
      0,
      colour,
    );
    expect([chart.width, chart.height]).toEqual([300, 150]);
    const filled = (at: number): number => column(chart, at).filter((opacity) => opacity === 255).length;
    expect(filled(255)).toBe(150);
    expect(filled(100)).toBeGreaterThan(filled(50));
  });

  it('says what its bars are', () => {
    expect(barsSentence({ low: -1.23456, high: 12345 })).toBe('A bar for each number, from −1.23 to 12300 and cut there; the line is 0.');
  });
});

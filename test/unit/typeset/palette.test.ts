import { describe, expect, it } from 'vitest';
import type { ThemeKind } from '../../../src/protocol/typesetting.ts';
import { palettes } from '../../../src/typeset/palette.ts';

/** Grounds of hovers in the themes that come with the editor (1.139), by their kind. */
const grounds: Readonly<Record<ThemeKind, readonly string[]>> = {
  // Dark Modern, Dark+, 2026, Abyss, Kimbie, Monokai, Red, Solarized, Tomorrow Night Blue.
  dark: ['#202020', '#252526', '#202122', '#000c38', '#221a14', '#414339', '#300000', '#004052', '#001c40'],
  // Light Modern, Light+, 2026, Solarized.
  light: ['#f8f8f8', '#f3f3f3', '#fafafd', '#ccc4b0'],
  highContrast: ['#000000', '#0c141f'],
  highContrastLight: ['#ffffff'],
};

/** Relative luminance, as WCAG 2 defines it. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}

function contrast(a: string, b: string): number {
  const [dark = 0, bright = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (bright + 0.05) / (dark + 0.05);
}

describe('the colours of pictures', () => {
  it.each(Object.entries(palettes))('can be read as text on hovers, %s', (kind, { ink, terms, differs }) => {
    for (const ground of grounds[kind as ThemeKind]) {
      for (const colour of [ink, ...terms, differs.written, differs.right])
        expect(contrast(colour, ground), `${colour} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
    expect(new Set([ink, ...terms]).size).toBe(terms.length + 1);
  });

  it.each(Object.entries(palettes))('tell what is written from what would be right also without hues, %s', (_kind, { differs }) => {
    expect(contrast(differs.written, differs.right)).toBeGreaterThanOrEqual(1.3);
  });
});

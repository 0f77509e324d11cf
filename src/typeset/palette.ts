/** The colours that pictures of formulas have in each kind of theme: an image knows nothing of the page that it is on. */

import type { ThemeKind } from '../protocol/typesetting.ts';

export interface Palette {
  /** As the editor's default theme of this kind writes hovers. */
  readonly ink: string;
  /** One a symbol; readable as text on the hovers of the editor's own themes, and told apart without red and green. */
  readonly terms: readonly string[];
  /** Of what differs between two formulas: as it is written, and as it would be right. The one is darker than the other. */
  readonly differs: { readonly written: string; readonly right: string };
}

const onDark = ['#7cb7ff', '#f0a35e', '#6fd3a5', '#d3a4ff', '#e6cf6a', '#ff9fb8', '#67d3e0', '#b9d46c'];
const onLight = ['#0b4f9e', '#823700', '#0b5a3c', '#6a2a9c', '#5c4a00', '#93174e', '#0a5562', '#3f5500'];

const differsOnDark = { written: '#ff9a8b', right: '#a2f2b0' };
const differsOnLight = { written: '#a60d0d', right: '#00491c' };

export const palettes: Readonly<Record<ThemeKind, Palette>> = {
  dark: { ink: '#cccccc', terms: onDark, differs: differsOnDark },
  light: { ink: '#3b3b3b', terms: onLight, differs: differsOnLight },
  highContrast: { ink: '#ffffff', terms: onDark, differs: differsOnDark },
  highContrastLight: { ink: '#292929', terms: onLight, differs: differsOnLight },
};

/** The colour of the symbol that comes at this place. */
export function termColour({ terms, ink }: Palette, index: number): string {
  return terms[index % terms.length] ?? ink;
}

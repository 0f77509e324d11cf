import type { Fonts, Measure } from '../../shared/figure/figure.ts';

/** The fonts that the page is written in. */
export function pageFonts(): Fonts {
  const style = getComputedStyle(document.body);
  return { sans: style.fontFamily, mono: style.getPropertyValue('--vscode-editor-font-family').trim() || 'monospace' };
}

/** Measures texts as a canvas writes them. A font may begin with its weight. */
export function canvasMeasure(): Measure {
  const context = document.createElement('canvas').getContext('2d');
  if (!context) throw new Error('This page has no 2-D canvas.');
  return (text, size, font) => {
    const [, weight = '', family = font] = /^(600 )?(.*)$/s.exec(font) ?? [];
    context.font = `${weight}${size}px ${family}`;
    return context.measureText(text).width;
  };
}

/** The editor's theme, as far as pictures need its colours; the rest of the page uses its variables in CSS. */

import type { Palette, Rgb } from './heatmap/colours.ts';

/** Reads the theme's colours as they are now. */
export function readPalette(): Palette {
  const high = document.body.classList.contains('vscode-high-contrast');
  const light = document.body.classList.contains('vscode-light') || document.body.classList.contains('vscode-high-contrast-light');
  const white: Rgb = [255, 255, 255];
  const black: Rgb = high ? [0, 0, 0] : [30, 30, 30];
  const probe = document.createElement('span');
  probe.hidden = true;
  // The theme's colours are asked for: where the system forces its own, every text would have one and the same.
  probe.style.setProperty('forced-color-adjust', 'none');
  document.body.append(probe);
  const read = (variable: string, under: Rgb): Rgb => {
    probe.style.color = '';
    probe.style.color = `var(${variable}, ${light ? 'white' : 'black'})`;
    return over(getComputedStyle(probe).color, under);
  };
  const ground = read('--vscode-editor-background', light ? white : black);
  const ink = read('--vscode-editor-foreground', ground);
  probe.remove();
  return { ground, ink: same(ground, ink) ? (light ? black : white) : ink };
}

/** Tells when the theme has changed: VS Code rewrites the variables on `html` and the classes on `body`. */
export function onThemeChanged(changed: () => void): void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
}

/** A computed colour (`rgb()`, `rgba()` or `color(srgb)`) laid over another. */
function over(computed: string, under: Rgb): Rgb {
  const [red = 0, green = 0, blue = 0, alpha = 1] = (computed.match(/[\d.]+(?:e-?\d+)?/g) ?? []).map(Number);
  const unit = computed.startsWith('color(') ? 255 : 1;
  const lay = (value: number, below: number): number => Math.round(value * unit * alpha + below * (1 - alpha));
  return [lay(red, under[0]), lay(green, under[1]), lay(blue, under[2])];
}

function same(a: Rgb, b: Rgb): boolean {
  return a.every((value, index) => value === b[index]);
}

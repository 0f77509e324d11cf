/** LaTeX as an SVG picture that stands alone, by MathJax. Nothing in LaTeX can reach out of the picture: no links, no files, no macros. */

import { liteAdaptor, type LiteAdaptor } from '@mathjax/src/js/adaptors/liteAdaptor.js';
import type { LiteElement } from '@mathjax/src/js/adaptors/lite/Element.js';
import { RegisterHTMLHandler } from '@mathjax/src/js/handlers/html.js';
import { TeX } from '@mathjax/src/js/input/tex.js';
import '@mathjax/src/js/input/tex/ams/AmsConfiguration.js';
import '@mathjax/src/js/input/tex/base/BaseConfiguration.js';
import '@mathjax/src/js/input/tex/boldsymbol/BoldsymbolConfiguration.js';
import '@mathjax/src/js/input/tex/braket/BraketConfiguration.js';
import '@mathjax/src/js/input/tex/cancel/CancelConfiguration.js';
import '@mathjax/src/js/input/tex/cases/CasesConfiguration.js';
import '@mathjax/src/js/input/tex/centernot/CenternotConfiguration.js';
import '@mathjax/src/js/input/tex/color/ColorConfiguration.js';
import '@mathjax/src/js/input/tex/configmacros/ConfigMacrosConfiguration.js';
import '@mathjax/src/js/input/tex/empheq/EmpheqConfiguration.js';
import '@mathjax/src/js/input/tex/extpfeil/ExtpfeilConfiguration.js';
import '@mathjax/src/js/input/tex/gensymb/GensymbConfiguration.js';
import '@mathjax/src/js/input/tex/mathtools/MathtoolsConfiguration.js';
import '@mathjax/src/js/input/tex/noundefined/NoUndefinedConfiguration.js';
import '@mathjax/src/js/input/tex/textmacros/TextMacrosConfiguration.js';
import '@mathjax/src/js/input/tex/upgreek/UpgreekConfiguration.js';
import { mathjax } from '@mathjax/src/js/mathjax.js';
import { SVG } from '@mathjax/src/js/output/svg.js';

export interface Setting {
  /** "#rrggbb", written into the picture: an image has no colour around it. */
  readonly colour: string;
  /** Pixels of an em. */
  readonly fontSize: number;
  /** Pixels. Longer formulas are broken into lines; what then is still longer is made smaller. */
  readonly width: number;
  /** Set as a formula on lines of its own: limits above and below, fractions in full size. */
  readonly display: boolean;
}

export interface Svg {
  readonly text: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** LaTeX that cannot be set; the message says what is wrong with it. */
export class TypesetError extends Error {}

/** UTF-16 units. A formula that anybody reads is shorter. */
export const latexLimit = 20_000;

/** A formula that would have to be made smaller than this could not be read. */
const smallest = 0.3;

/** Ems from the baseline that a picture of a single symbol reaches at least, so that symbols in rows stand on their lines. */
const strut = { above: 0.85, below: 0.3 };

const packages = [
  'base',
  'ams',
  'boldsymbol',
  'braket',
  'cancel',
  'cases',
  'centernot',
  'color',
  'configmacros',
  'empheq',
  'extpfeil',
  'gensymb',
  'mathtools',
  'noundefined',
  'textmacros',
  'upgreek',
];

/** Commands of packages that people use in formulas without these packages' fonts. */
const macros = {
  argmax: String.raw`\operatorname*{arg\,max}`,
  argmin: String.raw`\operatorname*{arg\,min}`,
  bm: [String.raw`\boldsymbol{#1}`, 1],
  mathbbm: [String.raw`\mathbb{#1}`, 1],
  mathds: [String.raw`\mathbb{#1}`, 1],
};

/**
 * Makes the typesetter: LaTeX without `\term` to a picture, in a few milliseconds. It throws TypesetError where that is no LaTeX, or
 * more than is set.
 */
export function createTypesetter(): (latex: string, setting: Setting) => Svg {
  const adaptor = liteAdaptor();
  RegisterHTMLHandler(adaptor);
  const tex = new TeX({
    packages,
    macros,
    noundefined: { color: 'currentColor' },
    formatError: (_: unknown, error: unknown) => rethrow(error),
  });
  const output = new SVG({
    fontCache: 'local',
    displayAlign: 'left',
    displayOverflow: 'linebreak',
    linebreaks: { inline: false, width: '100%' },
  });
  const document = mathjax.document('', { InputJax: tex, OutputJax: output });
  const exPerEm = output.font.params.x_height;

  const draw = (latex: string, { colour, fontSize, width, display }: Setting): Svg => {
    if (latex.length > latexLimit) throw new TypesetError(`${latex.length} characters are more than the ${latexLimit} that are typeset`);
    if (latex.trim() === '') throw new TypesetError('it is empty');
    tex.reset();
    const metrics = { em: fontSize, ex: exPerEm * fontSize, containerWidth: width };
    const container = document.convert(wrapped(withoutTags(latex)), { display, ...metrics }) as LiteElement;
    const svg = adaptor.tags(container, 'svg')[0];
    if (!svg) throw new TypesetError('nothing came of it');
    const box = boxOf(adaptor.getAttribute(svg, 'viewBox') as string | undefined);
    if (!display) widen(box);
    const natural = (box.width / 1000) * fontSize;
    const scale = natural > width ? width / natural : 1;
    if (scale < smallest) throw new TypesetError(`it is ${Math.round(natural)} pixels wide and cannot be broken into lines`);
    const size = { width: round(natural * scale), height: round((box.height / 1000) * fontSize * scale) };
    for (const name of ['role', 'focusable', 'style']) adaptor.removeAttribute(svg, name);
    clean(adaptor, svg, colour);
    adaptor.setAttribute(svg, 'viewBox', [box.left, box.top, box.width, box.height].map(round).join(' '));
    adaptor.setAttribute(svg, 'width', `${size.width}px`);
    adaptor.setAttribute(svg, 'height', `${size.height}px`);
    return { text: adaptor.serializeXML(svg), ...size };
  };
  return (latex, setting) => {
    try {
      return draw(latex, setting);
    } catch (error) {
      throw error instanceof TypesetError ? error : refused(error);
    }
  };
}

/** The number of an equation stands behind it: a picture has no margin. Digits are not among the font's double-struck letters. */
function withoutTags(latex: string): string {
  return latex
    .replace(/\\tag\*?\s*\{([^{}]*)\}/g, (_, tag: string) => String.raw`\qquad(\text{${tag}})`)
    .replace(
      /\\math(?:bb|bbm|ds)\s*(?:\{\s*(\d)\s*\}|(\d))/g,
      (_, inBraces: string | undefined, bare: string | undefined) => String.raw`\mathbf{${inBraces ?? bare ?? ''}}`,
    );
}

/** Rows without the environment that they need, as Sphinx and notebooks take them, with it. */
function wrapped(latex: string): string {
  const outside = latex.replace(/\\begin\{(\w+\*?)\}[^]*\\end\{\1\}/g, '').replace(/\\[{}&]|(?<!\\)%.*$/gm, '');
  return /&|\\\\/.test(outside) ? `\\begin{aligned}${latex}\n\\end{aligned}` : latex;
}

function rethrow(error: unknown): never {
  throw refused(error);
}

function refused(error: unknown): TypesetError {
  // Braces within braces without end: what is said of the stack tells a reader nothing.
  if (error instanceof RangeError) return new TypesetError('it is nested too deeply');
  // MathJax throws errors of its own, which are no Error.
  const { message } = error as { message?: unknown };
  return new TypesetError(typeof message === 'string' ? message : String(error));
}

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** @param viewBox in thousandths of an em; the baseline is at 0. */
function boxOf(viewBox: string | undefined): Box {
  const [left = NaN, top = NaN, width = NaN, height = NaN] = (viewBox ?? '').split(/\s+/).map(Number);
  if (![left, top, width, height].every(Number.isFinite)) throw new TypesetError('it has no size');
  return { left, top, width: Math.max(width, 1), height: Math.max(height, 1) };
}

function widen(box: Box): void {
  const bottom = Math.max(box.top + box.height, 1000 * strut.below);
  box.top = Math.min(box.top, -1000 * strut.above);
  box.height = bottom - box.top;
}

/** What a colour may be; LaTeX may write anything in its place. */
const colours = /^(#[0-9a-f]{3,8}|[a-z]+|rgba?\([\d.,%\s]+\))$/i;

/**
 * Gives the picture its colour, and takes out what MathJax writes for scripts and readers of a page, which is two thirds of the text,
 * and whatever might lead out of the picture.
 */
function clean(adaptor: LiteAdaptor, element: LiteElement, colour: string): void {
  for (const { name, value } of adaptor.allAttributes(element)) {
    if (/^(data-|on)|^(class|id)$/.test(name) && !(name === 'id' && element.kind === 'path')) adaptor.removeAttribute(element, name);
    else if (name === 'style' && /url\(|[\\@]/i.test(value)) adaptor.removeAttribute(element, name);
    else if (/^(fill|stroke)$/.test(name) && (value === 'currentColor' || !colours.test(value)))
      adaptor.setAttribute(element, name, colour);
  }
  for (const child of element.children) if ('children' in child) clean(adaptor, child, colour);
}

const round = (value: number): number => Math.round(value * 100) / 100;

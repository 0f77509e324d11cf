/** Pictures of formulas for hovers, each made once as long as it is remembered. */

import { writeTerms } from '../formulas/formula.ts';
import { messageOf } from '../protocol/errors.ts';
import type { Picture, ThemeKind } from '../protocol/typesetting.ts';
import { createTypesetter, type Setting } from './latexToSvg.ts';
import { palettes } from './palette.ts';

/** Pixels between the edges of a hover, which is at most 500 wide. */
export const hoverWidth = 480;
/** Pixels of an em: an index has 11. */
const fontSize = 16;
/** Pictures that are remembered, about 10 KB each. */
const remembered = 500;

export interface PictureOptions {
  readonly theme: ThemeKind;
  readonly display: boolean;
  /** Colours ("#rrggbb") of terms, by id; the others have the colour of the formula. */
  readonly colours?: ReadonlyMap<string, string>;
  /** Of the whole formula; absent: the theme's. */
  readonly colour?: string;
  /** The colour of the term `differs`, around which a frame is drawn. */
  readonly differs?: string;
}

export type Draw = (latex: string, options: PictureOptions) => Picture;

/** Makes what draws LaTeX with terms. It never throws: of what cannot be drawn it says why. */
export function createDraw(): Draw {
  const typeset = createTypesetter();
  const known = new Map<string, Picture>();
  return (latex, { theme, display, colours = new Map<string, string>(), colour = palettes[theme].ink, differs }) => {
    const key = JSON.stringify([latex, colour, display, [...colours], differs]);
    const found = known.get(key);
    known.delete(key);
    const picture = found ?? drawn(typeset, latex, writing(colours, differs), { colour, fontSize, width: hoverWidth, display });
    known.set(key, picture);
    if (known.size > remembered) known.delete(known.keys().next().value ?? '');
    return picture;
  };
}

type Write = (id: string, content: string) => string;

/** The ways to write terms, of which the first that can be set is taken: what is framed is not broken into lines. */
function writing(colours: ReadonlyMap<string, string>, differs: string | undefined): Write[] {
  const coloured: Write = (id, content) => {
    const colour = id === 'differs' && differs !== undefined ? differs : colours.get(id);
    return colour === undefined ? content : `\\textcolor{${colour}}{${content}}`;
  };
  if (differs === undefined) return [coloured];
  return [(id, content) => coloured(id, id === 'differs' ? `\\boxed{${content}}` : content), coloured];
}

function drawn(typeset: ReturnType<typeof createTypesetter>, latex: string, writings: readonly Write[], setting: Setting): Picture {
  let plain = latex;
  let problem = '';
  for (const write of writings) {
    try {
      plain = writeTerms(latex, (_, content) => content);
      return { uri: dataUri(typeset(writeTerms(latex, write), setting).text), latex: plain };
    } catch (error) {
      problem = messageOf(error);
    }
  }
  return { problem, latex: plain };
}

function dataUri(svg: string): string {
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}

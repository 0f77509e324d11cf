/** What to read in the place of lines that no parser takes, so that it takes the others. */

import type { Parser } from 'web-tree-sitter';
import type { Span } from '../../maths/nesting.ts';
import { headerAt } from './lines.ts';
import { logicalLines, type LogicalLine } from './logicalLines.ts';
import { magicLines, withoutMagics } from './magics.ts';
import type { Patch } from './patches.ts';

/** A text by its lines, for whoever repairs it. */
export interface BrokenText {
  readonly text: string;
  readonly lines: readonly LogicalLine[];
  readonly magics: readonly Patch[];
  /** What to read before it where it begins with indented lines: the headers of `levels` blocks; null where it does not. */
  readonly opening: (Patch & { readonly levels: number }) | null;
}

/** A statement that computes nothing, for a whole line; headers of a block that is only run, and of one that may be, for that of one. */
const nothing = 'pass';
const block = 'try:';
const perhaps = 'if ...:';

export function brokenText(text: string): BrokenText {
  const lines = logicalLines(withoutMagics(text));
  const around = levelsAround(text, lines);
  const headers = around.map((_, level) => `${around[level - 1] ?? ''}${block}\n`);
  return {
    text,
    lines,
    magics: magicLines(text).map((line) => ({ ...line, by: nothing })),
    opening: around.length > 0 ? { start: 0, end: 0, by: headers.join(''), levels: around.length } : null,
  };
}

/** Indentations of the blocks that a text begins within, the outermost first. */
function levelsAround(text: string, lines: readonly LogicalLine[]): string[] {
  let least = Infinity;
  const levels: string[] = [];
  for (const { start, indentation } of lines) {
    if (indentation >= least) continue;
    least = indentation;
    if (indentation > 0) levels.unshift(text.slice(text.lastIndexOf('\n', start) + 1, start).replace('\ufeff', ''));
  }
  return levels;
}

/** For lines that end in an operator, without which the parser may take a text for whole that is not. */
export function patchesOfDangling(broken: BrokenText): Patch[] {
  return broken.lines.flatMap((line, at) => (line.dangling ? patchOf(broken, at) : []));
}

/** For lines that their characters show to be unfinished. */
export function patchesOfBroken(broken: BrokenText): Patch[] {
  return broken.lines.flatMap((line, at) => (line.broken ? patchOf(broken, at) : []));
}

/** For lines that are indented more than the line before, which begins no block: an empty header. */
export function patchesOfIndentation({ text, lines }: BrokenText): Patch[] {
  return lines.flatMap((line, at) => {
    const before = lines[at - 1];
    if (!before || line.indentation <= before.indentation || before.broken || text[before.end - 1] === ':') return [];
    const indentation = text.slice(text.lastIndexOf('\n', before.start) + 1, before.start);
    return [{ start: before.end, end: before.end, by: `\n${indentation}${block}` }];
  });
}

/** For lines with something in `unplaced`, which is in order: those that are not Python by themselves, or all of them. */
export function patchesOfUnplaced(parser: Parser, broken: BrokenText, unplaced: readonly Span[], which: 'not Python' | 'all'): Patch[] {
  let next = 0;
  return broken.lines.flatMap((line, at) => {
    while (next < unplaced.length && unplaced[next]!.end < line.start) next++;
    const found = unplaced[next];
    if (!found || found.start > line.end) return [];
    return which === 'all' || !isPython(parser, broken.text.slice(line.start, line.end)) ? patchOf(broken, at) : [];
  });
}

/** A clause goes on with what stands above it. */
const clause = /^(?:elif|else|except|finally|case)\b/;

function isPython(parser: Parser, line: string): boolean {
  if (clause.test(line)) return false;
  const rest = line.startsWith('@') ? `\ndef f(): ${nothing}` : line.endsWith(':') ? ` ${nothing}` : '';
  const tree = parser.parse(line + rest);
  try {
    return tree !== null && !tree.rootNode.hasError;
  } finally {
    tree?.delete();
  }
}

/** A definition keeps its name, and with it its place. */
function patchOf({ text, lines }: BrokenText, at: number): Patch[] {
  const { start, end, indentation } = lines[at]!;
  const definition = headerAt(text, start);
  if (definition && definition.line === start) {
    const keyword = /^(?:class|(?:async[ \t]+)?def)[ \t]+/.exec(text.slice(start, end))?.[0].length ?? 0;
    return [{ start: start + keyword + definition.name.length, end, by: definition.isClass ? ':' : '():' }];
  }
  const isHeader = (lines[at + 1]?.indentation ?? 0) > indentation;
  return [{ start, end, by: !isHeader ? nothing : /^(?:if|elif|while)\b/.test(text.slice(start, end)) ? perhaps : block }];
}

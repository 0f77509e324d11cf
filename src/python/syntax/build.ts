/** Python source -> the syntax of `ast.ts`. */

import type { Parser, Tree } from 'web-tree-sitter';
import type { Module, Statement } from './ast.ts';
import { isForeignCell } from './magics.ts';
import { mayDangle } from './logicalLines.ts';
import { ordered, patched, placesBehind, type Patch } from './patches.ts';
import { brokenText, patchesOfBroken, patchesOfDangling, patchesOfIndentation, patchesOfUnplaced } from './repair.ts';
import { statementsOf } from './statements.ts';
import { copyTree, type SyntaxTree } from './tree.ts';

/**
 * Reads a text that need not be Python as a whole: one that is being written, a cell with magics, lines from the middle of a file. A
 * line that is no Python is `skipped`; what stands around it is read.
 */
export function readModule(parser: Parser, text: string): Module {
  const place = { start: 0, end: text.length };
  if (isForeignCell(text)) return { kind: 'module', body: [{ kind: 'skipped', ...place }], whole: false, ...place };
  // Each step adds to what the steps before have left.
  let broken = mayDangle.test(text) ? brokenText(text) : undefined;
  let patches = broken ? patchesOfDangling(broken) : [];
  let levels = 0;
  let best = parse(parser, text, patches);
  let whole = patches.length === 0;
  if (best.unplaced.length === 0) return moduleOf(best, text, whole);

  broken ??= brokenText(text);
  const { opening, magics } = broken;
  const attempt = (more: readonly Patch[]): boolean => {
    if (more.length === 0) return false;
    const all = ordered([...patches, ...more]);
    const reading = parse(parser, text, all);
    if (reading.unplaced.length >= best.unplaced.length) return false;
    [best, patches] = [reading, all];
    if (opening && more.includes(opening)) levels = opening.levels;
    return true;
  };
  attempt([...(opening ? [opening] : []), ...magics]);
  if (best.unplaced.length > 0) {
    whole = false;
    attempt(patchesOfBroken(broken));
    attempt(patchesOfUnplaced(parser, broken, best.unplaced, 'not Python'));
    attempt(patchesOfIndentation(broken));
    for (let times = 0; times < 3 && best.unplaced.length > 0; times++)
      if (!attempt(patchesOfUnplaced(parser, broken, best.unplaced, 'all'))) break;
  }
  return moduleOf(best, text, whole, levels);
}

/** A parser's tree of `text`, as it is. What it could not place is `unread` or `skipped`. */
export function readTree(tree: Tree, text: string): Module {
  const copied = copyTree(tree);
  return moduleOf(copied, text, copied.unplaced.length === 0);
}

/** @throws Error where the parser has no language. */
function parse(parser: Parser, text: string, patches: readonly Patch[]): SyntaxTree {
  const tree = parser.parse(patched(text, patches));
  if (!tree) throw new Error('The parser has no language.');
  try {
    return copyTree(tree, patches.length > 0 ? placesBehind(patches) : undefined);
  } finally {
    tree.delete();
  }
}

function moduleOf({ root }: SyntaxTree, text: string, whole: boolean, levels = 0): Module {
  return { kind: 'module', body: opened(statementsOf(root, text), levels), whole, start: 0, end: text.length };
}

/** What is in the blocks that were put around the beginning of a text; one that turned out to be a `try` stays. */
function opened(statements: readonly Statement[], levels: number): readonly Statement[] {
  const [first, ...rest] = statements;
  if (levels === 0 || first?.kind !== 'try') return statements;
  const body = opened(first.body, levels - 1);
  return first.alternatives.length + first.finally.length > 0 ? [{ ...first, body }, ...rest] : [...body, ...rest];
}

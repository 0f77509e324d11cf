import type { Tree } from 'web-tree-sitter';
import type { Span } from '../../maths/nesting.ts';

/** A node of the parser's tree as plain data: touching the parser's own is slow. */
export interface SyntaxNode extends Span {
  /** As the grammar names it; of a token its text; "ERROR" for what the parser could not place. */
  readonly type: string;
  readonly named: boolean;
  readonly children: SyntaxNode[];
  /** Something directly in it could not be placed, is missing, or was left out because there is too much of it. */
  broken: boolean;
}

export interface SyntaxTree {
  readonly root: SyntaxNode;
  /** What the parser could not place, token by token, and where it misses one; empty where it read everything. */
  readonly unplaced: readonly Span[];
}

/** Levels of the parser's tree that are read: beyond them it is a text that nobody wrote by hand. */
const deepest = 300;
/** UTF-16 units of one literal: beyond them it is data, not a formula. */
const longestLiteral = 20_000;

const literals = new Set(['list', 'tuple', 'set', 'dictionary', 'string', 'concatenated_string']);
const passedOver = new Set(['comment', 'line_continuation']);
/** Parts of an error that are whole by themselves. */
const whole = /_(?:statement|definition)$|^block$/;

/** What may end in a block. */
const closed = /_(?:statement|definition|clause)$|^block$/;

/** Whether a node can stand as a statement, also within an error. */
export const isWhole = (node: SyntaxNode): boolean => node.named && whole.test(node.type);

/**
 * Copies a tree in one walk, without comments; as deep as `deepest`, without what is within literals of more than `longestLiteral`.
 * `placeOf` gives the offset in the text that the tree's offset stands for.
 */
export function copyTree(tree: Tree, placeOf: (offset: number) => number = (offset) => offset): SyntaxTree {
  const { types } = tree.language;
  const named = types.map((_, id) => tree.language.nodeTypeIsNamed(id));
  const cursor = tree.walk();
  const unplaced: Span[] = [];

  const copy = (parent: SyntaxNode | null): SyntaxNode => {
    const id = cursor.nodeTypeId;
    const type = types[id] ?? 'ERROR';
    const node: SyntaxNode = {
      type,
      named: named[id] ?? true,
      start: placeOf(cursor.startIndex),
      end: placeOf(cursor.endIndex),
      children: [],
      broken: false,
    };
    if (!parent || passedOver.has(type)) return node;
    parent.children.push(node);
    const missing = node.start === node.end && cursor.nodeIsMissing;
    if (missing) node.broken = true;
    if (missing || type === 'ERROR') parent.broken = true;
    if (missing || (parent.type === 'ERROR' && type !== 'ERROR' && !isWhole(node))) unplaced.push({ start: node.start, end: node.end });
    return node;
  };

  /** Goes to the first child, if there is one and it is to be read. */
  const enter = (node: SyntaxNode, depth: number): boolean => {
    if (!node.named || passedOver.has(node.type)) return false;
    const tooMuch = depth >= deepest || (literals.has(node.type) && node.end - node.start > longestLiteral);
    if (tooMuch) node.broken = true;
    return !tooMuch && cursor.gotoFirstChild();
  };

  /** A comment behind the last statement of a block is not part of it. */
  const close = (node: SyntaxNode): void => {
    if (closed.test(node.type)) node.end = node.children.at(-1)?.end ?? node.end;
  };

  try {
    const root = copy(null);
    const path: SyntaxNode[] = [];
    let node = root;
    for (;;) {
      if (enter(node, path.length)) path.push(node);
      else {
        // An error of characters alone.
        if (node.type === 'ERROR' && node.children.length === 0) unplaced.push({ start: node.start, end: node.end });
        while (path.length > 0 && !cursor.gotoNextSibling()) {
          cursor.gotoParent();
          close(path.pop()!);
        }
      }
      const parent = path.at(-1);
      if (!parent) return { root, unplaced };
      node = copy(parent);
    }
  } finally {
    cursor.delete();
  }
}

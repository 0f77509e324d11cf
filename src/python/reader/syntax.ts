import type { Node, Parser, Query } from 'web-tree-sitter';
import type { Span } from '../../maths/nesting.ts';
import { headerAt, linesOf, type Header } from '../syntax/lines.ts';

/** A definition as it stands in a text, decorators included. */
export interface Definition extends Span, Header {}

/** What a parser makes of a text. */
export interface Reading {
  definitions: Definition[];
  /** Tokens that it could not place; 0 for a text that is Python as a whole. */
  unplaced: number;
  /** Where the first thing stands that is not indented, from which on all that holds a definition is in the text; its length without. */
  margin: number;
}

/** What `readDefinitions` asks of a tree. */
export const definitionsQuery = `[(function_definition) (class_definition)] @definition (ERROR) @error (MISSING) @missing`;

/** Parts of an error that are whole by themselves. */
const whole = /_(?:statement|definition)$|^(?:comment|block)$/;

/**
 * Reads the definitions of a text that follows `before`. One that is broken, and one that the parser could not make of its `def` or
 * `class`, is what stands in the lines that are indented below its header.
 */
export function readDefinitions(parser: Parser, query: Query, text: string, before = ''): Reading {
  const tree = parser.parse(before + text);
  if (!tree) throw new Error('The parser has no language.');
  try {
    const found = new Map<number, Definition>();
    let unplaced = 0;
    const add = (node: Node, known?: Partial<Span>): void => {
      const header = headerAt(text, node.startIndex - before.length);
      if (header && !found.has(header.line)) found.set(header.line, { ...header, ...linesOf(text, header.line), ...known });
    };
    for (const { name, node } of query.captures(tree.rootNode)) {
      if (name === 'definition') {
        const decorated = node.parent?.type === 'decorated_definition' ? node.parent : null;
        add(node, {
          ...(decorated && { start: decorated.startIndex - before.length }),
          ...(!node.hasError && { end: node.endIndex - before.length }),
        });
      } else if (name === 'missing') unplaced++;
      else
        for (const part of node.children) {
          if (part.type === 'def' || part.type === 'class') add(part);
          if (!part.isError && !whole.test(part.type)) unplaced++;
        }
    }
    const first = tree.rootNode.children.find(({ startIndex, startPosition }) => startIndex >= before.length && startPosition.column === 0);
    return { definitions: [...found.values()], unplaced, margin: (first?.startIndex ?? before.length + text.length) - before.length };
  } finally {
    tree.delete();
  }
}

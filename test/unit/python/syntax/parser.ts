import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Parser } from 'web-tree-sitter';
import { loadParser } from '../../../../src/python/reader/parser.ts';

/** Of the packages that ship. */
export function pythonParser(): Promise<Parser> {
  const wasm = (file: string) => Uint8Array.from(readFileSync(join(import.meta.dirname, '../../../../node_modules', file)));
  return loadParser(wasm('web-tree-sitter/web-tree-sitter.wasm'), wasm('tree-sitter-python/tree-sitter-python.wasm'));
}

import { Language, Parser } from 'web-tree-sitter';

/** A parser of Python, from the two WebAssembly files: tree-sitter itself, and its grammar of Python. */
export async function loadParser(engine: Uint8Array<ArrayBuffer>, grammar: Uint8Array): Promise<Parser> {
  await Parser.init({ wasmBinary: engine });
  return new Parser().setLanguage(await Language.load(grammar));
}

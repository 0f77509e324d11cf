/** Where the languages of the editor have prose: texts as a whole, or comments and docstrings. By the editor's ids. */

/** How prose marks its formulas. */
export type ProseKind = 'markdown' | 'tex' | 'rst' | 'html' | 'text' | 'comment';

/** What encloses a string. */
export interface StringSyntax {
  readonly open: string;
  readonly close: string;
  /** A backslash takes the next character along. */
  readonly escapes: boolean;
  /** It may go on in the next line. */
  readonly lines: boolean;
}

export interface CommentSyntax {
  /** What begins a comment that ends with its line. */
  readonly line: readonly string[];
  readonly block: readonly (readonly [open: string, close: string])[];
  readonly strings: readonly StringSyntax[];
  /** Those of the strings that are documentation where they begin a line. */
  readonly docs: readonly string[];
  /** A comment begins only behind white space: elsewhere the sign means something else. */
  readonly afterSpace: boolean;
  /** `'x'` is a character, and a `'` by itself nothing. */
  readonly characters: boolean;
  /** `$` begins names in code, so that it means little in comments too. */
  readonly dollars: boolean;
}

const string = (quote: string, escapes = true, lines = false): StringSyntax => ({ open: quote, close: quote, escapes, lines });
const quotes = [string('"'), string("'")];
const none: CommentSyntax = { line: [], block: [], strings: [], docs: [], afterSpace: false, characters: false, dollars: false };

const slashes: CommentSyntax = { ...none, line: ['//'], block: [['/*', '*/']], strings: [string('"')], characters: true };
const scripts: CommentSyntax = { ...slashes, strings: [...quotes, string('`', true, true)], characters: false };
const hashes: CommentSyntax = { ...none, line: ['#'], strings: quotes, afterSpace: true };
const shells: CommentSyntax = { ...hashes, strings: [string('"', true, true), string("'", false, true)], dollars: true };
const dashes: CommentSyntax = { ...none, line: ['--'], strings: quotes };
const semicolons: CommentSyntax = { ...none, line: [';'], strings: [string('"', true, true)] };
const triple = [string('"""', true, true), string("'''", true, true)];
const python: CommentSyntax = { ...hashes, afterSpace: false, strings: [...triple, ...quotes], docs: ['"""', "'''"] };
const tags: CommentSyntax = { ...none, block: [['<!--', '-->']] };
const stars: CommentSyntax = { ...none, block: [['(*', '*)']], strings: [string('"', true, true)], characters: true };

const comments: readonly (readonly [syntax: CommentSyntax, ids: string])[] = [
  [slashes, 'c cpp csharp java rust swift kotlin scala objective-c objective-cpp cuda cuda-cpp glsl hlsl wgsl zig proto3 proto solidity d'],
  [slashes, 'verilog systemverilog metal opencl stan v jsonc shaderlab chapel odin apex'],
  [{ ...slashes, characters: false, strings: quotes }, 'dart groovy haxe css scss less stylus qml'],
  [{ ...slashes, strings: [string('"'), string('`', false, true)] }, 'go'],
  [scripts, 'javascript typescript javascriptreact typescriptreact'],
  [{ ...scripts, line: ['//', '#'], strings: quotes, dollars: true }, 'php'],
  [python, 'python cython mojo snakemake starlark'],
  [{ ...hashes, afterSpace: false }, 'r'],
  [{ ...python, block: [['#=', '=#']], strings: [triple[0]!, string('"', true, true)], docs: ['"""'], characters: true }, 'julia'],
  [{ ...hashes, block: [['=begin', '=end']] }, 'ruby'],
  [{ ...hashes, strings: [...triple, ...quotes], docs: ['"""'] }, 'elixir'],
  [{ ...hashes, strings: [...triple, ...quotes] }, 'yaml toml coffeescript nim gdscript cmake ini properties'],
  [shells, 'shellscript perl perl6 makefile dockerfile tcl awk fish'],
  [{ ...shells, block: [['<#', '#>']] }, 'powershell'],
  [{ ...dashes, block: [['/*', '*/']] }, 'sql plsql'],
  [{ ...dashes, line: ['--'], block: [['--[[', ']]']] }, 'lua'],
  [{ ...dashes, block: [['{-', '-}']], strings: [string('"')], characters: true }, 'haskell elm purescript idris agda'],
  [{ ...dashes, block: [['/-', '-/']], strings: [string('"', true, true)], characters: true }, 'lean lean4'],
  [{ ...dashes, strings: [string('"')], characters: true }, 'ada vhdl'],
  [{ ...none, line: ['%'], block: [['%{', '%}']], strings: [string('"')], characters: true }, 'matlab octave'],
  [{ ...none, line: ['%'], strings: quotes }, 'erlang prolog'],
  [semicolons, 'clojure lisp commonlisp scheme racket elisp'],
  [{ ...none, line: ['!'], strings: [string('"', false), string("'", false)] }, 'fortran fortran-modern FortranFreeForm fortran_free-form'],
  [{ ...none, line: ["'"], strings: [string('"', false)] }, 'vb'],
  [{ ...stars, line: ['//'] }, 'fsharp pascal'],
  [stars, 'ocaml coq wolfram mathematica'],
  [tags, 'xml vue svelte'],
];

const texts: readonly (readonly [kind: ProseKind, ids: string])[] = [
  ['markdown', 'markdown rmd quarto mdx juliamarkdown pweave_md org asciidoc djot'],
  ['tex', 'latex tex latex-expl3 doctex rsweave jlweave context'],
  ['rst', 'restructuredtext rst'],
  ['html', 'html'],
  ['text', 'plaintext'],
];

const byId = <T>(table: readonly (readonly [T, string])[]): ReadonlyMap<string, T> =>
  new Map(table.flatMap(([value, ids]) => ids.split(' ').map((id): [string, T] => [id, value])));

const commentsOf = byId(comments);
const textsOf = byId(texts);

/** Absent: nothing of the language is known. */
export const commentSyntax = (language: string): CommentSyntax | undefined => commentsOf.get(language);

/** What the whole text is; absent where only its comments may be prose. */
export const textKind = (language: string): ProseKind | undefined => textsOf.get(language);

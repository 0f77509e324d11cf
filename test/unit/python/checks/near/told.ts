import { catalogue } from '../../../../../src/formulas/catalogue.ts';
import type { Diagnostic, Finding } from '../../../../../src/protocol/python.ts';
import { FormulaReader } from '../../../../../src/python/reader/formulas.ts';
import { withFix } from '../../../../../src/python/reader/mended.ts';
import { pythonParser } from '../../syntax/parser.ts';

const parser = await pythonParser();
const imports = 'import math\nimport numpy as np\nimport torch\nfrom torch import nn\nimport torch.nn.functional as F\n';

/** A function with a body of some lines; the last one is what it returns. */
export function def(signature: string, ...lines: string[]): string {
  const body = lines.map((line, at) => `    ${at === lines.length - 1 ? 'return ' : ''}${line}\n`);
  return `${imports}def ${signature}:\n${body.join('')}`;
}

async function read(code: string): Promise<readonly Finding[]> {
  // Of every text anew: what is told must not hang on what was read before.
  const reader = new FormulaReader(parser, catalogue.values(), (error) => {
    throw error;
  });
  return reader.read('code', code, { limit: Infinity, checked: true });
}

const diagnosticsIn = (findings: readonly Finding[]): Diagnostic[] => findings.flatMap(({ diagnostics }) => diagnostics);

/** The rules that are told, in the order of the text. */
export const rulesOf = async (code: string): Promise<string[]> => diagnosticsIn(await read(code)).map(({ rule }) => rule);

/** Where something is told, as the code that stands there, and what is pointed at beside it. */
export async function placesOf(code: string): Promise<{ readonly at: string; readonly beside: readonly string[] }[]> {
  const cut = ({ start, end }: { readonly start: number; readonly end: number }): string => code.slice(start, end);
  return diagnosticsIn(await read(code)).map((one) => ({ at: cut(one), beside: one.related.map(cut) }));
}

export interface Told extends Pick<Diagnostic, 'rule' | 'severity' | 'message' | 'compared'> {
  /** The statement with the fix made, and the formulas that the code is then; null where none is offered. */
  readonly mended: string | null;
  readonly formulas: readonly (string | null)[];
  /** What is told of the code with the fix made. */
  readonly left: readonly string[];
}

/** The only thing that is told of some code. */
export async function only(code: string): Promise<Told> {
  const told = diagnosticsIn(await read(code));
  if (told.length !== 1) throw new Error(`${told.length} things are told, not 1: ${told.map(({ rule }) => rule).join(', ')}\n${code}`);
  const [{ fix, ...diagnostic }] = told as [Diagnostic];
  if (!fix) return { ...diagnostic, mended: null, formulas: [], left: [] };
  const after = withFix(code, fix);
  const findings = await read(after);
  const at = Math.min(...fix.edits.map(({ start }) => start));
  const [line] = after.slice(after.lastIndexOf('\n', at) + 1).split('\n', 1);
  return {
    ...diagnostic,
    mended: line!.trim().replace(/^return /, ''),
    formulas: findings.map(({ formula }) => formula),
    left: diagnosticsIn(findings).map(({ rule }) => rule),
  };
}

/** What stands between the brackets of `\term{differs}{...}`. */
export function marked(latex: string): string | null {
  const opening = String.raw`\term{differs}{`;
  const at = latex.indexOf(opening);
  if (at < 0) return null;
  let depth = 1;
  for (let end = at + opening.length; end < latex.length; end++) {
    if (latex[end] === '{') depth++;
    if (latex[end] === '}' && --depth === 0) return latex.slice(at + opening.length, end).trim();
  }
  return null;
}

import type { Diagnostic } from '../../../../../src/protocol/python.ts';
import { FormulaReader } from '../../../../../src/python/reader/formulas.ts';
import { pythonParser } from '../../syntax/parser.ts';

const parser = await pythonParser();
const imports =
  'import math\nimport numpy as np\nimport jax\nimport jax.numpy as jnp\nimport torch\nfrom torch import nn\nimport torch.nn.functional as F\n';

/** A function `go` with a body of some lines, behind what may stand before it. */
export const go = (parameters: string, ...lines: string[]): string =>
  `${imports}def go(${parameters}):\n${lines.map((line) => `    ${line}\n`).join('')}`;

/** The same code below definitions. */
export const below = (definitions: string, code: string): string => code.replace(imports, () => `${imports}${definitions}\n`);

async function diagnosticsOf(code: string): Promise<Diagnostic[]> {
  // No formula is asked for: these rules need none.
  const reader = new FormulaReader(parser, [], (error) => {
    throw error;
  });
  const findings = await reader.read('code', code, { limit: Infinity, checked: true });
  return findings.flatMap(({ diagnostics }) => diagnostics);
}

/** What is wrong, each as "rule: the code at fault". */
export async function told(code: string): Promise<string[]> {
  return (await diagnosticsOf(code)).map(({ rule, start, end }) => `${rule}: ${code.slice(start, end)}`);
}

export const messages = async (code: string): Promise<string[]> => (await diagnosticsOf(code)).map(({ message }) => message);
export const severities = async (code: string): Promise<string[]> => (await diagnosticsOf(code)).map(({ severity }) => severity);

/** The line that a quick fix leaves in place of the one at fault; null where none is offered. */
export async function mended(code: string): Promise<string | null> {
  const [fix] = (await diagnosticsOf(code)).flatMap((one) => (one.fix ? [one.fix] : []));
  if (!fix) return null;
  const edits = [...fix.edits].sort((a, b) => b.start - a.start);
  const after = edits.reduce((text, { start, end, text: put }) => text.slice(0, start) + put + text.slice(end), code);
  const left = await told(after);
  if (left.length > 0) throw new Error(`After the fix: ${left.join(', ')}`);
  const at = Math.min(...edits.map(({ start }) => start));
  return after
    .slice(after.lastIndexOf('\n', at) + 1)
    .split('\n', 1)[0]!
    .trim();
}

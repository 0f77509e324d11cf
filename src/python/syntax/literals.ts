/** Numbers and strings, from their tokens. */

import type { Expression, NumberLiteral, StringLiteral, Unread } from './ast.ts';
import type { SyntaxNode } from './tree.ts';

/** No number that is meant has more digits. */
const longestNumber = 400;

/** A number as Python writes it, also as Python 2 did: `0777`, `10L`. */
export function numberOf({ start, end }: SyntaxNode, text: string): NumberLiteral | Unread {
  if (end - start > longestNumber) return { kind: 'unread', start, end };
  const written = text.slice(start, end);
  const imaginary = /^[^xX]*[jJ]$/.test(written);
  const digits = written.replaceAll('_', '').replace(/[jJlL]$/, '');
  const octal = !imaginary && /^0[0-7]+$/.test(digits);
  return { kind: 'number', value: Number(octal ? `0o${digits.slice(1)}` : digits), imaginary, text: written, start, end };
}

/** One literal, or several that stand side by side. What an f-string computes is read by `read`; how it is formatted is left out. */
export function stringOf(node: SyntaxNode, text: string, read: (node: SyntaxNode) => Expression): StringLiteral | Unread {
  const { start, end } = node;
  const literals = node.type === 'string' ? [node] : node.children;
  if (node.broken || literals.some((literal) => literal.type !== 'string' || literal.broken)) return { kind: 'unread', start, end };
  const parts: (string | Expression)[] = [];
  const add = (part: string): void => {
    const last = parts.at(-1);
    if (typeof last === 'string') parts[parts.length - 1] = last + part;
    else if (part !== '') parts.push(part);
  };
  for (const { children } of literals) {
    const opening = children[0]!;
    const prefix = text.slice(opening.start, opening.end).toLowerCase();
    for (const child of children) {
      if (child.type === 'string_content') add(contentOf(text.slice(child.start, child.end), prefix));
      else if (child.type === 'interpolation') {
        // `{x=}` also writes what stands before the sign.
        const sign = child.children.find(({ type }) => type === '=');
        if (sign) add(text.slice(child.start + 1, sign.end) + (/^\s+/.exec(text.slice(sign.end, child.end))?.[0] ?? ''));
        const value = child.children.find(({ named }) => named);
        if (value) parts.push(read(value));
      }
    }
  }
  return { kind: 'string', parts, start, end };
}

function contentOf(written: string, prefix: string): string {
  const lines = written.replace(/\r\n?/g, '\n');
  const plain = /[ft]/.test(prefix) ? lines.replace(/\{\{|\}\}/g, (pair) => pair[0]!) : lines;
  return prefix.includes('r') ? plain : plain.replace(escape, (found) => unescape(found, prefix.includes('b')));
}

const escape = /\\(?:\n|[\\'"abfnrtv]|[0-7]{1,3}|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8})/g;
const single: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\n': '' };

/** Names of characters, `\N{...}`, stay as they are written. */
function unescape(found: string, bytes: boolean): string {
  const [, first = ''] = found;
  if (/[0-7]/.test(first)) return String.fromCharCode(parseInt(found.slice(1), 8) & (bytes ? 0xff : 0x1ff));
  if (first === 'x') return String.fromCharCode(parseInt(found.slice(2), 16));
  if (first === 'u' || first === 'U') {
    const code = parseInt(found.slice(2), 16);
    return bytes || code > 0x10_ffff ? found : String.fromCodePoint(code);
  }
  return single[first] ?? first;
}

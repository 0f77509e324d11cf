/** Stands in for the thread that reads Python: knows a few statements by their text, so that what is shown of them can be told. */

import { setTimeout as delay } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import { portChannel } from '../../../src/protocol/channels.ts';
import { serve } from '../../../src/protocol/peer.ts';
import type { Diagnostic, Finding, FormulaVariable, PythonReading } from '../../../src/protocol/python.ts';
import { knownCode, type KnownCode, type KnownFault } from './code.ts';

if (!parentPort) throw new Error('This file runs as a worker thread of the extension host.');

/** Texts that have been checked: from then on everybody is told what is wrong with them. */
const checkedTexts = new Set<string>();

function findingsIn(text: string): Finding[] {
  // As a thread that dies of a text.
  if (text.includes('# dies')) process.exit(1);
  const found = Object.values(knownCode).flatMap((known) =>
    [...text.matchAll(new RegExp(known.code.replace(/[^\w\s]/g, '\\$&'), 'g'))].map(({ index }) => finding(text, index, known)),
  );
  return found.sort((a, b) => a.start - b.start);
}

function finding(text: string, start: number, { code, variables, wrong, ...known }: KnownCode): Finding {
  const definition = [...text.slice(0, start).matchAll(/def (\w+)/g)].at(-1);
  const name = definition?.[1] ?? '';
  return {
    start,
    end: start + code.length,
    ...known,
    parts: [],
    calls: null,
    isPart: false,
    diagnostics: wrong && checkedTexts.has(text) ? [diagnostic(code, start, wrong)] : [],
    holder: definition ? { name, start: definition.index + 4, end: definition.index + 4 + name.length } : null,
    variables: variables.map((variable): FormulaVariable => ({
      ...variable,
      code: variable.id,
      spans: [...code.matchAll(new RegExp(`\\b${variable.id}\\b`, 'g'))].map(({ index }) => ({
        start: start + index,
        end: start + index + variable.id.length,
      })),
    })),
  };
}

function diagnostic(code: string, start: number, { at, related, fix, ...fault }: KnownFault): Diagnostic {
  const placed = (piece: string) => ({ start: start + code.indexOf(piece), end: start + code.indexOf(piece) + piece.length });
  return {
    ...fault,
    ...placed(at),
    related: related ? [{ ...placed(related.at), message: related.message }] : [],
    fix: fix ? { title: fix.title, edits: [{ ...placed(at), text: fix.text }] } : null,
  };
}

serve<PythonReading>(portChannel(parentPort), {
  outline: () => [],
  formulas: async ({ text, checked }) => {
    if (text.includes('# waits')) await delay(1_000);
    if (checked) checkedTexts.add(text);
    return findingsIn(text);
  },
  unread: () => [],
  latex: ({ text, start, end }) => {
    const around = findingsIn(text).find((one) => one.start <= start && end <= one.end);
    return around ? { latex: around.latex, variables: around.variables, start: around.start, end: around.end } : null;
  },
  terms: () => null,
  termValues: () => null,
  nameLatex: ({ latex }) => (latex.replace(/\s/g, '').includes('softmax') ? 'sdpa' : null),
});

/** The thread that reads Python. A text that the parser hangs on, or dies of, hangs or ends this thread alone. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { catalogue } from '../../formulas/catalogue.ts';
import { portChannel } from '../../protocol/channels.ts';
import { serve } from '../../protocol/peer.ts';
import type { PythonReading } from '../../protocol/python.ts';
import { latexAt } from '../latex/place.ts';
import { nameLatex } from '../notation/nameLatex.ts';
import { keepFacts } from '../recognise/screening/facts.ts';
import { readModule } from '../syntax/build.ts';
import { FormulaReader } from './formulas.ts';
import { createOutline } from './outline.ts';
import { loadParser } from './parser.ts';
import { TermReader } from './terms.ts';

if (!parentPort) throw new Error('This file runs as a worker thread of the extension host.');
/** Milliseconds that one call takes, so that it is answered before its caller gives up. */
const limit = 3_000;

// They lie beside the bundle.
const beside = (file: string): Promise<Buffer<ArrayBuffer>> => readFile(join(__dirname, file));
const parser = Promise.all([beside('web-tree-sitter.wasm'), beside('tree-sitter-python.wasm')]).then((files) => loadParser(...files));
const outline = parser.then(createOutline);
const terms = parser.then((loaded) => new TermReader(loaded));
const formulas = Promise.all([parser, beside('formulas.json').catch(() => null)]).then(([loaded, facts]) => {
  if (facts) keepFacts(catalogue.values(), facts.toString());
  return new FormulaReader(loaded, catalogue.values());
});
serve<PythonReading>(portChannel(parentPort), {
  outline: async ({ text }) => (await outline)(text),
  formulas: async ({ key, text, within, checked }, { signal }) =>
    (await formulas).read(key, text, { limit, signal, ...(within && { within }), ...(checked && { checked }) }),
  unread: async ({ key, checked }) => (await formulas).unread(key, checked),
  latex: async ({ text, start, end }) => latexAt(readModule(await parser, text), text, { start, end }),
  terms: async ({ text, start, end }) => (await terms).terms(text, { start, end }),
  termValues: async ({ text, start, end, values, autocast }) => (await terms).values(text, { start, end }, values, autocast),
  nameLatex: ({ latex }) => nameLatex(latex, catalogue.values()),
});

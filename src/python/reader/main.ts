/** The thread that reads Python. A text that the parser hangs on, or dies of, hangs or ends this thread alone. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { portChannel } from '../../protocol/channels.ts';
import { serve } from '../../protocol/peer.ts';
import type { PythonReading } from '../../protocol/python.ts';
import { createOutline } from './outline.ts';
import { loadParser } from './parser.ts';

if (!parentPort) throw new Error('This file runs as a worker thread of the extension host.');
// They lie beside the bundle.
const beside = (file: string): Promise<Buffer<ArrayBuffer>> => readFile(join(__dirname, file));
const parser = Promise.all([beside('web-tree-sitter.wasm'), beside('tree-sitter-python.wasm')]).then((files) => loadParser(...files));
const outline = parser.then(createOutline);
serve<PythonReading>(portChannel(parentPort), { outline: async ({ text }) => (await outline)(text) });

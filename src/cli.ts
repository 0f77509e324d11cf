/** The command `genlens`: the same core without an editor. */

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import packageJson from '../package.json' with { type: 'json' };
import { main } from './cli/main.ts';
import { processTerminal } from './cli/terminal.ts';

/** This file's bundle lies in dist, beside the inference process's and the parser of Python; models and media lie beside dist. */
const dist = dirname(fileURLToPath(import.meta.url));

const interrupt = new AbortController();
const cleanUps = new Set<() => void>();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    interrupt.abort();
    // In order: first the process that makes files is ended, then what it has made is removed.
    for (const cleanUp of cleanUps) cleanUp();
    // Ends as a process does that does not handle the signal, so that a shell sees why.
    process.kill(process.pid, signal);
  });
}
// A reader that has seen enough (`| head`) closes the pipe.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
}

process.exitCode = await main(
  process.argv.slice(2),
  processTerminal({
    modelsFolder: join(dist, '..', 'models'),
    inferenceEntry: join(dist, 'inference.cjs'),
    viewsFolder: join(dist, 'webview'),
    pythonEngine: join(dist, 'web-tree-sitter.wasm'),
    pythonGrammar: join(dist, 'tree-sitter-python.wasm'),
    formulaFacts: join(dist, 'formulas.json'),
    rulesFolder: join(dist, '..', 'media', 'rules'),
    version: packageJson.version,
    signal: interrupt.signal,
    onInterrupt: (cleanUp) => {
      cleanUps.add(cleanUp);
      return () => cleanUps.delete(cleanUp);
    },
  }),
);

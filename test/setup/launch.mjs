#!/usr/bin/env node
// The door for every script of package.json: needs Node 20 and npm, brings the Node that the tools need, and passes the verb on.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { node24 } from './node.mjs';

try {
  const node = await node24();
  const [verb = 'help', ...rest] = process.argv.slice(2);
  const main = path.join(import.meta.dirname, 'main.ts');
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', main, verb, ...rest], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    // Tools that are started by name run on this Node too.
    env: { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}` },
  });
  // The terminal sends Ctrl-C to both: the one below ends in order, and this one after it.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // npm's shell does not pass on that it was ended.
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 1000).unref();
  child.once('error', fail);
  child.once('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
} catch (error) {
  fail(error);
}

function fail(error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

import { spawn } from 'node:child_process';

/**
 * Runs npm in `cwd`, silent unless it fails. Plain JavaScript: the launcher needs it before there is a Node that reads TypeScript.
 * @param {readonly string[]} args
 * @param {string} cwd
 * @returns {Promise<void>}
 * @throws {Error} with npm's own output and, where that tells it, what to do.
 */
export async function npm(args, cwd) {
  const child = spawn('npm', [...args, '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`npm ${args.join(' ')} failed in ${cwd}:\n${output.trim()}\n${advice(output)}`.trim());
}

/** @param {string} output what npm wrote */
function advice(output) {
  if (/ENOSPC/.test(output)) return 'The disk is full: free 2 GB or more and try again.';
  if (/EACCES|EROFS/.test(output)) return 'The folder is not writable: change its owner, or clone where you may write.';
  if (/EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT/.test(output)) {
    return 'The npm registry cannot be reached: check the network, or name a mirror with `npm config set registry URL`.';
  }
  return '';
}

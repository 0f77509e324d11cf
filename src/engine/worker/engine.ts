/** Finds and loads onnxruntime-node: the one shipped, or the one the user named. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type * as Ort from 'onnxruntime-node';
import { messageOf } from '../../protocol/errors.ts';
import { RpcError } from '../../protocol/rpc.ts';

export interface Engine {
  api: typeof Ort;
  /** Its package's folder. */
  folder: string;
}

/**
 * Loads the engine in `enginePath`, or the one installed where the file `from` finds packages. Throws RpcError `no-engine` that says
 * what to do.
 */
export function loadEngine(enginePath: string | undefined, from: string): Engine {
  const require = createRequire(from);
  const named = enginePath ? packageFolder(enginePath) : undefined;
  try {
    // Required by its folder, so that its own native files are the ones found.
    const folder = named ?? dirname(require.resolve('onnxruntime-node/package.json'));
    return { api: require(folder) as typeof Ort, folder };
  } catch (error) {
    throw new RpcError(
      'no-engine',
      explainLoadFailure(error, { platform: process.platform, arch: process.arch, musl: isMusl(), enginePath }),
    );
  }
}

/** Whether the library that speaks to CUDA lies where this engine looks for it. */
export function hasCudaLibrary({ folder }: Engine): boolean {
  const binaries = join(folder, 'bin');
  if (!existsSync(binaries)) return false;
  return readdirSync(binaries).some((abi) => {
    const files = join(binaries, abi, process.platform, process.arch);
    return existsSync(files) && readdirSync(files).some((file) => file.includes('onnxruntime_providers_cuda.'));
  });
}

/** The onnxruntime-node package at `enginePath`: the folder itself, or what was installed in it. */
function packageFolder(enginePath: string): string {
  for (const folder of [enginePath, join(enginePath, 'node_modules', 'onnxruntime-node')]) {
    const file = join(folder, 'package.json');
    if (existsSync(file) && /"name":\s*"onnxruntime-node"/.test(readFileSync(file, 'utf8'))) return folder;
  }
  throw new RpcError(
    'no-engine',
    `There is no onnxruntime-node in "${enginePath}". Let the setting genlens.engine.path name the folder in which it was installed, or clear it to use the engine that comes with Genlens.`,
  );
}

export interface Machine {
  platform: NodeJS.Platform;
  arch: string;
  musl: boolean;
  enginePath: string | undefined;
}

/** Says in words why the engine cannot be loaded on this machine and what helps. */
export function explainLoadFailure(error: unknown, { platform, arch, musl, enginePath }: Machine): string {
  const cause = messageOf(error);
  const elsewhere = 'Open the folder on a supported machine with Remote-SSH, or set up a remote inference server.';
  const supported = 'linux-x64, linux-arm64 (glibc), win32-x64, win32-arm64 and darwin-arm64';
  if (musl) return `ONNX Runtime has no build for this Linux (musl, as Alpine has it). It exists for ${supported}. ${elsewhere} (${cause})`;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'MODULE_NOT_FOUND') {
    const where = enginePath ? `"${enginePath}" holds no ONNX Runtime for` : 'ONNX Runtime has no build here for';
    return `${where} ${platform}-${arch}. It exists for ${supported}; the package of Genlens must be the one for your platform. ${elsewhere} (${cause})`;
  }
  if (platform === 'win32' && code === 'ERR_DLOPEN_FAILED')
    return `ONNX Runtime could not be loaded (Windows error 126): the Microsoft Visual C++ runtime is missing. Install "Visual C++ Redistributable 2015-2022" for ${arch} from Microsoft and run again. (${cause})`;
  return `ONNX Runtime could not be loaded on ${platform}-${arch}${enginePath ? ` from "${enginePath}"` : ''}: ${cause}`;
}

function isMusl(): boolean {
  if (process.platform !== 'linux') return false;
  // Looking up network interfaces would make the report slow.
  (process.report as NodeJS.ProcessReport & { excludeNetwork?: boolean }).excludeNetwork = true;
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime === undefined;
}

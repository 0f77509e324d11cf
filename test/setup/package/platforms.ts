/** The platforms that a package is made for, by VS Code's names. onnxruntime-node has no binary for any other. */
export const platforms = {
  'linux-x64': {
    engine: ['linux/x64/libonnxruntime.so.1', 'linux/x64/onnxruntime_binding.node'],
    tokenizers: 'tokenizers.linux-x64-gnu.node',
    limit: 45,
  },
  'linux-arm64': {
    engine: ['linux/arm64/libonnxruntime.so.1', 'linux/arm64/onnxruntime_binding.node'],
    tokenizers: 'tokenizers.linux-arm64-gnu.node',
    limit: 55,
  },
  'win32-x64': {
    engine: ['onnxruntime.dll', 'onnxruntime_binding.node', 'DirectML.dll', 'dxcompiler.dll', 'dxil.dll'].map(
      (file) => `win32/x64/${file}`,
    ),
    tokenizers: 'tokenizers.win32-x64-msvc.node',
    limit: 55,
  },
  'win32-arm64': {
    engine: ['onnxruntime.dll', 'onnxruntime_binding.node', 'DirectML.dll', 'dxcompiler.dll', 'dxil.dll'].map(
      (file) => `win32/arm64/${file}`,
    ),
    tokenizers: 'tokenizers.win32-arm64-msvc.node',
    limit: 55,
  },
  'darwin-arm64': {
    // The library is in the npm package twice; this is the name that the binding links to.
    engine: ['darwin/arm64/libonnxruntime.1.dylib', 'darwin/arm64/onnxruntime_binding.node'],
    tokenizers: 'tokenizers.darwin-arm64.node',
    limit: 55,
  },
} as const satisfies Record<string, Platform>;

export interface Platform {
  /** Files under onnxruntime-node/bin/napi-v6. */
  readonly engine: readonly string[];
  readonly tokenizers: string;
  /** The largest package allowed, in millions of bytes. */
  readonly limit: number;
}

export type PlatformName = keyof typeof platforms;

/** @throws where `name` is no platform that a package can be made for. */
export function platformName(name: string): PlatformName {
  if (name in platforms) return name as PlatformName;
  throw new Error(`No package can be made for "${name}": the engine has binaries for ${Object.keys(platforms).join(', ')}.`);
}

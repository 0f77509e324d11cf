// Builds what ships: the host, the command line, the inference process and its worker (Node), and one bundle a view (browser).
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { build, context } from 'esbuild';

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');

/** Native modules and the editor's own are found at run time. */
const external = ['vscode', 'onnxruntime-node', 'tokenizers'];
const common = { bundle: true, minify: production, sourcemap: !production, logLevel: 'warning', metafile: true };
const node = { ...common, platform: 'node', target: 'node20', external };

/** Every browser that a view runs in reads woff2: KaTeX's other font files stay out of the package. */
const woff2Only = {
  name: 'woff2-only',
  setup({ onLoad }) {
    onLoad({ filter: /katex\.css$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(/, url\([^)]*\.(woff|ttf)\) format\("\w+"\)/g, ''),
      loader: 'css',
    }));
  },
};

const entries = [
  { ...node, format: 'cjs', entryPoints: { extension: 'src/extension.ts' }, outExtension: { '.js': '.cjs' }, outdir: 'dist' },
  {
    ...node,
    format: 'cjs',
    entryPoints: { inference: 'src/engine/inference/main.ts', worker: 'src/engine/worker/main.ts' },
    outExtension: { '.js': '.cjs' },
    outdir: 'dist',
  },
  {
    ...node,
    format: 'esm',
    entryPoints: { cli: 'src/cli.ts' },
    outdir: 'dist',
    banner: { js: "#!/usr/bin/env node\nimport { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  },
  {
    ...common,
    platform: 'browser',
    target: 'chrome130',
    format: 'esm',
    entryPoints: { attention: 'webview/attention/main.ts' },
    outdir: 'dist/webview',
    loader: { '.woff2': 'file' },
    assetNames: 'fonts/[name]',
    plugins: [woff2Only],
  },
];

await rm('dist', { recursive: true, force: true });
await mkdir('dist/webview', { recursive: true });
await cp('node_modules/@vscode/codicons/dist/codicon.css', 'dist/webview/codicon.css');
await cp('node_modules/@vscode/codicons/dist/codicon.ttf', 'dist/webview/codicon.ttf');
for (const entry of entries.filter((e) => Object.values(e.entryPoints).every((file) => existsSync(file)))) {
  if (watch) await (await context(entry)).watch();
  else await build(entry);
}

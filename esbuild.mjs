// Builds what ships: the host, the command line, the inference process and its worker, the reader of Python, what sets formulas for
// hovers (Node), and one bundle a view (browser).
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { build, context } from 'esbuild';

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');

/** Native modules and the editor's own are found at run time. */
const external = ['vscode', 'onnxruntime-node', 'tokenizers'];
/** The other build of it asks for its own address, which a CommonJS bundle does not have. */
const alias = { 'web-tree-sitter': './node_modules/web-tree-sitter/web-tree-sitter.cjs' };
const common = { bundle: true, minify: production, sourcemap: !production, logLevel: 'warning', metafile: true };
const node = { ...common, platform: 'node', target: 'node20', external, alias };

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

/**
 * A report carries what it uses of the icons and of KaTeX's fonts: a head's formulas are set in roman, italic and large
 * delimiters. The icons' rules are brought without their font, for elements that keep their style to themselves.
 */
const carried = /KaTeX_(?:Main-Regular|Math-Italic|Size[1-4]-Regular)\.woff2/;
const reportFonts = {
  name: 'report-fonts',
  setup({ onLoad }) {
    onLoad({ filter: /katex\.css$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8'))
        .replace(/, url\([^)]*\.(woff|ttf)\) format\("\w+"\)/g, '')
        .replace(/@font-face\s*\{[^}]*\}/g, (face) => (carried.test(face) ? face : '')),
      loader: 'css',
    }));
  },
};

/**
 * What the host imports by `import()` is a bundle of its own, which is read when it is first asked for. It has neither the host's state nor
 * its classes: such a module keeps nothing, and nobody asks what class its errors are of.
 */
const apart = {
  name: 'apart',
  setup({ onResolve }) {
    onResolve({ filter: /\.ts$/ }, ({ kind, path: imported }) =>
      kind === 'dynamic-import' ? { path: `./${path.basename(imported, '.ts')}.cjs`, external: true } : undefined,
    );
  },
};

const entries = [
  {
    ...node,
    format: 'cjs',
    entryPoints: { extension: 'src/extension.ts' },
    outExtension: { '.js': '.cjs' },
    outdir: 'dist',
    plugins: [apart],
    supported: { 'dynamic-import': false },
  },
  {
    ...node,
    format: 'cjs',
    entryPoints: {
      inference: 'src/engine/inference/main.ts',
      worker: 'src/engine/worker/main.ts',
      python: 'src/python/reader/main.ts',
      typeset: 'src/typeset/main.ts',
      openQuestions: 'src/models/openQuestions.ts',
      document: 'src/report/document.ts',
    },
    outExtension: { '.js': '.cjs' },
    outdir: 'dist',
  },
  {
    ...node,
    alias: {},
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
    entryPoints: {
      attention: 'webview/attention/main.ts',
      formula: 'webview/formula/main.ts',
      debugging: 'webview/debugging/main.ts',
      sampling: 'webview/sampling/main.ts',
      latent: 'webview/latent/main.ts',
      training: 'webview/training/main.ts',
      adversarial: 'webview/adversarial/main.ts',
      diffusion: 'webview/diffusion/main.ts',
      gan: 'webview/gan/main.ts',
      denoising: 'webview/denoising/main.ts',
    },
    outdir: 'dist/webview',
    loader: { '.woff2': 'file' },
    assetNames: 'fonts/[name]',
    plugins: [woff2Only],
  },
  {
    ...common,
    // It is written into files that are handed on.
    minify: true,
    sourcemap: false,
    platform: 'browser',
    target: 'chrome130',
    format: 'esm',
    entryPoints: { report: 'webview/report/main.ts' },
    outdir: 'dist/webview',
    loader: { '.woff2': 'dataurl', '.ttf': 'dataurl' },
    plugins: [reportFonts],
  },
];

await rm('dist', { recursive: true, force: true });
await mkdir('dist/webview', { recursive: true });
const copied = {
  'dist/webview': ['@vscode/codicons/dist/codicon.css', '@vscode/codicons/dist/codicon.ttf'],
  dist: ['web-tree-sitter/web-tree-sitter.wasm', 'tree-sitter-python/tree-sitter-python.wasm'],
};
for (const [folder, files] of Object.entries(copied)) {
  for (const file of files) await cp(path.join('node_modules', file), path.join(folder, path.basename(file)));
}
// It is executed as it stands, in the process of a program that is debugged.
await cp('src/features/formulas/debugging/readValues.py', 'dist/readValues.py');
const icons = await readFile('node_modules/@vscode/codicons/dist/codicon.css', 'utf8');
await writeFile('dist/webview/report-icons.css', icons.replace(/@font-face\s*\{[^}]*\}/g, ''));
// What is measured of the formulas takes a second, which nobody has to wait for when the extension runs.
if (!watch) {
  const measuring = {
    ...node,
    sourcemap: false,
    format: 'esm',
    entryPoints: ['src/python/reader/measure.ts'],
    outfile: 'dist/measure.mjs',
  };
  await build(measuring);
  const { measured } = await import('./dist/measure.mjs');
  await writeFile('dist/formulas.json', measured());
  await rm('dist/measure.mjs');
}
for (const entry of entries.filter((e) => Object.values(e.entryPoints).every((file) => existsSync(file)))) {
  if (watch) await (await context(entry)).watch();
  else await build(entry);
}

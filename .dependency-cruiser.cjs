// The import arrows: features -> engine, report, models, python, typeset, formulas, onnx -> maps -> protocol, formats, maths.
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: '^(src|webview)/', pathNot: [from, ...allowed] },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only('maths-alone', '^src/maths/', []),
    only('formats-alone', '^src/formats/', ['^src/maths/']),
    only('protocol-low', '^src/protocol/', ['^src/maths/']),
    only('maps-low', '^src/maps/', ['^src/(protocol|maths)/']),
    only('formulas-low', '^src/formulas/', ['^src/(protocol|maths)/']),
    only('python-low', '^src/python/', ['^src/(protocol|maths|formulas)/']),
    only('typeset-low', '^src/typeset/', ['^src/(protocol|maths|formulas)/']),
    only('onnx-low', '^src/onnx/', ['^src/(protocol|maths|formats)/']),
    only('models-low', '^src/models/', ['^src/(protocol|maths|formats|onnx)/']),
    only('engine-middle', '^src/engine/', ['^src/(protocol|maths|maps|formats|onnx|models)/']),
    only('report-low', '^src/report/', ['^src/(protocol|maths|maps)/']),
    only('cli-thin', '^src/cli(/|\\.ts)', ['^src/(protocol|maths|formats|formulas|onnx|models|engine|python|report)/']),
    only('webview-narrow', '^webview/', ['^src/(protocol|maths|maps|formulas)/']),
    {
      name: 'vscode-in-features',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(features/|extension\\.ts)' },
      to: { path: '(^|/)vscode$' },
    },
    { name: 'one-door-to-onnx-runtime', severity: 'error', from: { pathNot: '^src/engine/worker/' }, to: { path: 'onnxruntime' } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'] },
  },
};

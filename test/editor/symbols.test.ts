import type { Frame } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { TextSymbols } from '../../src/protocol/attention.ts';
import { callHost, commandOnSelection, nextResult, problemsOf, promptBox, selectCell, shownPanel } from './genlens.ts';
import type { Editor } from './harness/editor.ts';
import { editorOn, explainFile } from './onFiles.ts';

const explain = 'Genlens: Explain Attention';
const python = [
  '# 🙂',
  'class Shape:',
  '    sides = 4',
  '',
  '    @property',
  '    def area(self):',
  '        def side(): return 2',
  '        return side() ** 2',
  '',
  'def draw(shape): pass',
  '',
].join('\n');
const cells = [
  { cell_type: 'markdown', metadata: {}, source: ['# A notebook'] },
  {
    cell_type: 'code',
    execution_count: null,
    metadata: {},
    outputs: [],
    source: ['%matplotlib inline\n', 'def f(x):\n', '    !ls {x}\n', '    return x\n'],
  },
];

/** The symbols of what a panel shows as the panel gets them, each with its text. */
async function symbolsOf(panel: Frame, text: string): Promise<{ source: string; symbols: [string, number, string, string][] }> {
  const { source, symbols } = (await callHost(panel, 'symbols', {})) as TextSymbols;
  return { source, symbols: symbols.map(({ kind, depth, name, start, end }) => [kind, depth, name, text.slice(start, end)]) };
}

/** Explains again what is open, and gives the text that was run with its panel. */
async function textOf(editor: Editor, panel: Frame): Promise<string> {
  return (await nextResult(panel, () => editor.command(explain))).text;
}

describe('the symbols of a text', () => {
  let editor: Editor;
  const markdown = '# Title\n\nText.\n\n## Part 🙂\n\nMore.\n';
  const files = {
    'shape.py': python,
    'crlf.py': python.replaceAll('\n', '\r\n'),
    'text.md': markdown,
    'long.py': `class Long:\n${Array.from({ length: 2500 }, (_, i) => `    def method_${i}(self):\n        return ${i}\n`).join('')}`,
    'served.py': python,
    'informed.rb': 'class Shape\n  def area; end\nend\n',
    'plain.txt': 'def is a word.\n',
    'notebook.ipynb': JSON.stringify({ cells, metadata: { language_info: { name: 'python' } }, nbformat: 4, nbformat_minor: 5 }),
  };
  editorOn(files, (opened) => (editor = opened));

  it.each([
    ['shape.py', '\n'],
    ['crlf.py', '\r\n'],
  ])('are read from %s, since nothing in this editor names those of Python', async (name, lineBreak) => {
    const panel = await explainFile(editor, name);
    const lines = python.split('\n');
    const part = (first: number, last: number) => lines.slice(first, last).join(lineBreak).trim();
    expect(await symbolsOf(panel, await textOf(editor, panel))).toEqual({
      source: 'reader',
      symbols: [
        ['class', 0, 'Shape', part(1, 8)],
        ['method', 1, 'area', part(4, 8)],
        ['function', 2, 'side', part(6, 7)],
        ['function', 0, 'draw', part(9, 10)],
      ],
    });
  });

  it('are in a selection the parts that it holds of them', async () => {
    const panel = await explainFile(editor, 'shape.py');
    await editor.select({ start: [5, 0], end: [7, 0] });
    const { text } = await nextResult(panel, () => commandOnSelection(editor, explain));
    expect(await symbolsOf(panel, text)).toEqual({
      source: 'reader',
      symbols: [
        ['class', 0, 'Shape', text],
        ['method', 1, 'area', text],
        ['function', 2, 'side', 'def side(): return 2'],
      ],
    });
  });

  it('begin before the window of a long text that was run', async () => {
    const panel = await explainFile(editor, 'long.py');
    await editor.select({ start: [4000, 0], end: [4000, 0] });
    const text = await textOf(editor, panel);
    const { source, symbols } = await symbolsOf(panel, text);
    expect([source, symbols[0]]).toEqual(['reader', ['class', 0, 'Long', text]]);
    const methods = symbols.filter(([kind, depth]) => kind === 'method' && depth === 1).map(([, , name]) => name);
    expect(methods).toContain('method_2000');
    expect(methods.length).toBe(symbols.length - 1);
  });

  it('are those of the text that was run, though it was edited since', async () => {
    const panel = await explainFile(editor, 'shape.py');
    await editor.select({ start: [0, 0], end: [0, 0] });
    const text = await textOf(editor, panel);
    await editor.evaluateInHost((vscode) =>
      vscode.window.activeTextEditor?.edit((edit) => edit.insert(new vscode.Position(1, 0), 'def newer(): pass\n')),
    );
    const { source, symbols } = await symbolsOf(panel, text);
    expect([source, symbols.map(([, , name]) => name)]).toEqual(['reader', ['Shape', 'area', 'side', 'draw']]);
    await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('undo'));
  });

  it('are read from a cell of a notebook, and from a prompt that has any', async () => {
    await editor.openFile('notebook.ipynb');
    await selectCell(editor, 1);
    await commandOnSelection(editor, explain);
    const cell = await shownPanel(editor, 'notebook.ipynb, cell 2');
    const source = cells[1]!.source.join('');
    expect(await symbolsOf(cell, source)).toEqual({
      source: 'reader',
      symbols: [['function', 0, 'f', source.slice(source.indexOf('def')).trim()]],
    });

    for (const [text, expected] of [
      ['def fibonacci(n):', { source: 'reader', symbols: [['function', 0, 'fibonacci', 'def fibonacci(n):']] }],
      ['Explain def to me', { source: 'none', symbols: [] }],
    ] as const) {
      await editor.command('Genlens: Explain Attention of a Prompt...');
      const box = await promptBox(editor);
      await box.fill(text);
      await box.press('Enter');
      const panel = await shownPanel(editor, 'prompt');
      await expect.poll(() => symbolsOf(panel, text)).toEqual(expected);
    }
  });

  it('are those that the editor names where it does: the sections of Markdown', async () => {
    const panel = await explainFile(editor, 'text.md');
    expect(await symbolsOf(panel, markdown)).toMatchObject({
      source: 'editor',
      symbols: [
        ['section', 0, '# Title', expect.stringMatching(/^# Title[^]*More\./)],
        ['section', 1, '## Part 🙂', expect.stringMatching(/^## Part 🙂[^]*More\./)],
      ],
    });
  });

  it('are those that an extension names, before what is read', async () => {
    await editor.evaluateInHost((vscode) => {
      const { DocumentSymbol, Range, SymbolKind } = vscode;
      const provideDocumentSymbols = () => {
        const named = (name: string, kind: number, range: InstanceType<typeof Range>) => new DocumentSymbol(name, '', kind, range, range);
        const shape = named('Shape', SymbolKind.Class, new Range(1, 0, 8, 0));
        shape.children = [
          named('sides', SymbolKind.Field, new Range(2, 4, 2, 13)),
          named('area', SymbolKind.Method, new Range(4, 4, 7, 26)),
        ];
        return [shape];
      };
      vscode.languages.registerDocumentSymbolProvider({ language: 'python', pattern: '**/served.py' }, { provideDocumentSymbols });
    });
    const panel = await explainFile(editor, 'served.py');
    const { source, symbols } = await symbolsOf(panel, await textOf(editor, panel));
    expect([source, symbols.map(([kind, depth, name]) => [kind, depth, name])]).toEqual([
      'editor',
      [
        ['class', 0, 'Shape'],
        ['method', 1, 'area'],
      ],
    ]);
    expect(symbols[1]![3]).toMatch(/^@property\n[^]*\*\* 2$/);
  });

  it('are those that an extension names in the older form, which is there a moment later', async () => {
    const panel = await explainFile(editor, 'informed.rb');
    const text = await textOf(editor, panel);
    await editor.evaluateInHost((vscode) => {
      const { Location, Range, SymbolInformation, SymbolKind } = vscode;
      const register = () =>
        vscode.languages.registerDocumentSymbolProvider('ruby', {
          provideDocumentSymbols: ({ uri }) => [
            new SymbolInformation('area', SymbolKind.Method, 'Shape', new Location(uri, new Range(1, 2, 1, 15))),
            new SymbolInformation('Shape', SymbolKind.Class, '', new Location(uri, new Range(0, 0, 2, 3))),
          ],
        });
      setTimeout(register, 500);
    });
    expect(await symbolsOf(panel, text)).toEqual({
      source: 'editor',
      symbols: [
        ['class', 0, 'Shape', 'class Shape\n  def area; end\nend'],
        ['method', 1, 'area', 'def area; end'],
      ],
    });
  });

  it('are none in a text that has none', async () => {
    const panel = await explainFile(editor, 'plain.txt');
    expect(await symbolsOf(panel, files['plain.txt'])).toEqual({ source: 'none', symbols: [] });
    expect(await problemsOf(editor)).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { positionsIn } from '../../../src/cli/positions.ts';

const spanOf = (text: string, part: string) => ({ start: text.indexOf(part), end: text.indexOf(part) + part.length });

describe('places in a file', () => {
  it('count lines and UTF-16 units from 1, whatever ends a line', () => {
    const { text, placeOf } = positionsIn('a.py', '\ufeffa = 1\r\n\u{1f600}b = 2\nc');
    expect(placeOf(spanOf(text, 'a'))).toEqual({ file: 'a.py', line: 1, column: 1, endLine: 1, endColumn: 2 });
    expect(placeOf(spanOf(text, 'b = 2'))).toEqual({ file: 'a.py', line: 2, column: 3, endLine: 2, endColumn: 8 });
    expect(placeOf({ start: text.indexOf('= 2'), end: text.length })).toEqual({
      file: 'a.py',
      line: 2,
      column: 5,
      endLine: 3,
      endColumn: 2,
    });
  });

  it('of a notebook are those in its cells', () => {
    const notebook = {
      metadata: { language_info: { name: 'python' } },
      cells: [
        { cell_type: 'markdown', source: ['a = 1'] },
        { cell_type: 'code', source: ['import x\n', 'a = 1'] },
        { cell_type: 'code', source: '%%bash\nls' },
        { cell_type: 'code', source: 'b = 2\n\nc = a', metadata: {} },
        { cell_type: 'code', source: 'd', metadata: { vscode: { languageId: 'r' } } },
      ],
    };
    const { text, placeOf } = positionsIn('n.ipynb', JSON.stringify(notebook));
    expect(text).toBe('import x\na = 1\nb = 2\n\nc = a\n');
    expect(placeOf(spanOf(text, 'a = 1'))).toEqual({ file: 'n.ipynb', cell: 2, line: 2, column: 1, endLine: 2, endColumn: 6 });
    expect(placeOf(spanOf(text, 'c = a'))).toEqual({ file: 'n.ipynb', cell: 4, line: 3, column: 1, endLine: 3, endColumn: 6 });
    // What reaches into the next cell ends with its own.
    expect(placeOf({ start: text.indexOf('a = 1'), end: text.indexOf('b = 2') + 1 })).toMatchObject({ cell: 2, endLine: 2, endColumn: 6 });
  });

  it('of what is no notebook are none', () => {
    expect(() => positionsIn('n.ipynb', '{')).toThrow(/^n\.ipynb: it is no notebook: .*JSON/);
    for (const json of ['[]', 'null', '{"cells": 3}']) expect(() => positionsIn('n.ipynb', json)).toThrow('it has no list of cells');
    expect(positionsIn('n.ipynb', '{"cells": [null, 3, {"cell_type": "code", "source": 3}]}').text).toBe('\n');
    // The third format, and a kernel that is none of Python's.
    expect(positionsIn('n.ipynb', '{"worksheets": [{"cells": [{"cell_type": "code", "input": ["a"]}]}]}').text).toBe('a\n');
    expect(
      positionsIn('n.ipynb', '{"cells": [{"cell_type": "code", "source": "a"}], "metadata": {"kernelspec": {"language": "R"}}}').text,
    ).toBe('');
  });
});

import { describe, expect, it } from 'vitest';
import { positionsIn } from '../../../../src/cli/formulas/positions.ts';

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

  /** The places of `part`, as they are stored: the text of the file there. */
  const storedAt = (json: string, part: string): string | null => {
    const { text, storedRegionOf } = positionsIn('n.ipynb', json);
    const region = storedRegionOf(spanOf(text, part));
    if (!region) return null;
    const lines = json.split('\n').slice(region.line - 1, region.endLine);
    const last = lines.length - 1;
    return lines.map((line, at) => line.slice(at === 0 ? region.column - 1 : 0, at === last ? region.endColumn - 1 : undefined)).join('\n');
  };

  it('of a notebook are also those in its file, which is JSON', () => {
    const notebook = {
      metadata: { language_info: { name: 'python' }, cells: [{ cell_type: 'code', source: 'not this' }] },
      cells: [
        { cell_type: 'markdown', source: ['first\n'], attachments: { 'a"]}': [1, -2.5e3, true, null] } },
        {
          cell_type: 'code',
          outputs: [{ data: { 'text/html': '<b class=\\"x\\">{[' } }],
          source: ['s = "a\tb\\\\"\n', 't = "é\u2028\u{1f600}"\n', 'u'],
        },
        { cell_type: 'code', source: 'v = (\n    "w")' },
      ],
    };
    for (const json of [JSON.stringify(notebook), JSON.stringify(notebook, null, 1)]) {
      expect(storedAt(json, 'a\tb')).toBe('a\\tb');
      expect(storedAt(json, '\u{1f600}')).toBe('\u{1f600}');
      expect(storedAt(json, 't = ')).toBe('t = ');
      expect(storedAt(json, 'u')).toBe('u');
      expect(storedAt(json, '(\n    "w"')).toBe('(\\n    \\"w\\"');
      // From one string into the next.
      expect(storedAt(json, '"\nt')).toMatch(/^\\"\\n",\s*"t$/);
    }
    const escaped = JSON.stringify(notebook).replace('é', '\\u00e9');
    expect(storedAt(escaped, 'é')).toBe('\\u00e9');
    expect(storedAt(escaped, '\u{1f600}')).toBe('\u{1f600}');
    expect(positionsIn('n.ipynb', escaped).stored('"\n')).toBe('\\"\\n');
    expect(positionsIn('a.py', 'a = "b"').storedRegionOf({ start: 4, end: 7 })).toEqual({ line: 1, column: 5, endLine: 1, endColumn: 8 });
    expect(positionsIn('a.py', 'a').stored('"\n')).toBe('"\n');
  });

  it('in the file are none where it holds another text', () => {
    expect(storedAt('{"cells": [{"cell_type": "code", "source": ["a", 3, "b"]}]}', 'a')).toBe(null);
    // The last of two is the one.
    expect(storedAt('{"cells": [], "cells": [{"cell_type": "code", "source": "a", "source": "b"}]}', 'b')).toBe('b');
    expect(storedAt('{"worksheets": [{"cells": [{"cell_type": "code", "input": ["a"]}]}]}', 'a')).toBe('a');
    const deep = '['.repeat(20_000) + ']'.repeat(20_000);
    expect(storedAt(`{"cells": [{"outputs": ${deep}, "cell_type": "code", "source": "a"}]}`, 'a')).toBe('a');
    const long = 'x'.repeat(1_900_000);
    expect(storedAt(`{"cells": [{"outputs": ["${long}"], "cell_type": "code", "source": "a"}]}`, 'a')).toBe('a');
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

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvHeader, csvRow, shortest } from '../../../../../src/features/attention/export/csv.ts';

/** Reads RFC 4180: fields between commas, quoted where they hold a comma, a quote or a line break. */
function parseCsv(text: string): string[][] {
  const lines: string[][] = [];
  let [fields, field, quoted]: [string[], string, boolean] = [[], '', false];
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (quoted) {
      if (character !== '"') field += character;
      else if (text[at + 1] === '"') field += text[++at]!;
      else quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === ',') [fields, field] = [[...fields, field], ''];
    else if (character === '\r' && text[at + 1] === '\n') {
      lines.push([...fields, field]);
      [fields, field] = [[], ''];
      at++;
    } else field += character;
  }
  expect(field).toBe('');
  return lines;
}

describe('a map as CSV', () => {
  it('reads back as the map, tokens and weights to the last bit', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.string({ unit: 'binary', maxLength: 6 }),
            fc.array(fc.float({ min: 0, max: 1, noNaN: false }), { minLength: 3, maxLength: 3 }),
          ),
          {
            minLength: 3,
            maxLength: 3,
          },
        ),
        (rows) => {
          const token = (index: number): string => rows[index]![0];
          const text = csvHeader(3, token) + rows.map(([, weights], query) => csvRow(query, Float32Array.from(weights), token)).join('');
          const [header, ...lines] = parseCsv(text);
          expect(header).toEqual(['query / key', ...rows.map(([name], index) => `${index}: ${name}`)]);
          lines.forEach((line, query) => {
            expect(line[0]).toBe(`${query}: ${token(query)}`);
            const read = Float32Array.from(line.slice(1), (field) => (field === '' ? NaN : Number(field)));
            expect(read).toEqual(Float32Array.from(rows[query]![1]));
          });
        },
      ),
    );
  });

  it('begins no field as a formula, and quotes what would end one', () => {
    const tokens = ['=1+1', '@x', '-', '+', '"', 'a,b', '\n', '\t='];
    const [header = []] = parseCsv(csvHeader(tokens.length, (index) => tokens[index]!));
    for (const field of header) expect(field).toMatch(/^[q0-9]/);
    expect(csvHeader(2, (index) => tokens[4 + index]!)).toBe('query / key,"0: """,1: "a,b"\r\n'.replace('1: "a,b"', '"1: a,b"'));
  });

  it('names queries and keys by position where there are no tokens, and leaves masked cells empty', () => {
    expect(csvHeader(2, null)).toBe('query / key,0,1\r\n');
    expect(csvRow(1, Float32Array.of(0.25, NaN), null)).toBe('1,0.25,\r\n');
  });
});

describe('shortest', () => {
  it.each([
    [Math.fround(0.1), '0.1'],
    [1 / 3, '0.33333334'],
    [0, '0'],
    [1, '1'],
    [2 ** -149, '1.4013e-45'],
  ])('writes %f as %s', (value, text) => {
    expect(shortest(Math.fround(value))).toBe(text);
  });
});

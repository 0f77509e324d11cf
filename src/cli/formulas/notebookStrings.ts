/** Where the sources of a notebook's cells stand in its file: in one string of JSON, or in one a line. */

import type { Span } from '../../maths/nesting.ts';

export interface StoredText {
  readonly text: string;
  /** Where a part of it stands in the file. */
  readonly spanOf: (part: Span) => Span;
}

/** Of each cell, in their order; null for one without a source. `json` can be parsed. */
export function notebookStrings(json: string): (StoredText | null)[] {
  const notebook = membersAt(json, valueAt(json, 0));
  const [sheet] = elementsAt(json, notebook.get('worksheets'));
  const cells = notebook.get('cells') ?? membersAt(json, sheet).get('cells');
  return elementsAt(json, cells).map((cell) => {
    const members = membersAt(json, cell);
    const source = members.get('source') ?? members.get('input');
    if (source === undefined) return null;
    return storedText(json, json[source] === '[' ? elementsAt(json, source) : [source]);
  });
}

/** Of strings that begin at these places, one after the other. */
function storedText(json: string, strings: readonly number[]): StoredText {
  let text = '';
  // Where each unit of the text begins and ends in the file.
  const starts: number[] = [];
  const ends: number[] = [];
  for (const start of strings.filter((at) => json[at] === '"')) {
    const end = valueEnd(json, start) - 1;
    text += JSON.parse(json.slice(start, end + 1)) as string;
    for (let at = start + 1; at < end; at = ends.at(-1)!) {
      starts.push(at);
      ends.push(at + (json[at] !== '\\' ? 1 : json[at + 1] === 'u' ? 6 : 2));
    }
  }
  const last = ends.at(-1) ?? (strings[0] ?? 0) + 1;
  return {
    text,
    spanOf: ({ start, end }) => {
      const from = starts[start] ?? last;
      return { start: from, end: end > start ? ends[end - 1]! : from };
    },
  };
}

const blanks = /\s*/y;
const valueAt = (json: string, at: number): number => {
  blanks.lastIndex = at;
  blanks.test(json);
  return blanks.lastIndex;
};

const string = /"[^"\\]*(?:\\.[^"\\]*)*"/y;
const plain = /[^\s,\]}]*/y;
const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[[{\]}]|[^"[\]{}]+/y;

/** Behind the value that begins at a place; not by recursion, since outputs nest as they like. */
function valueEnd(json: string, start: number): number {
  const opening = json[start]!;
  if (opening !== '[' && opening !== '{') {
    const scalar = opening === '"' ? string : plain;
    scalar.lastIndex = start;
    scalar.test(json);
    return scalar.lastIndex;
  }
  let depth = 0;
  for (let at = start; at < json.length; at = token.lastIndex) {
    token.lastIndex = at;
    const found = token.exec(json)?.[0];
    if (found === '[' || found === '{') depth++;
    else if ((found === ']' || found === '}') && --depth === 0) return token.lastIndex;
    else if (found === undefined) break;
  }
  return json.length;
}

/** Where the elements of the list begin that stands at a place. */
function elementsAt(json: string, start: number | undefined): number[] {
  if (start === undefined || json[start] !== '[') return [];
  const found: number[] = [];
  for (let at = valueAt(json, start + 1); at < json.length && json[at] !== ']';) {
    found.push(at);
    at = valueAt(json, valueEnd(json, at));
    if (json[at] === ',') at = valueAt(json, at + 1);
  }
  return found;
}

/** Where the values of the object begin that stands at a place; of a name that is there twice the last, as JSON.parse has it. */
function membersAt(json: string, start: number | undefined): Map<string, number> {
  const found = new Map<string, number>();
  if (start === undefined || json[start] !== '{') return found;
  for (let at = valueAt(json, start + 1); at < json.length && json[at] === '"';) {
    const end = valueEnd(json, at);
    const value = valueAt(json, valueAt(json, end) + 1);
    found.set(JSON.parse(json.slice(at, end)) as string, value);
    at = valueAt(json, valueEnd(json, value));
    if (json[at] === ',') at = valueAt(json, at + 1);
  }
  return found;
}

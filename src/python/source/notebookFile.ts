/** The cells that a notebook's file holds (nbformat 3 and 4). */

import type { Cell } from './cells.ts';

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const textOf = (value: unknown): string => (Array.isArray(value) ? value.join('') : typeof value === 'string' ? value : '');

/**
 * All cells, in their order; what is no code has the language "markdown".
 * @throws Error where the text is no notebook.
 */
export function cellsOfNotebook(json: string): Cell[] {
  let notebook: Fields;
  try {
    notebook = fieldsOf(JSON.parse(json));
  } catch (error) {
    throw new Error(`it is no notebook: ${(error as Error).message}`);
  }
  const [sheet] = listOf(notebook['worksheets']);
  const cells = notebook['cells'] ?? fieldsOf(sheet)['cells'];
  if (!Array.isArray(cells)) throw new Error('it is no notebook: it has no list of cells');
  const metadata = fieldsOf(notebook['metadata']);
  const language = textOf(fieldsOf(metadata['language_info'])['name']) || textOf(fieldsOf(metadata['kernelspec'])['language']) || 'python';
  return cells.map((cell) => {
    const { cell_type: type, source, input, metadata: own } = fieldsOf(cell);
    const chosen = textOf(fieldsOf(fieldsOf(own)['vscode'])['languageId']);
    return { language: type === 'code' ? chosen || language : 'markdown', text: textOf(source ?? input) };
  });
}

/** JSON as Python's `json` writes it: with `Infinity` and `-Infinity`, which JSON has no words for. */

/** A string, which stays as it is, or a word of Python's for a number. */
const stringOrWord = /"(?:[^"\\]|\\.)*"|-?Infinity\b/g;

/**
 * NaN stays an error: no option is ever that.
 *
 * @throws SyntaxError where it is not JSON for another reason
 */
export function parsePythonJson(text: string): unknown {
  // Beyond the largest double, so that it is read as infinite.
  return JSON.parse(text.replace(stringOrWord, (found) => (found.startsWith('"') ? found : found.replace('Infinity', '1e999')))) as unknown;
}

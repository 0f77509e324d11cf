/** A map as CSV (RFC 4180): a line a query, a column a key. */

/**
 * Tokens in the first line and column stand behind their position: so names of columns differ, and none begins as a formula does
 * (`=`, `+`, `-`, `@`), which a spreadsheet would run. They are the texts themselves, line breaks and all.
 *
 * @param token null: there are none, positions alone name queries and keys
 */
export function csvHeader(keys: number, token: ((index: number) => string) | null): string {
  return csvLine(['query / key', ...Array.from({ length: keys }, (_, key) => named(key, token))]);
}

/** @param weights [keys], float32; NaN, a masked cell, is left empty */
export function csvRow(query: number, weights: Float32Array, token: ((index: number) => string) | null): string {
  return csvLine([named(query, token), ...Array.from(weights, (weight) => (Number.isNaN(weight) ? '' : shortest(weight)))]);
}

const named = (index: number, token: ((index: number) => string) | null): string => (token ? `${index}: ${token(index)}` : String(index));

const csvLine = (fields: readonly string[]): string => `${fields.map(quoted).join(',')}\r\n`;

const quoted = (field: string): string => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);

/** The fewest digits that read back as the same float32. Nine always do. */
export function shortest(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(Number(value.toPrecision(9)));
}

/** One measured figure beside its budget. */
export interface Figure {
  what: string;
  /** Median. */
  value: number;
  /** Empty where things are counted. */
  unit: 'ms' | 'x' | 'KB' | 'MB' | '%' | 'tokens/s' | '';
  /** null: told beside the others, not judged. */
  budget: number | null;
  /** The budget is what has to be reached, not what must not be passed. */
  least?: boolean;
  /** How it was measured, in a few words. */
  how: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? (sorted[middle] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

export function met({ value, budget, least }: Figure): boolean {
  return budget === null || (least ? value >= budget : value <= budget);
}

/** A table for people; a line that misses its budget says so. */
export function table(figures: readonly Figure[]): string {
  const number = (value: number, unit: Figure['unit']): string =>
    unit === '' && Number.isInteger(value)
      ? String(value)
      : `${value.toFixed(unit === 'x' ? 2 : unit === '%' || value < 10 ? 1 : 0)} ${unit}`.trimEnd();
  const rows = figures.map((figure) => [
    figure.what,
    number(figure.value, figure.unit),
    figure.budget === null ? '' : `${figure.least ? '>=' : '<='} ${number(figure.budget, figure.unit)}`,
    figure.budget === null ? '' : met(figure) ? 'met' : 'MISSED',
    figure.how,
  ]);
  const header = ['what', 'measured', 'budget', '', 'how'];
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => (row[column] ?? '').length)));
  return [header, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

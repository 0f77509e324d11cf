/** Numbers as a reader takes them in. */

const grouped = new Intl.NumberFormat('en-US');

/** 2410 is "2,410". */
export function formatCount(count: number): string {
  return grouped.format(count);
}

/** "1 token", "2,410 tokens" */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** With true minuses. */
export function minus(text: string): string {
  return text.replaceAll('-', '−');
}

/** Three significant digits, no zeros behind them. */
export function shortNumber(value: number): string {
  return minus(String(Number(value.toPrecision(3))));
}

/** A weight to four significant digits: 0.6213, 0.000012 as 1.2e-5 would be cut, so 1.234e-5. */
export function formatWeight(weight: number): string {
  if (weight === 0) return '0';
  return Math.abs(weight) < 1e-4 ? weight.toExponential(3) : weight.toPrecision(4);
}

/** A weight in running text: two decimals where they say something. */
export function formatShare(weight: number): string {
  if (weight === 0) return '0';
  return weight >= 0.0095 ? weight.toFixed(2) : weight.toPrecision(1);
}

/** Time as a person reads it: 12 ms, 1.4 s. */
export function formatDuration(ms: number): string {
  return ms < 1000 ? `${Math.max(1, Math.round(ms))} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}

export function formatBytes(bytes: number): string {
  return bytes < 2 ** 20 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/** Names of axes in readings, in words. */

const words: Readonly<Record<string, string>> = {
  B: 'the batch',
  D: 'the dimensions',
  C: 'the classes',
  K: 'the samples of each example',
  H: 'the heads',
  T: 'the positions',
  S: 'the source positions',
  E: 'the width of a head',
  L: 'the levels',
  N: 'the examples',
  '2N': 'the views',
  M: 'the samples',
  P: 'the pairs',
  V: 'the vocabulary',
  F: 'the features',
};

export const axisWords = (axis: string): string => words[axis] ?? `axis ${axis}`;

/** "the batch and the dimensions". */
export function axesInWords(axes: readonly string[]): string {
  const all = axes.map(axisWords);
  return all.length > 1 ? `${all.slice(0, -1).join(', ')} and ${all.at(-1)}` : (all[0] ?? '');
}

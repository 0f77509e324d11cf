/** Python that computes something of arrays, put together at random: what is named in it is named by chance. */

/** The same numbers every time, from 0 to below 1. */
function randomNumbers(seed: number): () => number {
  // Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators", with 32 bits as in Steele and Vigna's murmur finaliser.
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

const unary = [
  'torch.exp(%)',
  'torch.log(%)',
  'torch.sqrt(%)',
  '% ** 2',
  '-%',
  'torch.sigmoid(%)',
  'torch.tanh(%)',
  'torch.abs(%)',
  '1 - %',
  '1 / %',
];
const more = [
  'torch.softmax(%, dim=-1)',
  'F.softplus(%)',
  'F.relu(%)',
  '0.5 * %',
  '% + 1',
  '%.sum(-1)',
  '%.mean(-1, keepdim=True)',
  '%.mean()',
];
const binary = ['(% + %)', '(% - %)', '% * %', '% / %', 'torch.maximum(%, %)', '% @ %.T', 'torch.minimum(%, %)', '(% - %) ** 2'];

/** Functions of up to four arrays with names that mean nothing. */
export function randomPrograms(count: number): string[] {
  const next = randomNumbers(5);
  const of = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)]!;
  const expression = (names: readonly string[], depth: number): string => {
    if (depth === 0 || next() < 0.15) return of(names);
    const form = next() < 0.5 ? of(binary) : of([...unary, ...more]);
    return form.replace(/%/g, () => {
      const inner = expression(names, depth - 1);
      return /^[\w.]+(\(.*\))?$/.test(inner) ? inner : `(${inner})`;
    });
  };
  return Array.from({ length: count }, (_, index) => {
    const names = ['a', 'b', 'c', 'd'].slice(0, 1 + Math.floor(next() * 4));
    const known = [...names];
    const lines = Array.from({ length: Math.floor(next() * 3) }, (__, at) => {
      const line = `    t${at} = ${expression(known, 2)}`;
      known.push(`t${at}`);
      return line;
    });
    return [`def f${index}(${names.join(', ')}):`, ...lines, `    return ${expression(known, 3)}`, ''].join('\n');
  });
}

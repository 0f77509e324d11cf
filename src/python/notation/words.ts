/** What a symbol is called in words, as code would: by these names roles of formulas are known. */

import type { Name, Tree } from './tree.ts';

/** Conventional letters whose word is another one. */
const conventional: Readonly<Record<string, string>> = {
  'alpha bar': 'alphas_cumprod',
  'alpha hat': 'alphas_cumprod',
  'alpha overline': 'alphas_cumprod',
  'N script': 'gaussian',
  'D KL': 'kl',
  'z t': 'teacher',
  'z T': 'teacher',
  'z s': 'student',
  'z S': 'student',
  'y c': 'y_chosen',
  'y r': 'y_rejected',
  'Delta t': 'dt',
  'd t': 'dt',
  'x t-1': 'previous',
  'z t-1': 'previous',
};

/** "x0", "x_prev", "alphas_cumprod_t", "epsilon_theta". */
export function wordOf({ base, marks, labels }: Name): string {
  const own = [...labels];
  let word = base;
  for (const key of [[base, ...marks, ...own.slice(0, 1)].join(' '), [base, ...marks].join(' '), [base, ...own.slice(0, 1)].join(' ')]) {
    const known = conventional[key];
    if (known === undefined) continue;
    word = known;
    if (key.split(' ').length > 1 + marks.length || (key === [base, ...own.slice(0, 1)].join(' ') && marks.length === 0)) own.shift();
    return joined(word, key.includes(marks.join(' ')) ? [] : marks, own);
  }
  return joined(
    word,
    marks.filter((mark) => mark !== 'script' && mark !== 'double'),
    own,
  );
}

function joined(word: string, marks: readonly string[], labels: readonly string[]): string {
  let name = word;
  for (const label of labels) {
    if (/^\d+$/.test(label)) name += label;
    else if (/^[a-zA-Z]?-1$/.test(label)) name += '_prev';
    else if (/^[a-zA-Z]?\+1$/.test(label)) name += '_next';
    else if (label === 'varnothing') name += '_uncond';
    else if ((label === 'c' || label === 'y') && /^(?:epsilon|v|s|x)$/.test(word)) name += `_${label}_cond`;
    else name += `_${label.replace(/[^a-zA-Z0-9]+/g, '_')}`;
  }
  return [name, ...marks].join('_');
}

/** Words of everything in a tree, in order. */
export function wordsWithin(tree: Tree): string[] {
  switch (tree.kind) {
    case 'number':
      return [];
    case 'name':
      return [wordOf(tree)];
    case 'call':
      return [wordOf(tree.of), ...tree.args.flatMap(wordsWithin)];
    case 'apply':
      return tree.args.flatMap(wordsWithin);
    case 'list':
      return tree.items.flatMap(wordsWithin);
    default:
      return wordsWithin(tree.body);
  }
}

/** What LaTeX mathematics states, as a tree. */

export interface Name {
  readonly kind: 'name';
  /** A letter, a word, or a Greek letter's name. */
  readonly base: string;
  /** `bar`, `hat`, `tilde`, `prime`, `star`, `script`, from the inside out. */
  readonly marks: readonly string[];
  /** What distinguishes it from others of the same letter: "0", "t-1", "theta", "ref". */
  readonly labels: readonly string[];
  /** Indices that a sum runs over, or that stand beside such. */
  readonly indices: readonly string[];
}

export type Tree =
  | { readonly kind: 'number'; readonly value: number }
  | Name
  /** A function that is not known: D(x), p(x|z). Bars and semicolons are commas; whether there is a bar is said. */
  | { readonly kind: 'call'; readonly of: Name; readonly args: readonly Tree[]; readonly isGiven: boolean }
  /** One that is: `add`, `multiply`, `log`, `maximum`, `transpose`, `detach`, `divergence`, ... */
  | { readonly kind: 'apply'; readonly op: string; readonly args: readonly Tree[] }
  | {
      readonly kind: 'sum';
      readonly indices: readonly string[];
      readonly limit: string | null;
      readonly without: readonly [string, string] | null;
      readonly body: Tree;
    }
  /** Of what is drawn from which distribution, as far as it says. */
  | { readonly kind: 'expectation'; readonly draws: readonly (readonly [string, string])[]; readonly body: Tree }
  | { readonly kind: 'norm'; readonly p: number; readonly body: Tree }
  | { readonly kind: 'gradient'; readonly body: Tree }
  | { readonly kind: 'list'; readonly items: readonly Tree[] };

export function apply(op: string, ...args: readonly Tree[]): Tree {
  return { kind: 'apply', op, args };
}

export const number = (value: number): Tree => ({ kind: 'number', value });

/** What is directly within. */
export function childrenOf(tree: Tree): readonly Tree[] {
  switch (tree.kind) {
    case 'number':
    case 'name':
      return [];
    case 'call':
    case 'apply':
      return tree.args;
    case 'list':
      return tree.items;
    case 'sum':
    case 'expectation':
    case 'norm':
    case 'gradient':
      return [tree.body];
  }
}

/** Every tree within, itself first. */
export function* within(tree: Tree): Generator<Tree> {
  yield tree;
  for (const child of childrenOf(tree)) yield* within(child);
}

/** By which two of the same name are known to be the same. */
export function keyOf({ base, marks, labels }: Name): string {
  return [base, ...marks, ...labels].join(' ');
}

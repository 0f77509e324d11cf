/** Means of a kernel over pairs: of two samples with themselves, and of the one with the other, which counts for both. */

import type { Computed } from '../../expression/follow/context.ts';
import { argumentsOf, numberOf, unwrap, type Node } from '../../expression/node.ts';
import { catalogue } from '../../../formulas/catalogue.ts';
import { given } from '../../recognise/evidence/given.ts';
import type { Fault } from '../fault.ts';
import { ownNodes } from '../statements.ts';
import { isUnknown, made, termsOf } from './flow.ts';

/** `k(x, x) + k(y, y) - k(x, y)` */
export function* discrepancies(statement: Computed): Generator<Fault> {
  const inner = new Set<Node>();
  for (const node of ownNodes(statement)) {
    if ((node.op !== 'add' && node.op !== 'subtract') || inner.has(node)) continue;
    for (const arg of node.args) inner.add(unwrap(arg));
    // What was there before is the sum over other widths.
    const all = termsOf(node).filter(({ node: term }) => unwrap(term).op !== 'carried' && numberOf(term) !== 0);
    const terms = all.map(({ node: term, sign }) => kernelIn(term, sign));
    const [own, across] = [terms.filter((term) => term?.isOwn), terms.filter((term) => term && !term.isOwn)];
    const [x, y] = own;
    const [xy, yx] = across;
    // The other way round it may be taken once more.
    if (terms.includes(null) || own.length !== 2 || !x || !y || !xy || across.length > 2) continue;
    const ends = new Set<Node | string>([x.of, y.of]);
    if (ends.size !== 2 || !across.every((one) => ends.has(one!.of) && ends.has(one!.and))) continue;
    if ([y, xy, yx].some((one) => one && one.callee !== x.callee)) continue;
    const needed = -(x.by + y.by);
    const has = xy.by + (yx?.by ?? 0);
    if (x.by !== y.by || x.by <= 0 || Math.abs(has - needed) < 1e-9) continue;
    yield {
      rule: 'minimum-elsewhere',
      message: `The kernel of one sample with the other has the factor ${String(has)} and needs ${String(needed)} (${catalogue.get('mmd')!.name}): between two equal samples this is not 0.`,
      statement,
      at: xy.node,
      related: [],
      nearly: null,
      change: null,
    };
  }
}

interface Kernel {
  readonly node: Node;
  readonly callee: string;
  /** The two samples, or the letters that stand for them in its name. */
  readonly of: Node | string;
  readonly and: Node | string;
  readonly isOwn: boolean;
  readonly by: number;
}

/** A mean of what one function gives of two things; null for anything else. */
function kernelIn(term: Node, sign: 1 | -1): Kernel | null {
  let by: number = sign;
  let isAveraged = false;
  for (let node = term, depth = 0; depth < 12; depth++) {
    const [a, b] = node.args;
    const [first, second] = [a && numberOf(a), b && numberOf(b)];
    if (node.op === 'inline' || node.op === 'opaque') {
      const [x, y] = (node.op === 'inline' ? node.args.slice(2) : argumentsOf(node)).map(unwrap);
      if (x && y && isAveraged && isKernel(node))
        return { node: term, callee: String(node.attributes['callee']), of: x, and: y, isOwn: x === y, by };
      if (node.op === 'opaque' || !a) return null;
      node = a;
    } else if (isAveraged && node.op === 'let' && lettersIn(node)) {
      const [x, y] = lettersIn(node)!;
      return { node: term, callee: '', of: x, and: y, isOwn: x === y, by };
    } else if (node.op === 'multiply' && typeof first === 'number') [by, node] = [by * first, b!];
    else if (node.op === 'multiply' && typeof second === 'number') [by, node] = [by * second, a!];
    else if (node.op === 'negate') [by, node] = [-by, a!];
    else if (node.op === 'mean' || node.op === 'sum') [isAveraged, node] = [true, a!];
    else if (isAveraged && node.op === 'index') return blockOf(term, node, by);
    // Without the pairs of a thing with itself.
    else if (node.op === 'divide' || node.op === 'let' || node.op === 'subtract' || node.op === 'multiply') node = a!;
    else return isAveraged ? writtenOut(term, node, by) : null;
  }
  return null;
}

/** `K[:n, n:]` of the kernel of both samples together. */
function blockOf(term: Node, node: Node, by: number): Kernel | null {
  const sides = /^slice:([tf]) slice:([tf])$/.exec(String(node.attributes['spec']));
  const [rows, columns] = node.args.slice(1);
  const matrix = unwrap(node.args[0]!);
  if (!sides || !rows || !columns || unwrap(rows) !== unwrap(columns)) return null;
  return { node: term, callee: `block ${matrix.id}`, of: sides[1]!, and: sides[2]!, isOwn: sides[1] === sides[2], by };
}

/** A kernel that is written where it is used: of the one sample that stands in it, or of two. */
function writtenOut(term: Node, kernel: Node, by: number): Kernel | null {
  if (kernel.op !== 'exp' && kernel.op !== 'reciprocal') return null;
  // One of several widths is no sample.
  const isSample = (part: Node): boolean =>
    isUnknown(part) && part.op !== 'item' && part.op !== 'opaque' && !given(part).isNumber && !given(part).isWeight;
  const samples = [...made(kernel, 40)].filter(isSample);
  const [x, y = x] = samples;
  return x && y && samples.length <= 2 ? { node: term, callee: kernel.op, of: x, and: y, isOwn: x === y, by } : null;
}

/** `k_xy`, `Kxx`: what it is of, where the name says no more. */
function lettersIn({ attributes }: Node): readonly [string, string] | null {
  const [, x, y] = /^(?:k|kern|kernel)_?([a-z])_?([a-z])$/i.exec(attributes['name'] as string) ?? [];
  return x !== undefined && y !== undefined ? [x, y] : null;
}

const isKernel = ({ attributes }: Node): boolean => /kern|rbf|gauss|imq|poly|laplac|^k$|_k$|mmd/i.test(String(attributes['callee']));

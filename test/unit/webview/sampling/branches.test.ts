import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GeneratedToken } from '../../../../src/protocol/generation.ts';
import {
  childrenOf,
  chosenInstead,
  commonLength,
  endOf,
  pathTo,
  root,
  textOf,
  tipsOf,
  withToken,
  type Nodes,
} from '../../../../webview/sampling/text/branches.ts';

const token = (id: number): GeneratedToken => ({
  ...{ id, text: `t${id}`, added: `t${id}`, logProbability: Math.log(0.5), rank: 1, entropy: 1, drawn: 0.6, candidates: 3 },
  alternatives: [
    { id, text: `t${id}`, probability: 0.5, drawn: 0.6 },
    { id: id + 100, text: `u${id}`, probability: 0.25, drawn: 0.4 },
    { id: id + 200, text: `v${id}`, probability: 0.125, drawn: 0 },
  ],
});
const grown = (...steps: [parent: number, id: number][]): Nodes =>
  steps.reduce<Nodes>((nodes, [parent, id]) => withToken(nodes, parent, token(id)).nodes, []);

//   0 - 1 - 2
//     \ 3 - 4
//         \ 5
const tree = grown([root, 1], [0, 2], [1, 3], [0, 12], [3, 13], [3, 14]);

describe('branches', () => {
  it('are walked from the prompt to their end', () => {
    expect(pathTo(tree, 2)).toEqual([0, 1, 2]);
    expect(pathTo(tree, 5)).toEqual([0, 3, 5]);
    expect(pathTo(tree, root)).toEqual([]);
    expect(textOf(tree, pathTo(tree, 5))).toBe('t1t12t14');
    expect(tipsOf(tree)).toEqual([2, 4, 5]);
    expect(childrenOf(tree, 0)).toEqual([1, 3]);
    expect(childrenOf(tree, root)).toEqual([0]);
  });

  it('end where the newest that was tried ends', () => {
    expect(endOf(tree, 1)).toBe(2);
    expect(endOf(tree, 3)).toBe(5);
    expect(endOf(tree, 0)).toBe(5);
    expect(endOf(tree, 4)).toBe(4);
  });

  it('part where they have no longer the same tokens', () => {
    expect(commonLength([0, 1, 2], [0, 3, 5])).toBe(1);
    expect(commonLength([0, 1], [0, 1, 2])).toBe(2);
    expect(commonLength([], [0])).toBe(0);
  });

  it('hold each token behind another once', () => {
    const again = withToken(tree, 0, token(2));
    expect(again).toEqual({ nodes: tree, node: 1 });
    expect(withToken(tree, 1, token(2)).node).toBe(tree.length);
  });

  it('take an alternative with what is known of it, and none that is not one', () => {
    expect(chosenInstead(token(1), 101)).toMatchObject({ id: 101, text: 'u1', rank: 2, logProbability: Math.log(0.25), drawn: 0.4 });
    expect(chosenInstead(token(1), 7)).toBeNull();
  });

  it('have every node on the way to exactly the tips behind it', () => {
    const steps = fc.array(fc.tuple(fc.nat(), fc.nat(3)), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(steps, (made) => {
        let nodes: Nodes = [];
        for (const [parent, id] of made) ({ nodes } = withToken(nodes, (parent % (nodes.length + 1)) - 1, token(id)));
        const tips = tipsOf(nodes);
        const walked = new Set(tips.flatMap((tip) => pathTo(nodes, tip)));
        expect(walked.size).toBe(nodes.length);
        for (const [index] of nodes.entries()) {
          expect(tips).toContain(endOf(nodes, index));
          expect(pathTo(nodes, endOf(nodes, index))).toContain(index);
        }
      }),
    );
  });
});

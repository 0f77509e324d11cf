/** Whether a process keeps the variance of its samples, as the sub-VP one does not. */

import type { Node } from '../../expression/node.ts';
import { namesOf } from '../../recognise/evidence/given.ts';
import { holdsAny, wordsOf } from '../../recognise/evidence/words.ts';
import { isMadeOf } from '../rules/flow.ts';

export const isPreservingBy = (node: Node): boolean => isOfVariance(node) || isOfProducts(node);

/** What is called a variance is no deviation, whatever process it may be. */
const isOfVariance = (node: Node): boolean =>
  isMadeOf(node, (part) => part.op === 'cumulativeProduct') &&
  isMadeOf(node, (part) => part.op === 'let' && holdsAny(namesOf(part).slice(0, 1).flatMap(wordsOf), ['var', 'variance']));

/** Alpha-bars that are products over steps, looked up: the sub-VP process has no such table. */
const isOfProducts = (node: Node): boolean =>
  isMadeOf(node, ({ op, args, attributes }) => {
    const isEntry = op === 'gather' || (op === 'index' && /\bat\b/.test(String(attributes['spec'])));
    return isEntry && isMadeOf(args[0]!, (part) => part.op === 'cumulativeProduct', 40);
  });

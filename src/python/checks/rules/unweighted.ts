/** Scores of attention that weight the values as they are: no softmax is taken of them. */

import type { Computed } from '../../expression/follow/context.ts';
import type { Node } from '../../expression/node.ts';
import { unwrap } from '../../expression/node.ts';
import { holdsAny, wordsOf } from '../../recognise/evidence/words.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, writtenIn } from '../statements.ts';
import { isQueriesFirst, isRenormalised, scoresIn } from './attention.ts';
import { isMadeOf, namesOn } from './flow.ts';

export function* unweighted(statement: Computed): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    const [weights, values] = node.op === 'matmul' || (node.op === 'einsum' && node.args.length === 2) ? node.args : [];
    if (!weights || !values || !isOfValues(values)) continue;
    const scores = scoresIn(weights);
    if (!scores || isQueriesFirst(scores) !== true || scores.path.some(({ op }) => op === 'clamp' || op === 'tanh')) continue;
    const isMasked = scores.path.some(({ op }) => op === 'leftOut');
    const isScaled = scores.factors.some(({ node: factor }) => isMadeOf(factor, ({ op }) => op === 'sqrt' || op === 'rsqrt', 12));
    const names = statement.around.join(' ');
    if (!(isMasked || (isScaled && /att|sdpa|dot_product/i.test(names))) || otherKinds.test(names) || isRenormalised(node)) continue;
    yield {
      rule: 'function-missing',
      severity: 'warning',
      message: isMasked
        ? 'The masked scores weight the values as they are: what is masked has the greatest weight of all, below 0. The weights are their softmax.'
        : 'The scores weight the values as they are: the weights of a query do not sum to 1 and may be below 0. The weights are their softmax.',
      statement,
      at: writtenIn(statement, node),
      related: [],
      nearly: null,
      change: null,
    };
  }
}

/** Attention of other kinds takes none. */
const otherKinds =
  /linear|retention|retnet|perform|cosine|galerkin|fourier|hopfield|mega|gau|relu|sigmoid|poly|kernel|hyper|fast|mamba|ssm|delta|gated|lightning|softmax_?free|xlstm|mlstm/i;

const isOfValues = (node: Node): boolean =>
  namesOn(node).some((name) => holdsAny(wordsOf(name), ['v', 'value', 'values', 'xv', 'vs'])) && unwrap(node).op !== 'softmax';

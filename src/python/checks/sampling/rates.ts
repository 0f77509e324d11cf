/** Steps of a stochastic equation whose score is multiplied by what the noise is, and not by its square. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { make } from '../near/edit.ts';
import { textEdits } from '../near/write.ts';
import { factorsOf, isMadeOf, source, termsOf } from '../rules/flow.ts';
import { isDrawn, isLength, isScore } from './roots.ts';

/** The reverse of dx = f dt + g dw has the drift f − g² s: what multiplies the noise is squared before the score. */
export function* rateOfScores({ computed, textOf, imports }: Checked, told: readonly Fault[]): Generator<Fault> {
  const known = new Set(told.map(({ statement }) => statement));
  const noises = computed.flatMap((statement) => {
    const noise = statement.node.op === 'let' ? null : sizesIn(statement, isDrawn);
    const size = noise?.sizes.filter((one) => unwrap(one).op !== 'sqrt' && !isLength(one)) ?? [];
    const lengths = noise?.sizes.filter((one) => !size.includes(one)).map((one) => source(unwrap(one).args[0] ?? one)) ?? [];
    return size.length === 1 ? [{ statement, size: source(size[0]!), lengths }] : [];
  });
  const seen = new Set<Node>();
  for (const statement of noises.length > 0 ? computed : []) {
    const score = known.has(statement) || statement.node.op === 'let' ? null : sizesIn(statement, isScore);
    if (!score || seen.has(score.product)) continue;
    const isRateOf = (one: (typeof noises)[number], rate: Node | null): boolean => rate !== null && one.size === source(rate);
    const rateBeside = ({ lengths }: (typeof noises)[number]): Node | null => {
      const [rate, ...others] = score.sizes.filter((size) => !isLength(size) && !lengths.includes(source(size)));
      return rate && others.length === 0 && unwrap(rate).op !== 'square' ? rate : null;
    };
    const noise = noises.find((one) => one.statement.holder === statement.holder && isRateOf(one, rateBeside(one)));
    const rate = noise && rateBeside(noise);
    if (!rate) continue;
    seen.add(score.product);
    const wanted = make('square', [rate]);
    const edits = textEdits(
      { kind: 'missing function', there: rate, wanted, within: null, also: [] },
      { statement, computed, textOf, imports },
    );
    yield {
      rule: 'function-missing',
      severity: 'warning',
      message:
        'The score is multiplied by what the noise is multiplied by: that is the root of the rate of its variance, and the score has its square.',
      statement,
      at: statement.node,
      related: [{ node: noise.statement.node, message: 'The noise.' }],
      nearly: null,
      change: edits && { title: 'Take the square', makes: null, edits },
    };
  }
}

interface Sizes {
  /** What it is a factor of, without numbers. */
  readonly product: Node;
  readonly sizes: readonly Node[];
}

/** All that something of a statement is multiplied by, where it is there once. */
function sizesIn({ node }: Computed, isIt: (node: Node) => boolean): Sizes | null {
  const found = [...productsOf(node, isIt, [])].filter((factors) => factors.some(isIt));
  const [only] = found;
  const product = only?.find(isIt);
  if (found.length !== 1 || !product) return null;
  return { product: unwrap(product), sizes: only!.filter((factor) => !isIt(factor) && numberOf(factor) === null) };
}

/** The products that a statement is a sum of, brackets multiplied out; what is called something and has nothing of what is asked for is a factor. */
function* productsOf(node: Node, isIt: (node: Node) => boolean, outer: readonly Node[]): Generator<readonly Node[]> {
  const isWhole = (one: Node): boolean => one.op === 'let' && !isMadeOf(one, isIt, 200);
  for (const { node: term } of termsOf(node)) {
    const factors = factorsOf(term, isWhole).map((factor) => factor.node);
    const sum = factors.find((factor) => !isWhole(factor) && /^(?:add|subtract)$/.test(unwrap(factor).op));
    const rest = [...outer, ...factors.filter((factor) => factor !== sum)];
    if (sum && rest.length < mostFactors) yield* productsOf(sum, isIt, rest);
    else yield [...outer, ...factors];
  }
}

const mostFactors = 8;

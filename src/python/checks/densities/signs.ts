/** Logarithms of densities with other signs than what their sum is called has. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, usersOf, type Node } from '../../expression/node.ts';
import { namesOf } from '../../recognise/evidence/given.ts';
import { wordsOf } from '../../recognise/evidence/words.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes } from '../statements.ts';
import { madeFrom, termsOf } from '../rules/flow.ts';
import { exchanged } from './exchanged.ts';
import type { Kind } from './kinds.ts';
import { meanings, type Meaning } from './meanings.ts';
import { itself, nameOf, namesIn, sumOf, type Names, type Sum, type Term } from './sums.ts';

export function wrongSum(statement: Computed, names: Names, checked: Checked): Fault | null {
  const called = nameOf(statement, checked);
  const meaning = meanings.find((one) => isCalled(one, called));
  if (!meaning || (meaning.only && !speaksOf(meaning.only, statement))) return null;
  const sum = sumOf(itself(statement.node), names, meaning.isSigned);
  const another = meaning.instead && anotherIn(sum, meaning.instead, meaning, statement);
  if (another) return another;
  const signs = signsFor(sum, meaning);
  if (!signs || !isAnother(sum, signs, meaning)) return null;
  if (!meaning.isPart && !meaning.isBound && (isTakenOff(statement, checked) || isLogRatio(statement))) return null;
  const other = meaning.isBroken ? null : rightOne(signs, meaning, checked, statement);
  const isBroken = meaning.isBroken || other !== null || isAddedToLoss(statement, checked);
  return {
    rule: 'log-ratio-reversed',
    ...(!isBroken && { severity: 'info' as const }),
    message: `\`${statement.target || (statement.around[0] ?? '')}\` has ${inWords(signs)}, and here stands ${written(sum.terms)}: ${meaning.otherwise}.`,
    statement,
    at: statement.node,
    related: other ? [{ node: other.node, message: 'The same, the other way round.' }] : [],
    nearly: null,
    change: exchanged(sum.terms, statement, checked),
  };
}

/** One density in the place of another. */
function anotherIn(
  { terms, hasRest }: Sum,
  { kind, of, otherwise }: NonNullable<Meaning['instead']>,
  { signs: [signs] }: Meaning,
  statement: Computed,
): Fault | null {
  const wrong = terms.find((term) => term.kind === kind);
  const isRest = terms.every((term) => term === wrong || (term.kind !== of && signs?.[term.kind] === term.sign));
  if (!wrong || hasRest || terms.length !== 2 || !isRest || wrong.sign !== signs?.[of]) return null;
  return {
    rule: 'another-value',
    message: `\`${statement.target || (statement.around[0] ?? '')}\` is of ${symbols[of]}, and here stands ${symbols[kind]}: ${otherwise}.`,
    statement,
    at: wrong.node,
    related: [],
    nearly: null,
    change: null,
  };
}

const isCalled = ({ name, not }: Meaning, called: string): boolean => name.test(called) && !not?.test(called);

/** The signs that its terms have to have; null where it is not of these. */
function signsFor({ terms, hasRest }: Sum, { signs, isPart, isBound, name }: Meaning): Partial<Record<Kind, 1 | -1>> | null {
  if (terms.length < 2 || terms.some(({ of }) => of !== null) || (hasRest && !isPart && !isBound)) return null;
  const kinds = new Set(terms.map(({ kind }) => kind));
  if (kinds.size !== terms.length) return null;
  for (const one of signs) {
    if (![...kinds].every((kind) => one[kind] !== undefined)) continue;
    // A loss may be the bound itself, until all of it is seen.
    if (isBound && name.test('loss') && !kinds.has('likelihood')) return null;
    return one;
  }
  return null;
}

function isAnother({ terms }: Sum, signs: Partial<Record<Kind, 1 | -1>>, { isBound, isSigned }: Meaning): boolean {
  const wrong = terms.filter(({ kind, sign }) => signs[kind] !== sign);
  // With all signs the other way round it is maximised.
  if (isBound) return wrong.length > 0 && (wrong.length < terms.length || isSigned === true);
  return wrong.length === terms.length;
}

/** In its name, in the function's, or in what it is computed with. */
const speaksOf = (words: RegExp, statement: Computed): boolean =>
  [statement.target, statement.around[0] ?? '', ...statement.places.flatMap(({ node }) => namesOf(node).slice(0, 1))].some((name) =>
    words.test(wordsOf(name).join('_')),
  );

/** Whether all that is made of it takes it off, or adds it to a bound. */
function isTakenOff({ node, target }: Computed, { computed }: Checked): boolean {
  const uses = usersOf(node)
    .filter(({ op, attributes }) => op === 'let' && attributes['name'] === target)
    .flatMap((one) => usersOf(one).map((user) => [user, one] as const));
  const bounds = computed.filter((one) => /elbo|bound/i.test(one.target) && !/neg|loss/i.test(one.target));
  return (
    uses.length > 0 &&
    uses.every(
      ([user, one]) =>
        user.op === 'negate' ||
        (user.op === 'subtract' && user.args[1] === one) ||
        bounds.some((statement) => ownNodes(statement).has(user)),
    )
  );
}

/** Whatever it is called, its exponential is a ratio. */
const isLogRatio = ({ node }: Computed): boolean => [...madeFrom(node, staying, mostMade)].some(({ op }) => op === 'exp' || op === 'expm1');

const mostMade = 30;
const staying: ReadonlySet<string> = new Set('let inline clamp minimum maximum detach exp expm1 negate where nanToNum'.split(' '));

/** `loss = nll + beta * kl` */
function isAddedToLoss({ node, target, holder }: Computed, { computed }: Checked): boolean {
  if (target === '') return false;
  return computed.some(
    (one) =>
      one.holder === holder &&
      /(?:^|_)loss|^$|objective/.test(one.target) &&
      (one.target !== '' || /loss|elbo|objective|step|forward/.test(one.around[0] ?? '')) &&
      termsOf(averaged(one.node)).some(({ node: term, sign }) => sign === 1 && isWeighted(term, node, target)),
  );
}

function averaged(node: Node): Node {
  let inner = unwrap(node);
  while (inner.op === 'mean' || inner.op === 'sum') inner = unwrap(inner.args[0]!);
  return inner;
}

function isWeighted(term: Node, node: Node, name: string, depth = 0): boolean {
  if (term.op === 'let' && term.attributes['name'] === name && unwrap(term) === unwrap(node)) return true;
  if (depth > 3 || (numberOf(term) ?? 1) < 0) return false;
  return (
    (term.op === 'multiply' || term.op === 'mean' || term.op === 'sum') && term.args.some((arg) => isWeighted(arg, node, name, depth + 1))
  );
}

/** Another statement that is called so and has them the right way round. */
function rightOne(signs: Partial<Record<Kind, 1 | -1>>, meaning: Meaning, checked: Checked, statement: Computed): Computed | null {
  const { computed, textOf } = checked;
  for (const one of computed) {
    const called = nameOf(one, checked);
    if (one === statement || one.node.op === 'let' || !isCalled(meaning, called)) continue;
    const sum = sumOf(itself(one.node), namesIn(one, textOf(one)));
    const own = signsFor(sum, meaning);
    if (own === signs && sum.terms.every(({ kind, sign }) => own[kind] === sign)) return one;
  }
  return null;
}

const symbols: Readonly<Record<Kind, string>> = {
  posterior: 'log q(z|x)',
  prior: 'log p(z)',
  likelihood: 'log p(x|z)',
  aggregate: 'log q(z)',
  product: 'Σ log q(z_j)',
  policy: 'log π',
  reference: 'log π_ref',
  old: 'log π_old',
  p: 'log p',
  q: 'log q',
};

function inWords(signs: Partial<Record<Kind, 1 | -1>>): string {
  const all = Object.entries(signs) as [Kind, 1 | -1][];
  return joined(all.sort(([, a], [, b]) => b - a).map(([kind, sign]) => [symbols[kind], sign]));
}
const written = (terms: readonly Term[]): string => joined(terms.map(({ kind, sign }) => [symbols[kind], sign]));

const joined = (terms: readonly (readonly [string, 1 | -1])[]): string =>
  terms.map(([symbol, sign], at) => (at === 0 ? (sign < 0 ? `−${symbol}` : symbol) : `${sign < 0 ? ' − ' : ' + '}${symbol}`)).join('');

/** Causal masks that leave out the past in place of the future. Rows are queries, columns keys. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { isCallOfFile, ownNodes, placeOf } from '../statements.ts';
import { isQueriesFirst, scoresIn } from './attention.ts';
import { moving, namesOn } from './flow.ts';
import { isWritten } from './written.ts';

/** Where something holds: of pairs whose key is at most `k` after the query, or at least. */
interface Region {
  readonly part: 'lower' | 'upper';
  readonly k: number;
}

export function* causal(statement: Computed, checked: Checked): Generator<Fault> {
  yield* ofEither(statement, checked);
  for (const node of ownNodes(statement)) {
    if (node.op !== 'softmax') continue;
    const scores = scoresIn(node.args[0]!);
    if (!scores || scores.axes[0] !== -2 || scores.axes[1] !== -1 || !scores.isInPlace || isQueriesFirst(scores) === false) continue;
    for (const masked of scores.path) {
      const left = masked.op === 'leftOut' ? leftOutBy(masked) : null;
      if (!left || left.part !== 'lower' || (left.k !== -1 && left.k !== 0) || isBackwards(masked.args[1]!, statement)) continue;
      if (isToldOf(masked.args[1]!, statement, checked)) continue;
      const made = wrongFromStart(masked.args[1]!);
      const at = [...(made ? [made] : []), masked].find((one) => checked.computed.some((where) => placeOf(where, one))) ?? node;
      yield {
        rule: 'mask-transposed',
        message: transposed,
        statement,
        at,
        related: [],
        nearly: null,
        change: null,
      };
    }
  }
}

/** What a function gives, or an object keeps, that is called a causal mask, and can be none. */
function* ofEither(statement: Computed, checked: Checked): Generator<Fault> {
  const { target, around, node } = statement;
  if (target === '' ? !isCausalName(around[0] ?? '', node) : !isKept(target, around)) return;
  const message = noneWhy(node);
  if (!message) return;
  const made = [...origins(node)].map(settled).toReversed();
  yield {
    rule: 'mask-transposed',
    message,
    statement,
    at: made.find((one) => checked.computed.some((where) => where.holder === statement.holder && placeOf(where, one))) ?? node,
    related: [],
    nearly: null,
    change: null,
  };
}

/**
 * Why a mask is no causal one: what it adds takes out the past, or each token itself; or, of one of booleans, whether it holds for what is
 * seen or for what is hidden, since it says the same of the diagonal as of the future.
 */
function noneWhy(mask: Node): string | null {
  const low = lowIn(mask) ?? lowFilled(mask);
  if (low) {
    if (low.part === 'lower' && (low.k === -1 || low.k === 0)) return transposed;
    return low.part === 'upper' && low.k === 0
      ? 'This mask leaves out each token itself as well as those after it: for the first one nothing is left.'
      : null;
  }
  const region = regionOf(mask);
  if (region?.part === 'upper' && region.k === 0)
    return 'This mask is one from the diagonal on: as one of what is seen it shows the future and hides the past, and as one of what is hidden it hides each token from itself. What is seen is on the diagonal and below it.';
  return region?.part === 'lower' && region.k === -1
    ? 'This mask is one below the diagonal alone: as one of what is seen it hides each token from itself, and as one of what is hidden it hides the past and shows the future. What is seen is on the diagonal and below it.'
    : null;
}

const transposed =
  'This mask leaves out keys before the query and keeps those after it: the past is hidden and the future is seen. With rows for queries and columns for keys, what is left out is above the diagonal.';

const causalName = /causal|subsequent|look_?ahead|autoregress|no_?peek|future/i;
const elsewise = /strict|exclusive|shift|self|diag/i;

/** A mask, by what it is called or by what it is called in. */
const isCausalName = (holder: string, node: Node): boolean => {
  const names = [holder, ...namesBehind(node)];
  return names.some((name) => causalName.test(name)) && !names.some((name) => elsewise.test(name) || backwards.test(name));
};

/** What an object that attends makes when it is made, and keeps as its mask. */
const isKept = (name: string, [method = '', holder = '']: readonly string[]): boolean =>
  /^(?:__init__|__post_init__|setup|build)$/.test(method) && isKeptName(name, holder);
const isKeptName = (name: string, holder: string): boolean =>
  /mask|causal|^tri[lu]$/i.test(name) && !elsewise.test(name) && !backwards.test(name) && attending.test(holder);
const attending = /attn|atten|transformer|decoder|gpt|causal|llama/i;

/** A function of the file made it, or the object when it was made, and it is told there. */
const isToldOf = (mask: Node, { around }: Computed, checked: Checked): boolean =>
  [...origins(mask)].some((one) => {
    for (let made: Node | undefined = one; made;) {
      const [of]: readonly Node[] = made.args;
      if (isCallOfFile(made)) return isCausalName(String(made.attributes['callee']), of!) && noneWhy(of!) !== null;
      if (made.op === 'let' && isKeptName(String(made.attributes['name']), around.at(-1) ?? '') && !isWritten(checked, of!))
        return noneWhy(of!) !== null;
      made = made.op === 'let' || moving.has(made.op) || made.op === 'detach' ? of : undefined;
    }
    return false;
  });

const allowing = /allow|keep|kept|valid|visible|attend|tril|lower/i;
const hiding = /future|hid|block|exclu|left_?out|forbid|triu|upper|later/i;
/** What is said to look ahead, or to be read from its end, is meant so. */
const backwards = /past|previous|backward|revers|right_to_left|r2l|rtl|anti_?causal/i;

const isBackwards = (mask: Node, { around }: Computed): boolean => [...namesBehind(mask), ...around].some((name) => backwards.test(name));

/** What a mask is called, and what it was made of. */
function namesBehind(mask: Node): readonly string[] {
  const names: string[] = [];
  for (const one of origins(mask)) names.push(...namesOn(one));
  return names;
}

/** A mask, and what it was made of by turning it round, down to what says where it holds. */
function* origins(mask: Node): Generator<Node> {
  for (let made: Node | undefined = mask; made;) {
    yield made;
    const inner = settled(made);
    if (!inverting.has(inner.op) && !isExchange(inner) && !filling.has(inner.op)) return;
    made = inner.op === 'subtract' ? inner.args[1] : inner.args[0];
  }
}

/**
 * What a mask was made of, where that is the wrong one already, by what it is called or else by what is usual; null where it is what is
 * done with it that is wrong.
 */
function wrongFromStart(mask: Node): Node | null {
  const all = [...origins(mask)].map(settled);
  const made = all.find((one) => one.op === 'triangle' || ofPositions(one));
  if (!made) return null;
  if (lowIn(made)) return made;
  const region = regionOf(made);
  if (!region) return null;
  const names = namesBehind(mask);
  const says = names.some((name) => allowing.test(name)) ? 'lower' : names.some((name) => hiding.test(name)) ? 'upper' : null;
  if (says) return says === region.part ? null : made;
  return (region.part === 'lower' && region.k === -1) || (region.part === 'upper' && region.k === 0) ? made : null;
}

const filling: ReadonlySet<string> = new Set(['multiply', 'where']);
const inverting: ReadonlySet<string> = new Set('logicalNot subtract equal notEqual less greater'.split(' '));

/** Which pairs a mask takes out of the scores; null where the code does not tell. */
function leftOutBy(masked: Node): Region | null {
  const mask = masked.args[1]!;
  const low = lowIn(mask);
  if (low) return low;
  const region = regionOf(mask);
  return region && (masked.attributes['whereItHolds'] === true ? region : complement(region));
}

/** Of what is added: minus infinity on one side of the diagonal. */
function lowIn(mask: Node): Region | null {
  const inner = settled(mask);
  if (inner.op === 'where') return lowWhere(inner.args as [Node, Node, Node]);
  if (inner.op === 'triangle' && (numberOf(inner.args[0]!) ?? 0) < -1e3) return regionOf(inner);
  if (inner.op !== 'multiply') return null;
  const [a, b] = inner.args as [Node, Node];
  const [x, y] = [numberOf(a), numberOf(b)];
  if (y !== null && y < -1e3) return regionOf(a);
  return x !== null && x < -1e3 ? regionOf(b) : null;
}

/** `where(mask, 0, -inf)` */
function lowWhere([holds, then, otherwise]: readonly [Node, Node, Node]): Region | null {
  const [a, b] = [numberOf(then), numberOf(otherwise)];
  if (a !== null && a < -1e3) return regionOf(holds);
  if (b !== null && b < -1e3) return opposite(regionOf(holds));
  return null;
}

/** In two steps: what is hidden is filled with minus infinity, and what is left with 0. */
function lowFilled(mask: Node): Region | null {
  const { op, args } = settled(mask);
  const filled = op === 'where' ? args.map(unwrap).find((arg) => arg.op === 'leftOut') : undefined;
  return filled ? leftOutBy(filled) : null;
}

const complement = ({ part, k }: Region): Region => (part === 'lower' ? { part: 'upper', k: k + 1 } : { part: 'lower', k: k - 1 });

/** Without what only puts it into another shape, or takes its first rows and columns. */
function settled(node: Node): Node {
  let inner = unwrap(node);
  while (inner.args[0] && ((moving.has(inner.op) && !isExchange(inner) && isWhole(inner)) || inner.op === 'detach'))
    inner = unwrap(inner.args[0]);
  return inner;
}

const isExchange = ({ op }: Node): boolean =>
  op === 'swapAxes' || op === 'permute' || op === 'flip' || op === 'roll' || op === 'moveAxis' || op === 'rearrange';
/** Parts from elsewhere than the first entry are shifted. */
const isWhole = ({ op, attributes }: Node): boolean =>
  op !== 'index' || /^(?:slice:t?|new|dots)(?: (?:slice:t?|new|dots))*$/.test(String(attributes['spec']));

function regionOf(mask: Node): Region | null {
  const inner = settled(mask);
  const [a, b] = inner.args;
  switch (inner.op) {
    case 'triangle': {
      const k = inner.attributes['k'];
      return typeof k === 'number' ? { part: inner.attributes['part'] as Region['part'], k } : null;
    }
    case 'logicalNot':
      return opposite(regionOf(a!));
    case 'subtract':
      return numberOf(a!) === 1 ? opposite(regionOf(b!)) : null;
    case 'equal':
    case 'notEqual': {
      const value = numberOf(b!);
      if (value !== 0 && value !== 1) return ofPositions(inner);
      return (inner.op === 'equal') === (value === 1) ? regionOf(a!) : opposite(regionOf(a!));
    }
    case 'less':
      return numberOf(b!) !== null ? opposite(regionOf(a!)) : ofPositions(inner);
    case 'greater':
      return numberOf(b!) !== null ? regionOf(a!) : ofPositions(inner);
    case 'lessEqual':
    case 'greaterEqual':
      return ofPositions(inner);
    case 'swapAxes':
    case 'permute': {
      const region = regionOf(a!);
      const { axes } = inner.attributes;
      const isTransposed = axes === null || (inner.op === 'swapAxes' ? /^(?:1,0|0,1|-1,-2|-2,-1)$/ : /^1,0$/).test(String(axes));
      if (!region || !isTransposed) return null;
      return region.part === 'lower' ? { part: 'upper', k: -region.k } : { part: 'lower', k: -region.k };
    }
    default:
      return null;
  }
}

const opposite = (region: Region | null): Region | null => region && complement(region);

/** `rows[:, None] >= columns[None, :]` */
function ofPositions({ op, args }: Node): Region | null {
  const [a, b] = args.map(sideOf);
  if (!a || !b || a === b) return null;
  // As it is of keys against queries: j <= i is the lower part.
  const isKeyFirst = a === 'keys';
  const than = isKeyFirst
    ? op
    : ({ less: 'greater', greater: 'less', lessEqual: 'greaterEqual', greaterEqual: 'lessEqual' } as Record<string, string>)[op];
  switch (than) {
    case 'lessEqual':
      return { part: 'lower', k: 0 };
    case 'less':
      return { part: 'lower', k: -1 };
    case 'greaterEqual':
      return { part: 'upper', k: 0 };
    case 'greater':
      return { part: 'upper', k: 1 };
    default:
      return null;
  }
}

function sideOf(node: Node): 'queries' | 'keys' | null {
  const inner = unwrap(node);
  const [from] = inner.args;
  if (inner.op === 'arange') return inner.args.length === 1 ? 'keys' : null;
  if (!from || unwrap(from).op !== 'arange' || unwrap(from).args.length !== 1) return null;
  if (inner.op === 'expandDims') return inner.attributes['axis'] === 0 ? 'keys' : 'queries';
  if (inner.op !== 'index') return null;
  const spec = String(inner.attributes['spec']);
  return /slice: new$/.test(spec) ? 'queries' : /new slice:$/.test(spec) || spec === 'new' ? 'keys' : null;
}

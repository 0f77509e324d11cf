/** Causal masks that leave out the past in place of the future. Rows are queries, columns keys. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Call } from '../../syntax/ast.ts';
import type { Span } from '../../../maths/nesting.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, placeOf, writtenAround } from '../statements.ts';
import { isQueriesFirst, scoresIn } from './attention.ts';
import { leavesOutWhere } from './leavesOut.ts';
import { moving, namesOn } from './flow.ts';
import { callAt } from './syntax.ts';

/** Where something holds: of pairs whose key is at most `k` after the query, or at least. */
interface Region {
  readonly part: 'lower' | 'upper';
  readonly k: number;
}

export function* causal(statement: Computed, checked: Checked): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    if (node.op !== 'softmax') continue;
    const scores = scoresIn(node.args[0]!);
    if (!scores || scores.axes[0] !== -2 || scores.axes[1] !== -1 || !scores.isInPlace || isQueriesFirst(scores) === false) continue;
    for (const masked of scores.path) {
      const left = masked.op === 'leftOut' ? leftOutBy(masked, checked) : null;
      if (!left || left.part !== 'lower' || (left.k !== -1 && left.k !== 0) || isBackwards(masked.args[1]!, statement)) continue;
      const made = wrongFromStart(masked.args[1]!);
      const at = [...(made ? [made] : []), masked].find((one) => checked.computed.some((where) => placeOf(where, one))) ?? node;
      yield {
        rule: 'mask-transposed',
        message:
          'This mask leaves out keys before the query and keeps those after it: the past is hidden and the future is seen. With rows for queries and columns for keys, what is left out is above the diagonal.',
        statement,
        at,
        related: [],
        nearly: null,
        change: null,
      };
    }
  }
}

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
    if (!inverting.has(inner.op) && !isExchange(inner) && inner.op !== 'multiply') return;
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

const inverting: ReadonlySet<string> = new Set('logicalNot subtract equal notEqual less greater'.split(' '));

/** Which pairs a mask takes out of the scores; null where the code does not tell. */
function leftOutBy(masked: Node, checked: Checked): Region | null {
  const mask = masked.args[1]!;
  const low = lowIn(mask);
  if (low) return low;
  // Whether it takes out where the mask holds or where it does not is told by the call alone.
  for (const statement of checked.computed) {
    const within = placeOf(statement, masked) ? masked : writtenAround(statement, masked);
    const place = within && placeOf(statement, within);
    const call = place && callAt(statement, place);
    if (call) return regionLeft(call, mask);
  }
  return null;
}

function regionLeft(call: Call & Span, mask: Node): Region | null {
  const region = regionOf(mask);
  const where = region && leavesOutWhere(call);
  return region && where !== null ? (where ? region : complement(region)) : null;
}

/** Of what is added: minus infinity on one side of the diagonal. */
function lowIn(mask: Node): Region | null {
  const inner = settled(mask);
  if (inner.op === 'triangle' && (numberOf(inner.args[0]!) ?? 0) < -1e3) return regionOf(inner);
  if (inner.op !== 'multiply') return null;
  const [a, b] = inner.args as [Node, Node];
  const [x, y] = [numberOf(a), numberOf(b)];
  if (y !== null && y < -1e3) return regionOf(a);
  return x !== null && x < -1e3 ? regionOf(b) : null;
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

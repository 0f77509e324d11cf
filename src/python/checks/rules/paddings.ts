/** Masks of padding that leave out what counts and keep what does not. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, placeOf, writtenAround } from '../statements.ts';
import { scoresIn } from './attention.ts';
import { isUnknown, moving, namesOn, under } from './flow.ts';
import { saidOf } from './norms.ts';

export function* paddings(statement: Computed, checked: Checked): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    if (node.op !== 'leftOut' || !scoresIn(node.args[0]!)) continue;
    const mask = node.args[1]!;
    const within = placeOf(statement, node) ? node : writtenAround(statement, node);
    const low = lowWhere(mask);
    const says = saidBy(low ? low.mask : isAdded(mask) ? weightedIn(mask) : mask, saidOf(statement, checked), 0);
    if (!says || (says === 'counts') !== (low ? low.holds : node.attributes['whereItHolds'])) continue;
    yield {
      rule: 'mask-inverted',
      message: 'This leaves out the keys that count and keeps those that do not, as padding is: the mask is the other way round.',
      statement,
      at: within && checked.computed.some((one) => placeOf(one, within)) ? within : node,
      related: [],
      nearly: null,
      change: null,
    };
  }
}

/** `mask * -1e9`, added. */
const isAdded = (mask: Node): boolean => settled(mask).op === 'multiply';
const weightedIn = (mask: Node): Node => settled(mask).args.find((arg) => numberOf(arg) === null) ?? mask;

/** `where(mask, 0, -inf)`, added: what it takes out, and whether that is where it holds. */
function lowWhere(mask: Node): { readonly mask: Node; readonly holds: boolean } | null {
  const { op, args } = settled(mask);
  return op === 'where' ? { mask: args[0]!, holds: (numberOf(args[1]!) ?? 0) < 0 } : null;
}

/** `mask[:, None, None, :]`, as tokenizers give it: 1 for what is a token. */
function isOfKeys(mask: Node): boolean {
  let added = 0;
  let inner = unwrap(mask);
  while ((moving.has(inner.op) || inner.op === 'detach') && inner.op !== 'item' && inner.args[0]) {
    if (inner.op === 'expandDims') added++;
    else if (inner.op === 'index') {
      const spec = String(inner.attributes['spec']);
      if (!/^(?:slice:|new)(?: (?:slice:|new))*$/.test(spec) || !/slice:$/.test(spec)) return false;
      added += spec.split(' ').filter((one) => one === 'new').length;
    }
    inner = unwrap(inner.args[0]);
  }
  return (
    added === 2 &&
    inner.op === 'parameter' &&
    /mask$/i.test(namesOn(mask).at(-1) ?? '') &&
    !namesOn(mask).some((name) => otherMask.test(name))
  );
}

const otherMask = /pad|caus|look|future|subsequent|hid|block|ignor|exclud|invalid|drop|masked|head|tri[lu]|no_|not_|key_/i;

/** Which of the keys it holds for, by how it was made, or by a name that can mean nothing else. */
function saidBy(mask: Node, above: string, depth: number): 'counts' | 'padding' | null {
  const inner = settled(mask);
  const [a, b] = inner.args;
  if (depth > 12) return null;
  const of = (part: Node): 'counts' | 'padding' | null => saidBy(part, above, depth + 1);
  switch (inner.op) {
    case 'logicalNot':
      return opposite(of(a!));
    case 'subtract':
      return numberOf(a!) === 1 ? opposite(of(b!)) : null;
    case 'equal':
    case 'notEqual': {
      const value = numberOf(b!);
      if (isPadding(b!) || isPadding(a!)) return inner.op === 'equal' ? 'padding' : 'counts';
      if (value !== 0 && value !== 1) return null;
      const said = of(a!) ?? (isOfKeys(a!) ? 'counts' : null);
      return (inner.op === 'equal') === (value === 1) ? said : opposite(said);
    }
    case 'less':
    case 'greater':
    case 'lessEqual':
    case 'greaterEqual': {
      const [place, length] = isPlace(a!) ? [a!, b!] : [b!, a!];
      if (!isPlace(place) || !isLength(length)) return null;
      return inner.op.startsWith('less') === (place === a) ? 'counts' : 'padding';
    }
    default: {
      if (!isUnknown(inner)) return null;
      const names = namesOn(mask);
      if (names.some((name) => /(?:^|_)(?:non|not|no|un)_?pad/i.test(name))) return 'counts';
      if (names.some((name) => /(?:^|_)is_?pad|(?:^|_)padded(?:_|$)/i.test(name))) return 'padding';
      const documented = saidOfMask(names[0], above);
      if (documented) return documented;
      return names.some((name) => /(?:^|_)(?:is_)?valid(?:_|$)/i.test(name) && !/in_?valid/i.test(name)) ? 'counts' : null;
    }
  }
}

/** "mask is True where attending is allowed", in what is said above a function. */
function saidOfMask(name: string | undefined, said: string): 'counts' | 'padding' | null {
  if (!name || !/^\w+$/.test(name)) return null;
  const [sentence = ''] = new RegExp(`\\b${name}\\b[^;\\n]{0,20}?\\b(?:True|1|ones)\\b[^;.\\n]*`).exec(said) ?? [];
  const [rest = ''] = /\b(?:True|1|ones)\b.*/.exec(sentence) ?? [];
  if (rest === '' || negating.test(rest)) return null;
  const [counts, left] = [
    /allow|attend|keep|kept|valid|visible|\breal\b|\bmay\b|\bcan\b/.test(rest),
    /pad|masked|hid|ignor|block|exclud|left out|forbid/.test(rest),
  ];
  return counts === left ? null : counts ? 'counts' : 'padding';
}

/** "1 where nothing may be attended to" */
const negating = /\bnot\b|n't|cannot|\bFalse\b|\b0\b|zero|\b(?:nothing|never|none|nobody|no|without|except|unless|neither)\b/;

const opposite = (says: 'counts' | 'padding' | null): 'counts' | 'padding' | null => says && (says === 'counts' ? 'padding' : 'counts');

function settled(node: Node): Node {
  return under(node, ({ op }) => (moving.has(op) || op === 'detach') && op !== 'item');
}

/** The token that fills up. */
const isPadding = (node: Node): boolean =>
  /^pad(?:ding)?(?:_?(?:id|idx|index|token|value|token_id|symbol))?$/i.test(namesOn(node)[0] ?? '');
const isPlace = (node: Node): boolean => settled(node).op === 'arange';
const isLength = (node: Node): boolean =>
  namesOn(node).some((name) => /len|num_(?:valid|tokens)|n_valid/i.test(name)) && isUnknown(settled(node));

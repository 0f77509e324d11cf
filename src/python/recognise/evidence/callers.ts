/** What was computed by calls that are not followed: what these were given, and what else they gave. */

import { argumentsOf, leaves, measuring, operandsOf, unwrap, usersOf, type Node } from '../../expression/node.ts';
import { baseOf } from '../cut.ts';
import { holdsAny, wordsOf } from './words.ts';
import { namesOf } from './given.ts';
import { scheduleIn } from './tables.ts';

const mostLooked = 80;

/** Calls that returned it, or what it was computed from. */
function callsIn(node: Node): Node[] {
  const found: Node[] = [];
  const seen = new Set<Node>([node]);
  for (const one of seen) {
    if (seen.size > mostLooked) break;
    if (one.op === 'opaque' || one.op === 'gradient') found.push(one);
    else if (one.op === 'item' || !leaves.has(one.op)) for (const arg of operandsOf(one)) seen.add(arg);
  }
  return found;
}

/** What calls were given, and what that was computed from without further calls. */
function givenTo(calls: readonly Node[]): ReadonlySet<Node> {
  const seen = new Set<Node>(calls.flatMap(argumentsOf));
  for (const one of seen) {
    if (seen.size > mostLooked * 2) break;
    if (!leaves.has(one.op) || one.op === 'item') for (const arg of operandsOf(one)) seen.add(arg);
  }
  return seen;
}

/** Whether a call that `node` came from was given `other`. */
export function wasGiven(node: Node, other: Node): boolean {
  const inner = baseOf(other);
  return givenTo(callsIn(node)).has(inner);
}

/** Whether the call that returned it, if one did, was given more than one thing, however they were put together. */
export function wasToldMore(node: Node): boolean {
  const call = baseOf(node);
  if (call.op !== 'opaque') return true;
  const given = argumentsOf(call);
  if (given.length !== 1) return true;
  const { op, args } = unwrap(given[0]!);
  return (op === 'concatenate' || op === 'stack') && args.length > 1;
}

const nothing: readonly string[] = 'none null uncond unconditional empty negative neg un no drop zeros'.split(' ');

/** Nothing, or what stands for it. */
function isNoCondition(node: Node): boolean {
  const inner = unwrap(node);
  if (inner.op === 'number' || inner.op === 'full' || inner.op === 'zeros' || inner.op === 'zerosLike') return true;
  return namesOf(node).some((name) => holdsAny(wordsOf(name), nothing));
}

/** Whether `node` was returned by the same as `other`, without the condition that this was given. */
export function wentWithout(node: Node, other: Node): boolean {
  const [plain, conditioned] = [baseOf(node), baseOf(other)];
  if (plain === conditioned) return isHalfOfDoubled(node) && isHalfOfDoubled(other);
  if (plain.op !== 'opaque' || conditioned.op !== 'opaque' || plain.attributes['callee'] !== conditioned.attributes['callee']) return false;
  const [own, theirs] = [plain.args, conditioned.args];
  const shared = own.filter((arg, place) => arg === theirs[place]).length;
  if (own.length > theirs.length || shared < 2) return false;
  const differing = theirs.length - shared;
  if (own.length < theirs.length) return shared === own.length;
  return differing > 0 && differing <= 2 && own.every((arg, place) => arg === theirs[place] || isNoCondition(arg));
}

/** A half of what a call gave that had been given everything twice. */
function isHalfOfDoubled(node: Node): boolean {
  const call = baseOf(node);
  return call.op === 'opaque' && argumentsOf(call).some(isDoubled);
}

function isDoubled(node: Node): boolean {
  const { op, args } = unwrap(node);
  if ((op === 'concatenate' || op === 'stack') && args.length === 2) return unwrap(args[0]!) === unwrap(args[1]!);
  return op === 'tile' || op === 'repeat';
}

/** What a sum is made of, through names. */
function summands(node: Node): Node[] {
  const inner = unwrap(node);
  if (inner.op === 'add' || inner.op === 'negate' || inner.op === 'subtract' || inner.op === 'sum') return inner.args.flatMap(summands);
  return [inner];
}

/** Whether one of its summands was returned together with what `other` was computed from. */
export function cameWith(node: Node, other: Node): boolean {
  const calls = new Set(summands(node).flatMap((one) => (one.op === 'item' ? [baseOfItem(one)] : [])));
  const measured = [...sources(other)].find((one) => one.op === 'opaque' && one.attributes['callee'] === 'log_prob')?.args.at(-1);
  const point = measured ?? other;
  return [...sources(point)].some((one) => one.op === 'item' && calls.has(baseOfItem(one)) && !summands(node).includes(one));
}

function baseOfItem(node: Node): Node {
  let inner = node;
  while (inner.op === 'item') inner = unwrap(inner.args[0]!);
  return inner;
}

/** What it was computed from, without further calls but the first. */
function sources(node: Node): ReadonlySet<Node> {
  const seen = new Set<Node>([node]);
  for (const one of seen) {
    if (seen.size > mostLooked) break;
    if (one !== node && one.op === 'opaque') continue;
    for (const arg of operandsOf(one)) seen.add(arg);
  }
  return seen;
}

/** The time that something was looked up at, or that what gave it was given: the last thing. */
function timeOf(node: Node): Node | null {
  const table = scheduleIn(node);
  for (let inner = node; ; inner = inner.args[0]!) {
    if ((inner.op === 'index' || inner.op === 'gather') && inner.args.length > 1) return table ? unwrap(inner.args[1]!) : null;
    if (inner.op === 'inline') return inner.args.length > 2 ? unwrap(inner.args.at(-1)!) : null;
    if (inner.op === 'opaque') return inner.args.length > 1 && inner.attributes['bound'] === true ? timeAmong(inner) : null;
    if (!inner.args[0] || (leaves.has(inner.op) && inner.op !== 'item')) return null;
  }
}

/** No length of something. */
function timeAmong({ args }: Node): Node | null {
  const last = unwrap(args.at(-1)!);
  return measuring.has(last.op) || last.op === 'number' || last.op === 'stack' ? null : last;
}

export function areAtOneTime(nodes: readonly Node[]): boolean {
  if (nodes.length < 2) return false;
  const [first, ...others] = nodes.map(timeOf);
  return (
    first !== undefined && first !== null && others.every((time) => time === first) && new Set(nodes.map(unwrap)).size === nodes.length
  );
}

/** Whether a call was given `time`, and beside it what `a` and `b` were put together to. */
export function areToldWith(time: Node, a: Node, b: Node): boolean {
  const mixed = new Set(madeOfBoth(a, b));
  if (mixed.size === 0) return false;
  const base = baseOf(time);
  const views = new Set<Node>([base]);
  for (const one of views)
    for (const user of usersOf(one)) if (views.size < mostMixed && mixing.has(user.op) && !mixed.has(user)) views.add(user);
  return [...views].some((view) =>
    usersOf(view).some(
      (user) => user.op === 'opaque' && argumentsOf(user).includes(view) && argumentsOf(user).some((arg) => mixed.has(baseOf(arg))),
    ),
  );
}

const mixing: ReadonlySet<string> = new Set('let inline multiply add subtract negate lerp reshape expand expandDims squeeze'.split(' '));
const mostMixed = 40;

/** Values that two others were put together to, by sums and products. */
export function madeOfBoth(a: Node, b: Node): Node[] {
  const of = (node: Node): ReadonlySet<Node> => {
    const seen = new Set<Node>([baseOf(node)]);
    for (const one of seen) {
      if (seen.size > mostMixed) break;
      for (const user of usersOf(one)) if (mixing.has(user.op)) seen.add(user);
    }
    return seen;
  };
  const others = of(b);
  return [...of(a)].filter((node) => others.has(node) && mixtures.has(node.op));
}

const mixtures: ReadonlySet<string> = new Set(['add', 'subtract', 'lerp']);

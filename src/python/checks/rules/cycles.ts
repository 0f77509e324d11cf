/** What came back from a round through two networks, compared with something else than what went in. */

import type { Computed } from '../../expression/follow/context.ts';
import { argumentsOf, leaves, unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Change, Fault } from '../fault.ts';
import { ownNodes, placeOf, writtenIn } from '../statements.ts';
import { spanWithin } from './changes.ts';
import { isMadeOf, namesOn, source } from './flow.ts';
import { comparisonsIn, crossed } from './pairs.ts';

export function* cycles(statement: Computed, checked: Checked): Generator<Fault> {
  // Where names tell it of two together, it is told of them once.
  if (crossed(statement, checked).next().done !== true) return;
  for (const { sides, at } of comparisonsIn(statement)) {
    for (const [back, other] of [sides, [sides[1], sides[0]] as const]) {
      const round = roundIn(back);
      if (!round || !isElse(other, round) || !isThereAndBack(round, statement, checked)) continue;
      const [gone] = namesOn(round.given);
      yield {
        rule: 'pair-crossed',
        severity: 'info',
        message: `What came back through ${round.first} and ${round.second} is compared with ${namesOn(other)[0] ?? 'something else'}: it has to be what went in${gone ? `, ${gone}` : ''}.`,
        statement,
        at: writtenIn(statement, at),
        related: [],
        nearly: null,
        change: gone ? withGiven(statement, writtenIn(statement, at), other, gone) : null,
      };
      break;
    }
  }
}

interface Round {
  /** What the networks are called, in the order in which they are asked. */
  readonly first: string;
  readonly second: string;
  readonly given: Node;
  readonly between: Node;
}

/** `second(first(given))` */
function roundIn(node: Node): Round | null {
  const outer = callIn(node);
  const between = outer && callIn(outer.given);
  if (!between || between.name === outer.name || callIn(between.given)) return null;
  return { first: between.name, second: outer.name, given: between.given, between: between.call };
}

function callIn(node: Node): { readonly name: string; readonly given: Node; readonly call: Node } | null {
  const call = source(node);
  if (call.op !== 'opaque' || call.attributes['bound'] !== true) return null;
  // JAX hands on the weights as well, Keras whether it trains.
  const given = argumentsOf(call).filter(
    (arg) => !isFlag(unwrap(arg)) && !/^(?:params?|variables|state|training|rngs?|key)$/.test(namesOn(arg)[0] ?? ''),
  );
  return given.length === 1 ? { name: String(call.attributes['callee']), given: given[0]!, call } : null;
}

const isFlag = ({ op, attributes }: Node): boolean =>
  op === 'number' || (op === 'global' && /^(?:true|false|none)$/i.test(String(attributes['name'])));

/** Something that is given as well, or what was between. */
function isElse(other: Node, { given, between }: Round): boolean {
  const [inner, own] = [source(other), source(given)];
  if (inner === own || isMadeOf(other, (part) => part === own, 60)) return inner === between;
  return leaves.has(inner.op) && leaves.has(own.op) && inner.op === own.op && inner.op !== 'opaque' && namesOn(other).length > 0;
}

/** Whether the second network undoes what the first does: by their names, or since both orders are computed. */
function isThereAndBack({ first, second }: Round, statement: Computed, { computed }: Checked): boolean {
  if (areInverse(first, second)) return true;
  const isBack = (node: Node): boolean => {
    const round = node.op === 'opaque' ? roundIn(node) : null;
    return round !== null && round.first === second && round.second === first;
  };
  return computed.some((one) => one.holder === statement.holder && [...ownNodes(one)].some((node) => isBack(unwrap(node))));
}

/** `G_ab` and `G_ba`, `netG_A` and `netG_B`. */
function areInverse(a: string, b: string): boolean {
  const same = [...a].findIndex((letter, at) => letter !== b[at]);
  if (same < 1 || a.length !== b.length) return false;
  const [x, y] = [a.slice(same), b.slice(same)];
  if (x.length > 1) return x === [...y].reverse().join('');
  return /(?:^|_|net)g(?:en(?:erator)?)?_?$/i.test(a.slice(0, same));
}

function withGiven(statement: Computed, there: Node, other: Node, name: string): Change | null {
  const around = placeOf(statement, there);
  const span = around && spanWithin(statement, around, other);
  return span && /^\w+$/.test(name) ? { title: `Compare it with ${name}`, edits: [{ ...span, text: name }] } : null;
}

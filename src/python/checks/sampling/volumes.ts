/** Log-determinants that count the wrong way round: of the map that was applied to the data they are added to the density of what came of it. */

import { numberOf, unwrap, usersOf, type Node } from '../../expression/node.ts';
import { calledFor } from '../../recognise/findings.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { make } from '../near/edit.ts';
import { textEdits } from '../near/write.ts';
import { factorsOf, isMadeOf, made, source, termsOf } from '../rules/flow.ts';
import { isCallOfFile, ownNodes, reachedWithin } from '../statements.ts';
import { boundTo } from './bound.ts';

export function* volumesTurned({ found, computed, textOf, imports }: Checked, told: readonly Fault[]): Generator<Fault> {
  const known = new Set(told.map(({ statement }) => statement));
  for (const { computed: statement, recognition, place } of found) {
    if (recognition.formula.id !== 'flow_nll' || recognition.kind !== 'value' || known.has(statement) || calledFor(place.node) !== null)
      continue;
    const density = (boundTo(recognition, 'base') ?? boundTo(recognition, 'latent'))?.node;
    const volume = boundTo(recognition, 'volume')?.node;
    const added = density && volume ? signOf(volume, density) : null;
    const meant = added && isTaken(density!) ? { ...added, sign: added.sign === 1 ? (-1 as const) : (1 as const) } : added;
    const sign = recognition.reading.remark === undefined ? 1 : -1;
    if (!meant || meant.sign === sign) continue;
    // What a function of the file does is told of there.
    if ([...ownNodes(statement)].some((node) => isCallOfFile(node) && reachedWithin(node).has(volume!))) continue;
    // The mean of what has a name is told of there.
    if (isSaid(place.node, found)) continue;
    known.add(statement);
    const sum = [...ownNodes(statement)].find(({ op, args }) => (op === 'add' || op === 'subtract') && args.includes(volume!));
    const wanted = sum && make(sum.op === 'add' ? 'subtract' : 'add', sum.args);
    const edits =
      sum && textEdits({ kind: 'sign', there: sum, wanted: wanted!, within: null, also: [] }, { statement, computed, textOf, imports });
    yield {
      rule: 'other-sign',
      ...(meant.isSeen && { severity: 'warning' as const }),
      message: `The log-determinant is that of the map from the data to what the density is of, by how that stretches them: it is ${meant.sign === 1 ? 'added, not taken off' : 'taken off, not added'} (${recognition.formula.name}).`,
      statement,
      at: sum ?? place.node,
      related: [{ node: volume!, message: 'The log-determinant.' }],
      nearly: null,
      change: edits ? { title: 'Turn the sign', makes: null, edits } : null,
    };
  }
}

/** Whether a mean or a sum is of something with a name that is the formula itself. */
function isSaid(node: Node, found: Checked['found']): boolean {
  let inner = node;
  while (inner.op === 'mean' || inner.op === 'sum' || inner.op === 'negate') inner = inner.args[0]!;
  return (
    inner.op === 'let' &&
    found.some(({ place, recognition }) => recognition.formula.id === 'flow_nll' && unwrap(place.node) === unwrap(inner))
  );
}

/** Whether it is minus the logarithm of a density: squares are added. */
const isTaken = (density: Node, by = 1): boolean =>
  termsOf(density).some(({ node, sign }) => {
    const factors = factorsOf(node).map((one) => unwrap(one.node));
    const turned = factors.reduce((all, factor) => all * Math.sign(numberOf(factor) ?? 1), sign * by);
    // What is summed may have its sign within.
    const summed = factors.find(({ op }) => op === 'sum' || op === 'mean');
    if (summed) return isTaken(summed.args[0]!, turned);
    return factors.some((factor) => isMadeOf(factor, ({ op }) => op === 'square', 12)) && turned > 0;
  });

interface Meant {
  readonly sign: 1 | -1;
  /** By what is computed, and not by what a call gives together. */
  readonly isSeen: boolean;
}

/** With which sign a log-determinant belongs to the density; null where that is not told. */
function signOf(volume: Node, density: Node): Meant | null {
  const found: Meant[] = [];
  for (const { node, sign } of termsOf(volume)) {
    const term = source(node);
    if (numberOf(term) !== null || term.op === 'carried') continue;
    const meant = term.op === 'sum' ? ofScales(term.args[0]!, density) : ofCall(term, density);
    if (!meant) return null;
    found.push({ ...meant, sign: meant.sign === sign ? 1 : -1 });
  }
  const [first] = found;
  return first && found.every(({ sign }) => sign === first.sign) ? first : null;
}

/** The sum of s, where what the density is of was multiplied by exp(s), or by exp(−s). */
function ofScales(scales: Node, density: Node): Meant | null {
  const [inner, turned] = plain(scales);
  const signs = new Set<1 | -1>();
  for (const part of made(density, 300)) {
    if (part.op !== 'exp') continue;
    const [scale, isNegative] = plain(part.args[0]!);
    if (scale !== inner) continue;
    for (const user of usersWithin(part)) {
      if (user.node.op !== 'multiply' && user.node.op !== 'divide') continue;
      const isBelow = user.node.op === 'divide' && user.node.args[1] === user.value;
      signs.add(isNegative === turned && !isBelow ? 1 : isNegative !== turned && isBelow ? 1 : -1);
    }
  }
  const [sign] = signs;
  return sign !== undefined && signs.size === 1 ? { sign, isSeen: true } : null;
}

/** What is under a minus, whatever it is called. */
function plain(node: Node): readonly [Node, isNegative: boolean] {
  let inner = source(node);
  let isNegative = false;
  while (inner.op === 'negate') {
    isNegative = !isNegative;
    inner = source(inner.args[0]!);
  }
  return [inner, isNegative];
}

function usersWithin(value: Node): { readonly node: Node; readonly value: Node }[] {
  return usersOf(value).flatMap((node) => (node.op === 'let' ? usersWithin(node) : [{ node, value }]));
}

/** What a call gives beside the sample that the density is of. */
function ofCall(term: Node, density: Node): Meant | null {
  const call = term.op === 'item' ? unwrap(term.args[0]!) : null;
  if (call?.op !== 'opaque' || /inv|backward|reverse/i.test(String(call.attributes['callee']))) return null;
  const isBeside = ({ op, args }: Node): boolean => op === 'item' && unwrap(args[0]!) === call;
  return isMadeOf(density, isBeside, 120) ? { sign: 1, isSeen: false } : null;
}

/** Formulas that were found, each right by itself, and that contradict each other or what their values are called. */

import type { Computed } from '../expression/follow/context.ts';
import { unwrap, usersOf, type Node } from '../expression/node.ts';
import { namesOf } from '../recognise/evidence/given.ts';
import { calledFor, type Found } from '../recognise/findings.ts';
import type { Checked } from './checked.ts';
import type { Fault } from './fault.ts';
import { misnamedForm } from './near/naming.ts';
import { isKept } from './near/vetoes.ts';
import { kindsOf } from './noising/samples.ts';
import { isMadeOf, made } from './rules/flow.ts';
import { ownNodes } from './statements.ts';

export function* contradictions({ found, computed: all, textOf }: Checked, told: readonly Fault[]): Generator<Fault> {
  yield* pathsAndTargets(found);
  yield* waysFromPaths(found, all);
  const known = new Set(told.map(({ statement }) => statement));
  for (const { computed, recognition, place } of found) {
    // A function of the file is told of itself.
    if (recognition.kind !== 'value' || known.has(computed) || calledFor(place.node) !== null) continue;
    const wrong = misnamedForm(recognition);
    // What an object gathers may have been gathered with either sign.
    if (!wrong || (wrong.node.op === 'let' && isKept(wrong.node))) continue;
    const [named] = computed.places.filter(({ node }) => node === wrong.node);
    // Of what was made of it before, that is told there.
    if (!named && told.some(({ at, statement }) => statement !== computed && isMadeOf(at, (part) => part === wrong.node))) continue;
    const code = named ? textOf(named) : wrong.name;
    yield {
      rule: 'another-form',
      message: `\`${code}\` is used as the ${wrong.used} by the formula (${recognition.formula.name}), and called the ${wrong.called}.`,
      statement: computed,
      at: wrong.node,
      related: [],
      nearly: null,
      change: null,
    };
  }
}

/** The derivative of the path x_t = (1 − t) a + t b is b − a. */
function* pathsAndTargets(found: readonly Found[]): Generator<Fault> {
  const paths = found.filter(({ recognition }) => recognition.formula.id === 'fm_interp');
  for (const { computed, recognition } of found) {
    if (recognition.formula.id !== 'fm_target' && recognition.formula.id !== 'fm_loss') continue;
    for (const path of paths) {
      const ends = path.computed.holder === computed.holder ? endsOf(path.recognition) : null;
      const reversed =
        ends &&
        [...ownNodes(computed)].find(
          ({ op, args }) => op === 'subtract' && unwrap(args[0]!) === ends.source && unwrap(args[1]!) === ends.target,
        );
      if (!reversed || usersOf(reversed).some(({ op }) => op === 'negate')) continue;
      const isPathTurned = path.computed !== computed && calledFor(path.place.node) === null && isTurned(ends, path);
      yield {
        rule: 'against-the-path',
        message: isPathTurned
          ? 'The path runs against the velocity that is learned on it, by what its ends are called: at time 0 it has to be at the one, at time 1 at the other.'
          : 'The target is minus the derivative of the path that the same code uses: x_t = (1 − t) a + t b has the velocity b − a, and samples follow it to b.',
        statement: isPathTurned ? path.computed : computed,
        at: isPathTurned ? path.computed.node : reversed,
        related: [isPathTurned ? { node: reversed, message: 'The velocity.' } : { node: path.computed.node, message: 'The path.' }],
        nearly: null,
        change: isPathTurned ? null : { title: 'Exchange the two ends', there: reversed, write: exchanged },
      };
      break;
    }
  }
}

/** Whether the ends of a path are called after the other's time: x0 where it is at x1, or noise where no noise is left. */
function isTurned({ source, target, time }: Ends, { computed: { places } }: Found): boolean {
  const nameOf = (node: Node): string => {
    const named = places.find((place) => place.node.op === 'let' && unwrap(place.node) === node);
    return namesOf(named?.node ?? node)[0] ?? '';
  };
  const [first, last] = [nameOf(source), nameOf(target)];
  if (/^[a-z]+_?1$/i.test(first) && last === first.replace('1', '0')) return true;
  // A level of noise is the share of the noise.
  return time !== null && /^sigmas?$/i.test(nameOf(time)) && kindsOf(source).join() === 'noise';
}

/** From a point of the path to its end it is 1 − t of the whole way, and the velocity is the whole way at every time. */
function* waysFromPaths(found: readonly Found[], all: readonly Computed[]): Generator<Fault> {
  for (const path of found) {
    const ends = path.recognition.formula.id === 'fm_interp' ? endsOf(path.recognition) : null;
    const point = unwrap(path.computed.node);
    for (const { computed, recognition } of ends ? found : []) {
      if (computed.holder !== path.computed.holder || recognition.formula.id !== 'fm_loss') continue;
      const way = [...made(computed.node, 200)].find(({ op, args }) => {
        const [to, from] = args.map(unwrap);
        return op === 'subtract' && ((to === ends!.target && from === point) || (to === point && from === ends!.source));
      });
      if (!way || !isCompared(way)) continue;
      const line = all.find((one) => one.holder === computed.holder && one.node.op !== 'let' && ownNodes(one).has(way));
      yield {
        rule: 'against-the-path',
        message:
          'The target is the way from a point of the path to its end, or from its start: only a share of the velocity, which is the way from end to end at every time.',
        statement: line ?? computed,
        at: way,
        related: [{ node: path.computed.node, message: 'The path.' }],
        nearly: null,
        change: null,
      };
      break;
    }
  }
}

/** Over the time that is left it is the velocity. */
const isCompared = (way: Node): boolean =>
  usersOf(way).every((user) => (user.op === 'let' ? isCompared(user) : user.op !== 'divide' && user.op !== 'multiply'));

/** `a - b` is `b - a`; anything else is left as it is. */
function exchanged(text: string): string {
  const parts = /^\s*([\w.]+)\s*-\s*([\w.]+)\s*$/.exec(text);
  return parts ? `${parts[2]!} - ${parts[1]!}` : `-(${text})`;
}

interface Ends {
  readonly source: Node;
  readonly target: Node;
  readonly time: Node | null;
}

/** The two ends of a path in the order of its time; null where that is not told. */
export function endsOf(recognition: Found['recognition']): Ends | null {
  if (recognition.kind !== 'value') return null;
  const bound = new Map<string, Node>();
  let form: string | null = null;
  let time: Node | null = null;
  for (const [node, choice] of recognition.binding.choices) {
    if (!('role' in choice)) continue;
    bound.set(choice.role.id, unwrap(node));
    if (choice.role.id === 'time') [form, time] = [choice.encoding?.id ?? 'time', unwrap(node)];
  }
  // Of the time that is left it runs the other way.
  if (form !== 'time' && form !== 'rest') return null;
  const [source, target] = [bound.get('source'), bound.get('target')];
  if (!source || !target) return null;
  return form === 'time' ? { source, target, time } : { source: target, target: source, time };
}

/** Formulas that were found, each right by itself, and that contradict each other or what their values are called. */

import { unwrap, usersOf, type Node } from '../expression/node.ts';
import { calledFor, type Found } from '../recognise/findings.ts';
import type { Checked } from './checked.ts';
import type { Fault } from './fault.ts';
import { misnamedForm } from './near/naming.ts';
import { ownNodes } from './statements.ts';

export function* contradictions({ found, textOf }: Checked, told: readonly Fault[]): Generator<Fault> {
  yield* pathsAndTargets(found);
  yield* waysFromPaths(found);
  const known = new Set(told.map(({ statement }) => statement));
  for (const { computed, recognition, place } of found) {
    // A function of the file is told of itself.
    if (recognition.kind !== 'value' || known.has(computed) || calledFor(place.node) !== null) continue;
    const wrong = misnamedForm(recognition);
    if (!wrong) continue;
    const [named] = computed.places.filter(({ node }) => node === wrong.node);
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
      yield {
        rule: 'against-the-path',
        message:
          'The target is minus the derivative of the path that the same code uses: x_t = (1 − t) a + t b has the velocity b − a, and samples follow it to b.',
        statement: computed,
        at: reversed,
        related: [{ node: path.computed.node, message: 'The path.' }],
        nearly: null,
        change: { title: 'Exchange the two ends', there: reversed, write: exchanged },
      };
      break;
    }
  }
}

/** From a point of the path to its end it is 1 − t of the whole way, and the velocity is the whole way at every time. */
function* waysFromPaths(found: readonly Found[]): Generator<Fault> {
  for (const path of found) {
    const ends = path.recognition.formula.id === 'fm_interp' ? endsOf(path.recognition) : null;
    const point = unwrap(path.computed.node);
    for (const { computed, recognition } of ends ? found : []) {
      if (computed.holder !== path.computed.holder || recognition.formula.id !== 'fm_loss') continue;
      const way = [...ownNodes(computed)].find(({ op, args }) => {
        const [to, from] = args.map(unwrap);
        return op === 'subtract' && ((to === ends!.target && from === point) || (to === point && from === ends!.source));
      });
      // Over the time that is left it is the velocity.
      if (!way || usersOf(way).some(({ op }) => op === 'divide' || op === 'multiply' || op === 'let')) continue;
      yield {
        rule: 'against-the-path',
        message:
          'The target is the way from a point of the path to its end, or from its start: only a share of the velocity, which is the way from end to end at every time.',
        statement: computed,
        at: way,
        related: [{ node: path.computed.node, message: 'The path.' }],
        nearly: null,
        change: null,
      };
      break;
    }
  }
}

/** `a - b` is `b - a`; anything else is left as it is. */
function exchanged(text: string): string {
  const parts = /^\s*([\w.]+)\s*-\s*([\w.]+)\s*$/.exec(text);
  return parts ? `${parts[2]!} - ${parts[1]!}` : `-(${text})`;
}

/** The two ends of a path in the order of its time; null where that is not told. */
export function endsOf(recognition: Found['recognition']): { source: Node; target: Node } | null {
  if (recognition.kind !== 'value') return null;
  const bound = new Map<string, Node>();
  let time: string | null = null;
  for (const [node, choice] of recognition.binding.choices) {
    if (!('role' in choice)) continue;
    bound.set(choice.role.id, unwrap(node));
    if (choice.role.id === 'time') time = choice.encoding?.id ?? 'time';
  }
  // Of the time that is left it runs the other way.
  if (time !== 'time' && time !== 'rest') return null;
  const [source, target] = [bound.get('source'), bound.get('target')];
  if (!source || !target) return null;
  return time === 'time' ? { source, target } : { source: target, target: source };
}

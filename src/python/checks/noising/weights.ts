/** Weights of a loss that are those of another prediction. */

import type { Span } from '../../../maths/nesting.ts';
import { unwrap, usersOf, type Node } from '../../expression/node.ts';
import { holdsAny, wordsOf } from '../../recognise/evidence/words.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { isMadeOf } from '../rules/flow.ts';

/** min(SNR, γ) / SNR weighs the error of the noise; that of a velocity is SNR + 1 times that of the clean sample. */
export function* weightsOfNoise({ found, textOf }: Checked, told: readonly Fault[]): Generator<Fault> {
  const known = new Set(told.map(({ statement }) => statement));
  for (const { computed: statement, recognition, place } of found) {
    if (recognition.formula.id !== 'min_snr' || recognition.kind !== 'value' || recognition.reading.remark !== undefined) continue;
    const { op, args } = unwrap(place.node);
    const [capped, ratio] = args;
    const error = errorBeside(place.node);
    if (known.has(statement) || op !== 'divide' || !capped || !ratio || !error || !isOfVelocity(error)) continue;
    known.add(statement);
    // What is divided by stands last.
    const below = statement.places
      .filter(({ node }) => node === ratio)
      .reduce<Span | null>((last, one) => (last && last.start > one.start ? last : one), null);
    const edits = below && [{ start: below.start, end: below.end, text: `(${textOf(below)} + 1)` }];
    yield {
      rule: 'other-factor',
      message: 'This is the weight of the noise’s error, and the error is that of a velocity: below stands SNR + 1 for it.',
      statement,
      at: place.node,
      related: [{ node: error, message: 'The error of the velocity.' }],
      nearly: null,
      change: edits && { title: 'Divide by SNR + 1', edits },
    };
  }
}

/** What a weight is multiplied with, by whatever name. */
function errorBeside(weight: Node): Node | null {
  for (const user of usersOf(weight)) {
    if (user.op === 'multiply') return user.args.find((arg) => arg !== weight) ?? null;
    const error = user.op === 'let' || user.op === 'reshape' || user.op === 'detach' ? errorBeside(user) : null;
    if (error) return error;
  }
  return null;
}

/** The error of what is called a velocity, or given by a function that is called so. */
const isOfVelocity = (error: Node): boolean => isMadeOf(error, ({ op, args }) => op === 'subtract' && args.some(isVelocity));

function isVelocity(node: Node): boolean {
  const name = node.op === 'let' ? node.attributes['name'] : node.op === 'inline' ? node.attributes['callee'] : null;
  return typeof name === 'string' && holdsAny(wordsOf(name), ['velocity', 'v target', 'target v', 'get v', 'v']);
}

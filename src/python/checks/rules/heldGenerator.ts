/** A step of the discriminator whose gradients go on to the generator, and are still there at its own step. */

import type { Computed } from '../../expression/follow/context.ts';
import { argumentsOf, unwrap, type Node } from '../../expression/node.ts';
import { wordsOf } from '../../recognise/evidence/words.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { placeOf, reached } from '../statements.ts';
import { made, namesOn } from './flow.ts';

export function* heldGenerator(statement: Computed, { computed, textOf }: Checked): Generator<Fault> {
  const loss = backwardOf(statement);
  if (!loss) return;
  const own = computed.filter((one) => one.holder === statement.holder);
  const after = own.filter((one) => one.start > statement.start);
  // The next step is the discriminator's, and the one after that the generator's, whose gradients nothing clears before.
  const steps = after.filter((one) => calledOn(one, 'step') !== null);
  const [first, second] = steps.map((one) => playerOf(calledOn(one, 'step')!));
  const next = after.find((one) => backwardOf(one));
  if (first !== 'd' || second !== 'g' || !next || next.start < steps[0]!.start || next.start > steps[1]!.start) return;
  const cleared = after.filter((one) => one.start < next.start).map((one) => calledOn(one, 'zero_grad'));
  if (cleared.some((of) => of && playerOf(of) !== 'd') || isSwitched(statement, textOf)) return;
  for (const asked of answersIn(loss)) {
    const where = own.find((one) => placeOf(one, asked.call));
    if (!where || where.detached || own.some((one) => one.detached && reached(one.node).has(asked.generated))) continue;
    yield {
      rule: 'generator-not-held',
      message:
        'The examples are not detached, so that the loss of the discriminator reaches the generator as well, and nothing clears these gradients before the generator’s own step: it follows both losses.',
      statement: where,
      at: asked.call,
      related: [{ node: steps[1]!.node, message: 'They are used here.' }],
      nearly: null,
      change: null,
    };
    return;
  }
}

/** Gradients of the networks are switched on and off by hand. */
const isSwitched = ({ holder }: Computed, textOf: Checked['textOf']): boolean =>
  holder !== null && /requires_grad|toggle_/.test(textOf(holder));

/** What has its gradients taken. */
function backwardOf({ node }: Computed): Node | null {
  const inner = unwrap(node);
  return inner.op === 'opaque' && inner.attributes['callee'] === 'backward' ? (inner.args[0] ?? null) : null;
}

/** What a method is called of, by itself. */
function calledOn({ node }: Computed, method: string): Node | null {
  const inner = unwrap(node);
  return inner.op === 'opaque' && inner.attributes['callee'] === method ? (inner.args[0] ?? null) : null;
}

/** Whose optimiser, or whose network: by its name, else by what it was made for. */
function playerOf(node: Node): 'g' | 'd' | null {
  const inner = unwrap(node);
  const of = inner.op === 'opaque' ? inner.args.flatMap((arg) => [arg, ...unwrap(arg).args]) : [];
  for (const name of [...namesOn(node), ...of.flatMap(namesOn)]) {
    const player = playerIn(name);
    if (player) return player;
  }
  return null;
}

function playerIn(name: string): 'g' | 'd' | null {
  const words = wordsOf(name.replace(/(?<=opt|net|optim)(?=[GD]\b)/g, '_'));
  const has = (all: readonly string[]): boolean => words.some((word) => all.includes(word));
  const [g, d] = [has(['g', 'gen', 'generator']), has(['d', 'disc', 'discriminator', 'critic', 'dis', 'c'])];
  return g === d ? null : g ? 'g' : 'd';
}

interface Asked {
  readonly call: Node;
  readonly generated: Node;
}

/** What a discriminator is asked of examples of a generator that are not held constant. */
function* answersIn(loss: Node): Generator<Asked> {
  for (const node of made(loss)) {
    if (node.op !== 'opaque' || playerIn(String(node.attributes['callee'])) !== 'd') continue;
    for (const arg of argumentsOf(node)) {
      const inner = unwrap(arg);
      if (inner.op === 'detach' || arg.op === 'detach') continue;
      if (inner.op === 'opaque' && playerIn(String(inner.attributes['callee'])) === 'g') yield { call: node, generated: inner };
    }
  }
}

/** Examples that are held where the generator is to learn from them, or are not where the discriminator is. */

import type { Computed } from '../../expression/follow/context.ts';
import { argumentsOf, operandsOf, unwrap, type Node } from '../../expression/node.ts';
import { wordsOf } from '../../recognise/evidence/words.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { placeOf, reached } from '../statements.ts';
import { made, namesOn } from './flow.ts';

/** A loss of the generator whose examples are held constant: no gradient reaches it. */
export function* heldExamples(statement: Computed, { computed }: Checked): Generator<Fault> {
  const trained = backwardOf(statement);
  const own = computed.filter((one) => one.holder === statement.holder);
  const isAlone = !trained && isLossOfGenerator(statement) && !own.some((one) => backwardOf(one));
  const loss = trained ?? (isAlone ? statement.node : null);
  if (!loss || statement.detached || statement.node.op === 'let') return;
  if (trained && !isTrainedHere(statement, own)) return;
  for (const call of made(loss)) {
    if (call.op !== 'opaque' || playerIn(String(call.attributes['callee'])) !== 'd' || !argumentsOf(call).some(isHeldExample)) continue;
    const before = trained && own.findLast((one) => one.start < statement.start && backwardOf(one));
    const asked = own.findLast((one) => placeOf(one, call) !== null && one.node.op !== 'let');
    // What was asked for the discriminator's step is used again.
    const where =
      !asked || (before && asked.start < before.start)
        ? own.findLast((one) => unwrap(one.node) === unwrap(loss) && one.node.op !== 'let')
        : asked;
    yield {
      rule: 'held-side',
      severity: 'warning',
      message: 'The generated examples are held constant in a loss of the generator: no gradient reaches it.',
      statement: where ?? statement,
      at: where === asked ? call : (where ?? statement).node,
      related: trained ? [{ node: statement.node, message: 'Here it is to learn.' }] : [],
      nearly: null,
      change: null,
    };
    return;
  }
}

/** By what it is called, where nothing else says whose it is. */
function isLossOfGenerator({ target, around: [holder = ''] }: Computed): boolean {
  const name = target === '' ? holder : target;
  return /loss|adv/i.test(name) && playerIn(name) === 'g';
}

/** Whether the next step is the generator's alone. */
function isTrainedHere(statement: Computed, own: readonly Computed[]): boolean {
  const after = own.filter((one) => one.start > statement.start);
  const next = after.find((one) => backwardOf(one));
  const steps = after.filter((one) => calledOn(one, 'step') !== null && (!next || one.start < next.start));
  return steps.length === 1 && playerOf(calledOn(steps[0]!, 'step')!) === 'g';
}

/** What a generator made, or what is called so, behind a detach, and nothing of the kind beside it. */
function isHeldExample(arg: Node): boolean {
  let isHeld = false;
  const seen = new Set<Node>([arg]);
  for (const one of seen) {
    if (seen.size > 60) return false;
    if (one.op === 'detach') isHeld ||= isGenerated(one.args[0]!);
    else if (isGenerated(one)) return false;
    else if (one.op !== 'opaque') for (const part of operandsOf(one)) seen.add(part);
  }
  return isHeld;
}

const isGenerated = (node: Node): boolean => {
  const inner = unwrap(node);
  return (
    (inner.op === 'opaque' && playerIn(String(inner.attributes['callee'])) === 'g') ||
    ((node.op === 'let' ? inner.op === 'opaque' : node.op === 'parameter') && /fake|(?:^|_)gen(?:erated|_|$)/i.test(namesOn(node)[0] ?? ''))
  );
};

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

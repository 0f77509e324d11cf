/** Which value of the code is which role of a formula. */

import type { Encoding, Role, ValueReading } from '../../../formulas/reading.ts';
import { unwrap, type Node } from '../../expression/node.ts';
import type { Cut } from '../cut.ts';
import type { Given } from '../evidence/given.ts';
import type { Degree } from '../screening/degrees.ts';
import { inputsOf } from './inputs.ts';
import type { Binding, Choice, Choices, Option, Outlook } from './choice.ts';
import { lacksLiteral, literalsOf } from './literals.ts';
import { needsOf } from './needs.ts';
import { likeliest, mayBeSeveral, optionsIn } from './options.ts';

/** As many are tried, at most, of one piece of code and one formula. */
const most = 48;
/** And where names do not help. */
const mostBlind = 160;
/** And as many are begun. */
const mostSteps = 900;

const everything: Outlook = { start: -1, of: () => -1, isOpen: () => true };

/** The likeliest first: by names, then by all that shapes of dependence allow. */
export function* bindings(
  cut: Cut,
  reading: ValueReading,
  degrees: ReadonlyMap<Node, Degree>,
  outlook: Outlook = everything,
  maySpan: (input: Node, role: Role, encoding: Encoding | null) => boolean,
): Generator<Binding> {
  const inputs = inputsOf(cut);
  const { required, requiredCount } = needsOf(reading);
  let all = optionsIn(cut, reading, degrees, outlook);
  if (!all || !isFeasible(all, required, outlook) || lacksLiteral(cut, reading, all)) return;
  all = all.map((options, place) =>
    options.filter(({ choice, isOneOfSeveral, open }) => {
      if (!('role' in choice) || isOneOfSeveral || open === 0) return true;
      return maySpan(inputs[place]!.node, choice.role, choice.encoding);
    }),
  );
  if (!isFeasible(all, required, outlook)) return;
  const likely = all.map((options, place) => likeliest(options, inputs[place]!));
  const isPlain = likely.every((options, place) => options.length === all[place]!.length);
  let count = 0;
  // Names that mislead are given a chance where there are few.
  for (const options of isPlain || inputs.length > 4 ? [likely] : [likely, all]) {
    const limit = options === likely ? most : mostBlind;
    for (const choices of chosen(inputs, options, reading, required, requiredCount, outlook)) {
      for (const literals of literalsOf(cut, reading, choices)) {
        if (count++ >= limit) break;
        yield { choices, literals };
      }
      if (count >= limit) break;
    }
  }
}

/** Whether every value may be something and every role may be had, by what speaks for it in one and the same way. */
function isFeasible(options: readonly (readonly Option[])[], required: number, { start }: Outlook): boolean {
  let open = start;
  const byRole: number[] = [];
  for (const own of options) {
    let any = 0;
    for (const option of own) {
      any |= option.open;
      if (option.role >= 0) byRole[option.role] = (byRole[option.role] ?? 0) | option.open;
    }
    open &= any;
  }
  for (let role = 0; required >> role > 0; role++) if (required & (1 << role)) open &= byRole[role] ?? 0;
  return open !== 0;
}

/** Every choice in which each required role is bound. Those with the fewest options are decided first. */
function* chosen(
  inputs: readonly Given[],
  options: readonly (readonly Option[])[],
  { roles }: ValueReading,
  required: number,
  requiredCount: number,
  outlook: Outlook,
): Generator<Choices> {
  const order = inputs.map((_, place) => place).sort((a, b) => options[a]!.length - options[b]!.length);
  const at = new Int32Array(order.length).fill(-1);
  /** Whether the option that a value stands at is taken, and what is open with it. */
  const taken = new Uint8Array(order.length);
  const open = new Int32Array(order.length + 1).fill(outlook.start);
  /** The forms in which each role is held so far. */
  const held: (Encoding | null)[][] = roles.map(() => []);
  let bound = 0;
  let depth = 0;
  for (let steps = 0; depth >= 0 && steps < mostSteps; steps++) {
    const own = options[order[depth]!]!;
    if (taken[depth]) {
      taken[depth] = 0;
      const { role } = own[at[depth]!]!;
      if (role >= 0) {
        held[role]!.pop();
        if (held[role]!.length === 0 && required & (1 << role)) bound--;
      }
    }
    const next = own[++at[depth]!];
    if (!next) {
      at[depth--] = -1;
      continue;
    }
    open[depth + 1] = open[depth]! & next.open;
    if (open[depth + 1] === 0) continue;
    if (next.role >= 0) {
      const forms = held[next.role]!;
      const { encoding } = next.choice as { encoding: Encoding | null };
      if (forms.length > 0) {
        // A role is one value, which code may hold in several forms at once: a root of it and the root of one minus it.
        if (!encoding || forms.includes(encoding) || !mayBeSeveral(inputs[order[depth]!]!, roles[next.role]!, encoding)) continue;
        // Nor is it a second form of one that the name says is another.
        if (own[0]!.score >= 2 && next.score < own[0]!.score - 0.5) continue;
      } else if (required & (1 << next.role)) bound++;
      forms.push(encoding);
    }
    taken[depth] = 1;
    if (requiredCount - bound > order.length - depth - 1) continue;
    if (depth + 1 < order.length) {
      depth++;
      continue;
    }
    const choices = new Map<Node, Choice>();
    for (let place = 0; place < order.length; place++)
      choices.set(inputs[order[place]!]!.node, options[order[place]!]![at[place]!]!.choice);
    if (areOfOneOwner(choices) && outlook.isOpen(choices, open[order.length]!)) yield choices;
  }
}

/** What holds one role in several forms belongs together: `q.var` and `p.logvar` are of two Gaussians. */
function areOfOneOwner(choices: Choices): boolean {
  const owners = new Map<Role, Node | null>();
  for (const [node, choice] of choices) {
    const inner = unwrap(node);
    if (!('role' in choice) || inner.op !== 'attribute') continue;
    const owner = inner.args[0] ?? null;
    if (owners.has(choice.role) && owners.get(choice.role) !== owner) return false;
    owners.set(choice.role, owner);
  }
  return true;
}

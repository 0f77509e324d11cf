/** Errors between two sides of which the wrong one, or both, or none is held constant. */

import type { Computed } from '../../expression/follow/context.ts';
import { unwrap, type Node } from '../../expression/node.ts';
import { isNearest } from '../../recognise/evidence/origins.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, placeOf, writtenAround } from '../statements.ts';
import { namesUnder } from './counterparts.ts';
import { factorsOf, moving, namesOn, source, termsOf, under } from './flow.ts';

type Sides = readonly [Node, Node];

interface Held {
  readonly message: string;
  readonly severity: 'warning' | 'info';
}

export function* detached(statement: Computed, checked: Checked): Generator<Fault> {
  if (statement.detached || isReversed(statement)) return;
  const told = ({ message, severity }: Held, at: Node): Fault => ({
    ...{ rule: 'held-side', severity, message, statement, at, related: [], nearly: null, change: null },
  });
  const errors = [...ownNodes(statement)].flatMap((node) => {
    const inner = node.op === 'square' || node.op === 'abs' ? unwrap(node.args[0]!) : null;
    return inner?.op === 'subtract' ? [{ node, sides: inner.args as unknown as Sides }] : [];
  });
  for (const { node, sides } of errors) {
    const fault =
      ofFeatures(statement, sides) ?? ofNothing(statement, sides) ?? (errors.length === 1 ? ofQuantised(statement, sides, checked) : null);
    if (fault) yield told(fault, writtenAround(statement, node) ?? node);
  }
  // What another statement has added is told of there.
  if (statement.node.op === 'let') return;
  const alike = heldAlike(statement, checked);
  if (alike) yield alike;
  // What was added before to the sum that goes on here.
  const gathered = checked.computed.filter(
    (one) => one.target !== '' && one.target === statement.target && one.holder === statement.holder,
  );
  const isGathered = (node: Node): boolean => gathered.some((one) => placeOf(one, node));
  const terms = termsOf(statement.node).flatMap(({ node }) => {
    const sides = node.op === 'let' || placeOf(statement, node) || isGathered(node) ? errorIn(node) : null;
    return sides ? [{ node, sides }] : [];
  });
  for (const [place, second] of terms.entries()) {
    const first = terms.slice(0, place).find((one) => isOfSame(one.sides, second.sides));
    if (!first || (second.node.op !== 'let' && !placeOf(statement, second.node))) continue;
    // Each is told of by itself where it has a name that says which of the two it is.
    if ([first, second].some(({ node }) => node.op === 'let' && isNamedHalf(namesOn(node)[0] ?? ''))) continue;
    const [a, b] = [heldOf(first.sides), heldOf(second.sides)];
    if (a.length + b.length === 1 && (isOfCode(first.sides) || isOfCode(second.sides))) {
      const free = a.length === 0 ? first : second;
      yield told(half, placeOf(statement, free.node) ? free.node : unwrap(statement.node));
      continue;
    }
    const idle = a.length === 2 && b.length === 1 ? first : a.length === 1 && b.length === 2 ? second : null;
    if (idle && !ofNothing(statement, idle.sides)) {
      yield told(both, placeOf(statement, idle.node) ? idle.node : unwrap(statement.node));
      continue;
    }
    const isNeither = a.length === 0 && b.length === 0 && (isOfCode(first.sides) || isOfCode(second.sides));
    if (isNeither || (a.length === 1 && b.length === 1 && source(a[0]!) === source(b[0]!)))
      yield told(isNeither ? neither : same, placeOf(statement, second.node) ? second.node : unwrap(statement.node));
  }
}

const same: Held = {
  message:
    'Both terms hold the same side constant, so that the other one is trained twice and this one never: of the code book and the commitment, each holds one.',
  severity: 'warning',
};
const both: Held = { message: 'Both sides are held constant, so that nothing is trained by this.', severity: 'warning' };
const half: Held = {
  message:
    'This term holds neither side constant, so that it moves both the code and what is quantised: of the code book and the commitment, each holds one.',
  severity: 'info',
};
const neither: Held = {
  message:
    'Neither term holds a side constant, so that both are one and the same: the code book is to follow what is quantised, and what is quantised is to keep to its code.',
  severity: 'info',
};

/** The error of a code book and the commitment, in two statements or two of one statement, that hold the same side. */
function heldAlike(statement: Computed, { computed }: Checked): Fault | null {
  const own = errorIn(statement.node);
  if (!own || heldOf(own).length !== 1) return null;
  const held = source(heldOf(own)[0]!);
  const before = computed.filter((one) => one !== statement && one.holder === statement.holder && one.start <= statement.start);
  const others = before.flatMap((one) => {
    // Alternatives have one name.
    const sides = one.target === statement.target || one.node.op === 'let' ? null : errorIn(one.node);
    return sides && sides !== own && isOfSame(sides, own) ? [{ sides, one }] : [];
  });
  const [other] = others;
  if (others.length !== 1 || !other || heldOf(other.sides).length !== 1 || source(heldOf(other.sides)[0]!) !== held) return null;
  if (!isOfCode(own) && ![statement, other.one].every(({ target }) => isNamedHalf(target))) return null;
  // The code book's loss that holds the code is told of by itself.
  if (isOfCode(own) && [statement, other.one].some(({ target }) => isCodebook(target))) return null;
  return {
    rule: 'held-side',
    severity: same.severity,
    message: same.message,
    statement,
    at: statement.node,
    related: [],
    nearly: null,
    change: null,
  };
}

/** What is to be great, or is a discriminator's, is held the other way round. */
const isReversed = ({ node, target, around }: Computed): boolean =>
  unwrap(node).op === 'negate' || /(?:^|_)(?:d|disc|discriminator|critic)_?(?:loss|fm)/i.test(`${target} ${around[0] ?? ''}`);

/** The two sides of a term that is a mean of squares, times a number. */
function errorIn(term: Node): Sides | null {
  for (const { node } of factorsOf(term)) {
    let inner = unwrap(node);
    while (inner.op === 'mean' || inner.op === 'sum') inner = unwrap(inner.args[0]!);
    const difference = inner.op === 'square' ? unwrap(inner.args[0]!) : null;
    if (difference?.op === 'subtract') return difference.args as unknown as Sides;
  }
  return null;
}

const isHeld = (node: Node): boolean => {
  const inner = under(node, ({ op }) => moving.has(op) || op === 'mean');
  return inner.op === 'detach';
};
const heldOf = (sides: Sides): readonly Node[] => sides.filter(isHeld);

const words = (node: Node): string => namesUnder(node).join(' ');
const isFake = (node: Node): boolean => /fake|gen(?:erated)?(?:_|\b)|synth/i.test(words(node));
const isReal = (node: Node): boolean => /real|target|true/i.test(words(node));
const isOfFeatures = ({ around, target }: Computed, sides: readonly Node[]): boolean =>
  [...around.slice(0, 2), target, ...sides.map(words)].some((name) => /feat|(?:^|_)f_|match|(?:^|_)fm(?:_|$)/i.test(name));

/** Features of generated images that are held, beside those of real ones that are not. */
function ofFeatures(statement: Computed, sides: Sides): Held | null {
  const held = sides.find(isHeld);
  const free = sides.find((side) => !isHeld(side));
  if (!held || !free || !isFake(held) || !isReal(free) || isFake(free) || !isOfFeatures(statement, sides)) return null;
  return {
    message: 'The generated side is held constant and the real one is not: the generator gets no gradient from this.',
    severity: 'warning',
  };
}

/** Nothing is left that could be trained. */
function ofNothing(statement: Computed, sides: Sides): Held | null {
  const names = [statement.target, statement.around[0] ?? ''];
  const isLoss = isOfFeatures(statement, []) || names.some((name) => /loss|crit|match/i.test(name));
  if (!sides.every(isHeld) || !(names.some(isNamedHalf) || (isLoss && isOfFeatures(statement, sides)))) return null;
  return both;
}

// "e_latent_loss" moves the encoder, and "q_latent_loss" the code.
const isCommitment = (name: string): boolean => /commit|^e_latent/i.test(name);
const isCodebook = (name: string): boolean => /code_?book|embed\w*_loss|^q_latent/i.test(name);
const isNamedHalf = (name: string): boolean => isCommitment(name) || isCodebook(name);

const isCode = (side: Node): boolean => isNearest(source(side)) || /^(?:z_?q|quant\w*|e|codes?|codewords?)$/.test(namesOn(side)[0] ?? '');
const isOfCode = (sides: Sides): boolean => sides.some(isCode);

/** Two errors of the same two things. */
function isOfSame(a: Sides, b: Sides): boolean {
  const [x, y] = [a.map(source), b.map(source)];
  return (x[0] === y[0] && x[1] === y[1]) || (x[0] === y[1] && x[1] === y[0]);
}

/** A commitment or the error of a code book by its name, between something and its nearest code, with the wrong side held. */
function ofQuantised(statement: Computed, sides: Sides, { computed }: Checked): Held | null {
  const name = statement.target === '' ? (statement.around[0] ?? '') : statement.target;
  if (isCommitment(name) === isCodebook(name)) return null;
  const code = sides.find(isCode);
  const other = sides.find((side) => side !== code);
  if (!code || !other) return null;
  if (isCommitment(name) && !isHeld(code) && !isHeld(other))
    return {
      message:
        'The code is not held constant, so that the commitment moves the code book as well: its gradient is to reach what is quantised alone.',
      severity: 'info',
    };
  const [kept, moved] = isCommitment(name) ? [code, other] : [other, code];
  if (isHeld(kept) || !isHeld(moved)) return null;
  // Where only the names of the two are exchanged, both are trained.
  const beside = computed.flatMap((one) => (one !== statement && one.holder === statement.holder ? (errorIn(one.node) ?? []) : []));
  for (let at = 0; at + 1 < beside.length; at += 2) {
    const pair = [beside[at]!, beside[at + 1]!] as const;
    if (isOfSame(pair, sides) && heldOf(pair).some((held) => source(held) === source(kept))) return null;
  }
  return {
    message: isCommitment(name)
      ? 'The commitment holds what is quantised constant and moves the code: its gradient is to reach what is quantised alone.'
      : 'This holds the code constant and moves what is quantised: the error of the code book is to reach the code alone.',
    severity: 'warning',
  };
}

/** Edits that make a formula of code, and yet are no mending of a slip: what the code has was meant. */

import { argumentsOf, leaves, numberOf, operandsOf, unwrap, usersOf, type Node } from '../../expression/node.ts';
import type { Role } from '../../../formulas/reading.ts';
import { affinity, formFits } from '../../recognise/binding/affinity.ts';
import type { Choice, Choices } from '../../recognise/binding/choice.ts';
import type { Cut } from '../../recognise/cut.ts';
import type { Surroundings } from '../../recognise/evidence/evidence.ts';
import { given, namesOf } from '../../recognise/evidence/given.ts';
import { holdsAny, wordsOf } from '../../recognise/evidence/words.ts';
import { factorsOf, isMadeOf, made, source } from '../rules/flow.ts';
import { isCallOfFile } from '../statements.ts';
import type { Edit } from './edit.ts';
import { allNamed, type Named } from './naming.ts';
import { isComplement, isLessOne } from './possible.ts';
import { isShare } from './repertoire.ts';

/** Parts of a value that are looked at. */
const mostMade = 40;

/** An edit, where it is made. */
export interface Trial {
  readonly edit: Edit;
  /** The code as it is, and as it would be. */
  readonly cut: Cut;
  readonly changed: Cut;
  readonly surroundings: Surroundings;
}

/** By why an edit is not asked about, whichever formula it would make. */
export const vetoes: Readonly<Record<string, (trial: Trial) => boolean>> = {
  logarithm: isLogarithm,
  cancelled: isCancelled,
  'in other units': isInOtherUnits,
  'made on': isMadeOn,
  // The rest of a rest is the share itself.
  'complement twice': ({ edit: { kind, there, wanted } }) =>
    kind === 'missing function' && isComplement(wanted) && isComplement(unwrap(there)),
  // A number that keeps something within bounds has the sign that it needs.
  'of a bound': ({ edit: { there, wanted }, cut: { order } }) =>
    there.op === 'number' &&
    wanted.op === 'number' &&
    order.some(({ op, args }) => /^(?:maximum|minimum|clamp)$/.test(op) && args.includes(there)),
  // One of a table is what is meant, not the whole of it.
  'made of its items': ({ edit: { kind, there, wanted } }) =>
    kind === 'another value' &&
    isMadeOf(there, (part) => part.op === 'item' && isMadeOf(part, (one) => one === unwrap(wanted), 12), mostMade),
  // What an object holds may have been kept with either sign.
  kept: ({ edit: { kind, there, wanted } }) =>
    (kind === 'sign' && wanted.op === 'negate' && (isKept(there) || isMeanOfKept(there))) ||
    (wanted.op === 'reciprocal' && unwrap(there).op === 'exp' && isMeanOfKept(unwrap(there).args[0]!)),
  // Of a logarithm that is its sign.
  'upside down in a logarithm': ({ edit: { wanted, within } }) => wanted.op === 'reciprocal' && within?.op === 'log',
  // Nobody takes the same of one value twice for what is taken of two.
  twice: ({ edit: { kind }, changed: { order } }) =>
    kind === 'another value' && order.some(({ op, args: [one, other] }) => op === 'add' && isTwin(one!, other!, mostAlike)),
  // A mean that runs on is made of what it was.
  updated: ({ edit: { kind, there, wanted } }) =>
    kind === 'another value' && unwrap(wanted).op === 'attribute' && isMadeOf(there, (part) => part === unwrap(wanted), 40),
  // What is left out altogether was meant.
  unused: ({ edit, cut, changed }) => changed.inputs.length < cut.inputs.length && edit.kind !== 'another value',
};

/** By why an edit is no mending of one formula. */
export const vetoesOn: Readonly<Record<string, (trial: Trial, named: Named) => boolean>> = {
  composite: isComposite,
  'complement of real': isComplementOfReal,
  // The loss of a discriminator is called "d loss" too.
  derivative: ({ edit: { kind }, surroundings: { around } }, { formula: { family } }) =>
    kind === 'missing function' &&
    family !== 'GAN' &&
    around
      .slice(0, 1)
      .map(wordsOf)
      .some((words) => holdsAny(words, ofDerivatives)),
  'of label': isOfLabel,
  // Any sum may be such a formula, and this one adds noise.
  'drawn noise': ({ edit: { kind, there } }, { reading }) =>
    kind === 'another value' && (reading.rank ?? 1) < 1 && unwrap(there).op === 'normal',
  'of a number of things': ({ edit: { kind, there } }, { choices: [first] }) => {
    const choice = kind === 'sign' ? first!.get(there) : undefined;
    return choice !== undefined && 'role' in choice && (choice.role.domain === 'length' || choice.role.domain === 'positive');
  },
  'of weight': isOfWeight,
  'against names': ({ edit }, { choices: [first], reading }) =>
    edit.kind === 'swapped' && (!areNamed([edit.there, edit.wanted], first!) || ((reading.rank ?? 1) < 1 && areLetters(edit))),
  'beside the formula': ({ edit, cut }, named) => !isOfFormula(edit, tellingIn(cut, named)) || isTakenForOne(edit, named),
  // Of a process with less noise the deviation is another one.
  'of less noise': ({ surroundings: { around } }, { formula: { id } }) =>
    id === 'eps_from_score' && around.some((name) => /sub_?vp/i.test(name)),
  // What two discriminators say is no answer of one to what is real and to what is not.
  'of two judges': (_, { formula: { family }, choices: [first] }) => {
    const judges = [...first!].flatMap(([node, choice]) => {
      const { op, attributes } = unwrap(node);
      return 'role' in choice && op === 'opaque' && attributes['bound'] === true ? [attributes['callee']] : [];
    });
    return family === 'GAN' && new Set(judges).size > 1;
  },
  // What a critic says is no probability, nor the logarithm of one.
  'score of a critic': (_, { formula, choices: [first] }) =>
    (formula.id === 'wgan_d' || formula.id === 'gan_g_linear') &&
    [...first!].some(([node, choice]) => 'role' in choice && /^(?:log|logSigmoid|sigmoid)$/.test(unwrap(node).op)),
  // How much of each end a velocity has is told by its path, and a share of it may be meant.
  'share of a velocity': ({ edit: { kind, wanted } }, { formula }) =>
    formula.id === 'fm_loss' && (kind === 'another value' || kind.endsWith('factor') || isLessOne(wanted)),
  // What is divided by its scale and not squared is the distance of a Laplace distribution.
  'of another density': ({ edit: { wanted }, cut: { operations, literals } }, { formula }) =>
    formula.id === 'gauss_nll' && wanted.op === 'square' && operations.has('abs') && !literals.some((value) => Math.abs(value) === 0.5),
  // What is a part of it already, in another form, is no factor that it lacks.
  'twice one part': ({ edit: { kind, there, wanted } }, { choices: [first] }) => {
    const roleOf = (node: Node): Role | null => {
      const choice = first!.get(node);
      return choice && 'role' in choice ? choice.role : null;
    };
    if (kind !== 'missing factor') return false;
    const [, factor] = wanted.args;
    const added = new Set([...(factor ? made(factor, mostMade) : [])].map(roleOf));
    return [...made(there, mostMade)].some((node) => roleOf(node) !== null && added.has(roleOf(node)));
  },
  // Of one value alone the square is a penalty, and of two it may be.
  'less one of a penalty': ({ edit: { kind, wanted }, cut: { inputs }, surroundings: { target, around } }) =>
    kind === 'off by one' &&
    wanted.op === 'subtract' &&
    (inputs.length < 2 || !/loss|disc|critic|adv|(?:^|_)d(?:_|$)/i.test(`${target} ${around[0] ?? ''}`)),
  // `sqrt(error + c ** 2)` goes on as the absolute value does.
  'smooth absolute value': ({ edit: { kind, there } }, { reading }) =>
    kind === 'extra function' && reading.fit === 'loss' && there.op === 'sqrt' && unwrap(there.args[0]!).op === 'add',
  // A network is asked at the point of half a step.
  'to a midpoint': ({ edit: { kind }, cut: { root, literals } }, { formula }) =>
    formula.id === 'euler_step' && kind === 'factor' && literals.some((value) => value === 0.5 || value === 2) && isAskedOf(root),
  'not called so': ({ edit, changed }, named) =>
    !named.isCalledSo && asksForName(edit, changed) && !(edit.wanted.op === 'square' && isErrorOfNamed(named)),
};

/** A loss of two values that are called what they are: their difference alone has no least value. Of what critics say it is one. */
export const isErrorOfNamed = ({ reading, score, formula: { id, family } }: Named): boolean =>
  reading.fit === 'loss' &&
  (reading.rank ?? 1) >= 1 &&
  score >= allNamed &&
  (family !== 'GAN' || ofFeatures.has(id)) &&
  reading.roles.length <= 3;

const ofFeatures: ReadonlySet<string> = new Set(['feature_matching', 'feature_matching_paired', 'path_length']);

/** Whether two values are computed alike from the same, by so many operations at most. */
function isTwin(one: Node, other: Node, most: number): boolean {
  let left = most;
  const visit = (first: Node, second: Node): boolean => {
    const [a, b] = [unwrap(first), unwrap(second)];
    if (a === b) return true;
    if (left-- <= 0 || a.op !== b.op || a.args.length !== b.args.length || leaves.has(a.op)) return false;
    return JSON.stringify(a.attributes) === JSON.stringify(b.attributes) && a.args.every((arg, at) => visit(arg, b.args[at]!));
  };
  return visit(one, other);
}

const mostAlike = 12;

const isAskedOf = (value: Node): boolean =>
  usersOf(value).some((user) => user.op === 'opaque' || isCallOfFile(user) || (user.op === 'let' && isAskedOf(user)));

/** What an object holds, or goes on from what it held. */
export function isKept(node: Node): boolean {
  const name = node.attributes['name'];
  return (
    unwrap(node).op === 'attribute' ||
    (node.op === 'let' && isMadeOf(node, ({ op, attributes }) => op === 'attribute' && attributes['name'] === name, 20))
  );
}

/** `self.total / self.count` */
const isMeanOfKept = (node: Node): boolean => {
  const { op, args } = unwrap(node);
  return op === 'divide' && args.every((arg) => isKept(arg) || (arg.op === 'let' && numberOf(arg) !== null));
};

const ofDerivatives = ['backward', 'derivative', 'prime', 'grad', 'dloss', 'd loss', 'delta'];

/** Values that depend on a part of the formula: what else there is is taken for 1, whatever is done with it. */
function tellingIn(cut: Cut, { choices: [first] }: Named): ReadonlySet<Node> {
  const { order: nodes, inputs, measured } = cut;
  let ofCut = told.get(cut);
  if (!ofCut) told.set(cut, (ofCut = new WeakMap<object, ReadonlySet<Node>>()));
  const known = ofCut.get(first!);
  if (known) return known;
  // Of a value that the edit takes away nothing is said.
  const telling = new Set<Node>(
    inputs.filter((input) => {
      const choice = first!.get(input);
      return choice ? 'role' in choice : !measured.has(input);
    }),
  );
  for (const node of nodes) if (operandsOf(node).some((arg) => telling.has(arg))) telling.add(node);
  ofCut.set(first!, telling);
  return telling;
}

const told = new WeakMap<Cut, WeakMap<object, ReadonlySet<Node>>>();

/** Whether an edit changes something that counts, and leaves something that counts. */
function isOfFormula({ kind, there, wanted, within }: Edit, telling: ReadonlySet<Node>): boolean {
  if (numberOf(there) !== null) return within === null || telling.has(within);
  if (!telling.has(there)) return false;
  return (kind !== 'extra factor' && kind !== 'extra function') || telling.has(wanted);
}

/** With a factor that the formula has no part for, nothing is changed. */
function isTakenForOne({ kind, wanted }: Edit, { choices: [first] }: Named): boolean {
  if (kind !== 'missing factor') return false;
  const [, factor] = wanted.args;
  // What is done to a counterpart within another function.
  if (!factor) return false;
  const parts = new Set<Node>([factor]);
  let isAny = false;
  for (const part of parts) {
    const choice = first!.get(part);
    if (choice && 'role' in choice) return false;
    if (choice) isAny = true;
    else for (const arg of operandsOf(part)) parts.add(arg);
  }
  return isAny;
}

/** What is only weighted, in another shape or averaged on its way out. */
function isAtTop(wanted: Node, { root }: Cut): boolean {
  for (let nodes = [root], depth = 0; nodes.length > 0 && depth < 8; depth++) {
    if (nodes.includes(wanted)) return true;
    nodes = nodes.flatMap((node) => (onTop.has(node.op) ? operandsOf(node).slice(0, node.op === 'divide' ? 1 : undefined) : []));
  }
  return false;
}

const onTop: ReadonlySet<string> = new Set(
  'multiply divide negate let inline mean sum reshape flatten squeeze expandDims detach'.split(' '),
);

/** A function of a formula is no mistake: `sqrt(variance)` is no variance. What is averaged is another loss by it, where it is called one. */
function isComposite({ edit: { kind, there, wanted }, changed }: Trial, { isCalledSo, reading }: Named): boolean {
  if ((kind !== 'extra function' && kind !== 'extra factor') || !isAtTop(wanted, changed)) return false;
  const isAveraged = changed.order.some(({ op, args }) => (op === 'mean' || op === 'sum') && args[0] === wanted);
  return !(isCalledSo && reading.fit === 'loss' && there.op === 'sqrt' && isAveraged);
}

/** Two that have changed places are told by what they are called, both of them. */
const areNamed = (nodes: readonly Node[], choices: Choices): boolean =>
  nodes.every((node) => {
    const choice = choices.get(node);
    return choice !== undefined && 'role' in choice && ((affinity(given(node), choice.role) ?? 0) >= 2 || formOf(node, choice) >= 3);
  });

/** Which letter is what is not told where a formula may be of anything. */
const areLetters = ({ there, wanted }: Edit): boolean => [there, wanted].every((node) => (namesOf(node)[0] ?? '').length === 1);

const formOf = (node: Node, { encoding }: Extract<Choice, { role: Role }>): number => (encoding ? formFits(given(node), encoding) : 0);

/** A loss may be weighted by anything. */
function isOfWeight({ edit: { kind, there, wanted }, changed }: Trial, { reading, choices: [first] }: Named): boolean {
  if (reading.fit !== 'loss') return false;
  const choice = first!.get(there);
  const isWeight = choice !== undefined && 'role' in choice && choice.role.absent !== undefined && choice.role.shape !== 'B D';
  return isWeight || (kind === 'factor' && isAtTop(wanted, changed));
}

/** Nobody takes a function of labels by mistake. */
function isOfLabel({ edit: { kind, there } }: Trial, { choices: [first] }: Named): boolean {
  if (kind === 'another value' || kind === 'swapped' || kind === 'missing factor') return false;
  const made = new Set<Node>([there]);
  let isAny = false;
  for (const node of made) {
    const choice = first!.get(node);
    if (!choice) for (const arg of operandsOf(node)) made.add(arg);
    else if ('role' in choice && !ofLabels.has(choice.role.domain)) return false;
    else if ('role' in choice) isAny = true;
  }
  return isAny;
}

const ofLabels: ReadonlySet<string> = new Set(['binary', 'class']);

/** Something is left of it: `a - a` is no slip of `a - b`, and what was normalised sums to 1. */
function isCancelled({ edit: { kind }, changed: { order: nodes } }: Trial): boolean {
  return (
    nodes.some(({ op, args: [a] }) => op === 'logSumExp' && factorsOf(a!).some(({ node }) => unwrap(node).op === 'logSoftmax')) ||
    (kind === 'another value' && nodes.some(({ op, args: [a, b] }) => (op === 'subtract' || op === 'divide') && unwrap(a!) === unwrap(b!)))
  );
}

/** `2 * sigma` is the level where it is looked up beside the formula's other value: sigma alone is in other units. */
function isInOtherUnits({ edit: { kind, there, wanted, within }, cut: { inputs } }: Trial): boolean {
  if (kind !== 'factor' || !within) return false;
  const factor = numberOf(there) ?? 1 / (numberOf(wanted.args[0]!) ?? 0);
  const parts = factorsOf(within.op === 'multiply' ? within : there, ({ op }) => op === 'let');
  if (!parts.some(({ node }) => numberOf(node) === factor)) return false;
  const scaled = new Set(parts.filter(({ node }) => numberOf(node) === null).map(({ node }) => source(node)));
  const isScaled = ({ op, args: [a, b] }: Node): boolean =>
    op === 'multiply' && ((numberOf(a!) === factor && scaled.has(source(b!))) || (numberOf(b!) === factor && scaled.has(source(a!))));
  const isLookedUp = (part: Node): boolean => part.op === 'opaque' && argumentsOf(part).some((arg) => isMadeOf(arg, isScaled, mostMade));
  return inputs.some((input) => isMadeOf(input, isLookedUp, mostMade));
}

/** What was made of another value and of something that the formula would not know then was meant: a sample of another distribution. */
function isMadeOn({ edit: { kind, there, wanted }, changed: { inputs } }: Trial): boolean {
  const made = unwrap(wanted);
  if (kind !== 'another value' || !isMadeOf(there, (part) => part === made)) return false;
  const isKnown = (part: Node): boolean => inputs.some((input) => isMadeOf(input, (one) => one === part));
  return isMadeOf(there, (part) => part.op === 'opaque' && part !== made && !isKnown(part));
}

/** What is no share, or is not called so, has no complement. */
function isComplementOfReal({ edit: { kind, there, wanted } }: Trial, { choices: [first], isCalledSo }: Named): boolean {
  if (isCalledSo || kind !== 'missing function' || !isComplement(wanted)) return false;
  const choice = first!.get(there);
  if (choice === undefined || !('role' in choice)) return false;
  return choice.role.domain === 'real' || (!isShare(there) && (affinity(given(there), choice.role) ?? 0) < 1);
}

/** The logarithm of a formula is no near miss of it. */
function isLogarithm({ edit: { wanted }, changed, surroundings: { target, around } }: Trial): boolean {
  if (wanted.op !== 'exp') return false;
  if (unwrap(changed.root).op === 'log') return true;
  return isAtTop(wanted, changed) && [target, around[0] ?? ''].some((name) => wordsOf(name).some((word) => word.startsWith('log')));
}

/** What is only a step on the way to a formula, or sums where it takes the mean, has to be called so. */
const asksForName = ({ kind, wanted }: Edit, changed: Cut): boolean =>
  kind === 'reduction' ||
  kind === 'axis' ||
  kind === 'exchanged' ||
  ((kind === 'missing function' || kind === 'missing factor') && isAtTop(wanted, changed));

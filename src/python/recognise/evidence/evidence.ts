/** Where value cannot tell two formulas apart: whether what the code says of its inputs speaks for one. */

import type { Encoding, Evidence, Requirement, Role, ValueReading } from '../../../formulas/reading.ts';
import { measuring, unwrap, type Node } from '../../expression/node.ts';
import type { Choice, Choices, Outlook } from '../binding/choice.ts';
import { isRequired } from '../binding/needs.ts';
import { baseOf, isHeld } from '../cut.ts';
import { areAtOneTime, areToldWith, cameWith, madeOfBoth, wasGiven, wasToldMore, wentWithout } from './callers.ts';
import { callsBetween, given, namesOf, sourcesOf, type Names } from './given.ts';
import { isAnswer, isJudgedBeside, isJudgedOfNoise, isSaidAlike, isThereAndBack } from './networks.ts';
import { holdsAny, wordsOf } from './words.ts';

/** What stands around a piece of code. */
export interface Surroundings {
  /** What the value is assigned to. */
  readonly target: string;
  /** Functions and classes around it. */
  readonly around: readonly string[];
}

const met = new Map<string, Surroundings>();
const mostMet = 20_000;

/** The same object for the same surroundings, as far as they are remembered, so that what depends on them is worked out once. */
export function surroundingsOf(target: string, around: readonly string[]): Surroundings {
  const key = `${target}|${around.join(',')}`;
  let known = met.get(key);
  if (!known) {
    if (met.size >= mostMet) met.clear();
    met.set(key, (known = { target, around }));
  }
  return known;
}

export const nowhere: Surroundings = surroundingsOf('', []);

/** The formulas that a node is, by value. */
export type Recognised = (node: Node) => ReadonlySet<string>;

/** Functions from elsewhere that are a formula by what they are called in every library that has them. */
const calledAfter: Readonly<Record<string, readonly string[]>> = {
  q_sample: ['add noise', 'q sample', 'forward diffusion', 'noise images', 'diffuse', 'perturb'],
  v_target: ['get velocity', 'get v'],
};

export function isSupported(evidence: Evidence | undefined, choices: Choices, surroundings: Surroundings, recognised: Recognised): boolean {
  if (!evidence) return true;
  return evidence.some((requirements) => requirements.every((requirement) => holdsFor(requirement, choices, surroundings, recognised)));
}

const outlooks = new WeakMap<ValueReading, WeakMap<Surroundings, Outlook>>();

/** What is left open of a reading's evidence before anything is computed. */
export function outlookOn(reading: ValueReading, surroundings: Surroundings): Outlook | undefined {
  const { evidence } = reading;
  if (!evidence) return undefined;
  let all = outlooks.get(reading);
  if (!all) outlooks.set(reading, (all = new WeakMap<Surroundings, Outlook>()));
  let known = all.get(surroundings);
  if (!known) all.set(surroundings, (known = outlookFrom(reading, evidence, surroundings)));
  return known;
}

function outlookFrom(reading: ValueReading, evidence: Evidence, surroundings: Surroundings): Outlook {
  let start = 0;
  for (const [place, requirements] of evidence.entries())
    if (requirements.every((one) => !isOfSurroundings(one) || holdsAround(one, surroundings))) start |= 1 << place;
  const asked = askedOfOne(reading, evidence);
  const left = askedOfAll(reading, evidence);
  return {
    start,
    of: (node, { id }, encoding) => {
      let open = -1;
      for (const [bit, requirement] of asked.get(id) ?? []) if ((open & bit) !== 0 && !holdsOf(requirement, node, encoding)) open &= ~bit;
      return open;
    },
    isOpen: (choices, open) =>
      left.some(
        (requirements, place) =>
          (open & (1 << place)) !== 0 && requirements.every((one) => holdsFor(one, choices, surroundings, () => nothing)),
      ),
  };
}

const askedKnown = new WeakMap<ValueReading, ReadonlyMap<string, readonly (readonly [bit: number, OfOne])[]>>();

/** What is asked of a role and holds or not whatever the others are, with the bit of the alternative; by role. */
function askedOfOne(reading: ValueReading, evidence: Evidence): ReadonlyMap<string, readonly (readonly [bit: number, OfOne])[]> {
  let known = askedKnown.get(reading);
  if (!known) {
    const found = new Map<string, (readonly [bit: number, OfOne])[]>();
    for (const [place, requirements] of evidence.entries())
      for (const requirement of requirements) {
        // Of a role that is held in several forms it is enough that one of them is it.
        const several = reading.roles.some((role) => 'role' in requirement && role.id === requirement.role && mayBeHeldSeverally(role));
        if (isOfOne(requirement) && (!several || 'without' in requirement))
          found.set(requirement.role, [...(found.get(requirement.role) ?? []), [1 << place, requirement]]);
      }
    askedKnown.set(reading, (known = found));
  }
  return known;
}

const leftKnown = new WeakMap<ValueReading, readonly (readonly Requirement[])[]>();

/** What is left to ask of a whole choice, by alternative; what would have to be worked out is left open. */
function askedOfAll(reading: ValueReading, evidence: Evidence): readonly (readonly Requirement[])[] {
  let known = leftKnown.get(reading);
  if (!known) {
    const isAskedBefore = (requirement: OfOne): boolean => {
      const role = reading.roles.find(({ id }) => id === requirement.role);
      return role !== undefined && isRequired(role) && !mayBeHeldSeverally(role);
    };
    known = evidence.map((requirements) =>
      requirements.filter(
        (one) => !('formula' in one || 'from' in one || 'into' in one || isOfSurroundings(one) || (isOfOne(one) && isAskedBefore(one))),
      ),
    );
    leftKnown.set(reading, known);
  }
  return known;
}

const mayBeHeldSeverally = ({ encodings }: Role): boolean => encodings !== undefined && encodings.length > 1;

type OfSurroundings = Extract<Requirement, { readonly target: unknown } | { readonly context: unknown }>;

const isOfSurroundings = (requirement: Requirement): requirement is OfSurroundings => 'target' in requirement || 'context' in requirement;

/** What one value fulfils by itself. */
type OfOne = Extract<
  Requirement,
  { readonly encodings: unknown } | { readonly words: unknown } | { readonly origin: unknown } | { readonly without: unknown }
>;

const isOfOne = (requirement: Requirement): requirement is OfOne =>
  'encodings' in requirement || 'words' in requirement || 'origin' in requirement || 'without' in requirement;

function holdsOf(requirement: OfOne, node: Node, encoding: Encoding | null): boolean {
  if ('encodings' in requirement) return encoding !== null && requirement.encodings.includes(encoding.id);
  if ('words' in requirement) return isNamed(node, requirement);
  const { origins } = given(node);
  return 'origin' in requirement
    ? requirement.origin.some((origin) => origins.has(origin))
    : !requirement.without.some((origin) => origins.has(origin));
}

const nothing: ReadonlySet<string> = new Set();

const contextual = new WeakMap<Evidence, boolean>();

/** Whether it asks for what stands around the code. */
export function asksForSurroundings(evidence: Evidence | undefined): boolean {
  if (!evidence) return false;
  let known = contextual.get(evidence);
  if (known === undefined) {
    known = evidence.some((requirements) => requirements.some(isOfSurroundings));
    contextual.set(evidence, known);
  }
  return known;
}

function holdsFor(requirement: Requirement, choices: Choices, surroundings: Surroundings, recognised: Recognised): boolean {
  let test = tests.get(requirement);
  if (!test) tests.set(requirement, (test = testOf(requirement)));
  return test(choices, surroundings, recognised);
}

type Test = (choices: Choices, surroundings: Surroundings, recognised: Recognised) => boolean;

const tests = new WeakMap<Requirement, Test>();

/** What a requirement asks, told from what it says once: it is asked of very many choices. */
function testOf(requirement: Requirement): Test {
  if (isOfSurroundings(requirement)) return (_choices, surroundings) => holdsAround(requirement, surroundings);
  const { role } = requirement;
  const pair =
    (other: string, test: (one: Node, beside: Node) => boolean): Test =>
    (choices) =>
      somePair(choices, role, other, test);
  if ('without' in requirement)
    return (choices) => !someBound(choices, role, (node, { encoding }) => !holdsOf(requirement, node, encoding));
  if (isOfOne(requirement)) return (choices) => someBound(choices, role, (node, { encoding }) => holdsOf(requirement, node, encoding));
  if ('once' in requirement) return (choices) => allBound(choices, role).length === 1;
  if ('calls' in requirement) {
    const { calls, of } = requirement;
    const isOther = (node: Node, source: Node): boolean =>
      (callsBetween(node, source) ?? calls) !== calls || callsBetween(source, node) !== null;
    return (choices) => !somePair(choices, role, of, isOther);
  }
  if ('apartFrom' in requirement) {
    const { apartFrom } = requirement;
    const isPart = (node: Node, other: Node): boolean => isMadeOf(node, other) || isMadeOf(other, node);
    return (choices) => !somePair(choices, role, apartFrom, isPart);
  }
  if ('held' in requirement) return (choices) => someBound(choices, role, isHeld);
  if ('lessHeld' in requirement) return (choices) => someBound(choices, role, isLessHeld);
  if ('judgedOf' in requirement) return (choices) => someBound(choices, role, isJudgedOfNoise);
  if ('judgedBeside' in requirement) {
    const isOfNoise = requirement.of === 'noise';
    return pair(requirement.judgedBeside, (real, fake) => isJudgedBeside(real, fake, isOfNoise));
  }
  if ('saidLike' in requirement) return pair(requirement.saidLike, isSaidAlike);
  if ('answers' in requirement) return pair(requirement.answers, isAnswer);
  if ('thereAndBack' in requirement) return pair(requirement.thereAndBack, isThereAndBack);
  if ('toldMore' in requirement) return (choices) => someBound(choices, role, wasToldMore);
  if ('given' in requirement) return pair(requirement.given, wasGiven);
  if ('keptFrom' in requirement) {
    const { keptFrom } = requirement;
    return (choices) => !somePair(choices, keptFrom, role, wasGiven);
  }
  if ('withoutConditionOf' in requirement) return pair(requirement.withoutConditionOf, wentWithout);
  if ('returnedWith' in requirement) return pair(requirement.returnedWith, cameWith);
  if ('atOneTime' in requirement) return (choices) => areAtOneTime(allBound(choices, role));
  if ('toldWith' in requirement) {
    const [one, other] = requirement.toldWith;
    return (choices) => {
      const [a, b] = [allBound(choices, one)[0], allBound(choices, other)[0]];
      return a !== undefined && b !== undefined && someBound(choices, role, (node) => areToldWith(node, a, b));
    };
  }
  if ('into' in requirement) {
    const { into } = requirement;
    return (choices, _surroundings, recognised) =>
      somePair(choices, role, requirement.with, (node, other) => madeOfBoth(node, other).some((made) => isOneOf(made, into, recognised)));
  }
  if ('formula' in requirement) {
    const { formula } = requirement;
    return (choices, _surroundings, recognised) => someBound(choices, role, (node) => isOneOf(node, formula, recognised));
  }
  const { from } = requirement;
  return (choices, _surroundings, recognised) =>
    someBound(choices, role, (node) => sourcesOf(node).some((source) => isOneOf(source, from, recognised)));
}

type Bound = Extract<Choice, { readonly role: unknown }>;

function someBound(choices: Choices, role: string, test: (node: Node, choice: Bound) => boolean): boolean {
  for (const [node, choice] of choices) if ('role' in choice && choice.role.id === role && test(node, choice)) return true;
  return false;
}

const somePair = (choices: Choices, role: string, other: string, test: (one: Node, other: Node) => boolean): boolean =>
  someBound(choices, role, (one) => someBound(choices, other, (beside) => test(one, beside)));

function allBound(choices: Choices, role: string): Node[] {
  return [...choices].flatMap(([node, choice]) => ('role' in choice && choice.role.id === role ? [node] : []));
}

const namedSo = new WeakMap<Names, Map<Requirement, boolean>>();

/** The nearest name that says something decides. */
function isNamed(node: Node, requirement: Extract<Requirement, { readonly words: readonly string[] }>): boolean {
  const { names } = given(node);
  let requirements = namedSo.get(names);
  if (!requirements) namedSo.set(names, (requirements = new Map<Requirement, boolean>()));
  let known = requirements.get(requirement);
  if (known === undefined) {
    const telling = (requirement.own === true ? names.layers.slice(0, 2) : names.layers).find(
      (words) => holdsAny(words, requirement.words) || holdsAny(words, requirement.not),
    );
    // Where no name is wanted, it is what it must not be called that counts.
    requirements.set(requirement, (known = telling ? !holdsAny(telling, requirement.not) : requirement.words.length === 0));
  }
  return known;
}

const heldAround = new WeakMap<Requirement, WeakMap<Surroundings, boolean>>();

function holdsAround(requirement: OfSurroundings, surroundings: Surroundings): boolean {
  let all = heldAround.get(requirement);
  if (!all) heldAround.set(requirement, (all = new WeakMap<Surroundings, boolean>()));
  let known = all.get(surroundings);
  if (known === undefined) {
    const { target, around } = surroundings;
    if ('target' in requirement) known = holdsAny(wordsOf(target), requirement.target);
    else {
      const names = [target, ...around].map(wordsOf);
      known =
        (requirement.context.length === 0 || names.some((words) => holdsAny(words, requirement.context))) &&
        !names.some((words) => holdsAny(words, requirement.not));
    }
    all.set(surroundings, known);
  }
  return known;
}

function isLessHeld(node: Node): boolean {
  const { op, args } = baseOf(node);
  return op === 'subtract' && isHeld(args[1]!) && !isHeld(args[0]!);
}

/** Gradients may be stopped between. */
function isMadeOf(node: Node, part: Node): boolean {
  const seen = new Set<Node>([node]);
  for (const one of seen) {
    if (one === part) return true;
    if (measuring.has(one.op) || apart.has(one.op) || seen.size > mostSources) continue;
    for (const arg of one.args) seen.add(arg);
  }
  return false;
}

/** What is drawn, or was moved along a derivative, is a value of its own. */
const apart: ReadonlySet<string> = new Set(['normal', 'uniform', 'gradient']);

const mostSources = 200;

const entering: ReadonlySet<string> = new Set('let inline reshape expand expandDims squeeze index gather'.split(' '));

function isOneOf(node: Node, ids: readonly string[], recognised: Recognised): boolean {
  const names = namesOf(node);
  if (names.some((name) => ids.some((id) => holdsAny(wordsOf(name), calledAfter[id])))) return true;
  const found = recognised(node);
  if (ids.some((id) => found.has(id))) return true;
  // One of several ways in which the code may come by it is enough; keeping it within bounds changes nothing.
  const held = unwrap(node);
  if (held.op === 'choice') return held.args.some((arg) => isOneOf(arg, ids, recognised));
  if (held.op === 'clamp') return isOneOf(held.args[0]!, ids, recognised);
  // Entries of a table are what the table is, and in another shape it is what it was.
  for (let inner = node; inner.args[0] && entering.has(inner.op); inner = inner.args[0]) {
    if (inner.op === 'index' || inner.op === 'gather') return isOneOf(inner.args[0], ids, recognised);
    if (inner.op === 'let' && inner !== node) return isOneOf(inner, ids, recognised);
  }
  return false;
}

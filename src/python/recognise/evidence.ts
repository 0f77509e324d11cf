/** Where value cannot tell two formulas apart: whether what the code says of its inputs speaks for one. */

import type { Evidence, Requirement } from '../../formulas/reading.ts';
import type { Node } from '../expression/node.ts';
import type { Choice, Choices } from './bind.ts';
import { isHeld } from './cut.ts';
import { callsBetween, given, namesOf, sourcesOf } from './given.ts';
import { isAnswer, isJudgedBeside, isJudgedOfNoise, isSaidAlike, isThereAndBack } from './networks.ts';
import { holdsAny, wordsOf } from './words.ts';

/** What stands around a piece of code. */
export interface Surroundings {
  /** What the value is assigned to. */
  readonly target: string;
  /** Functions and classes around it. */
  readonly around: readonly string[];
}

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

/** Whether what names and origins say speaks for it; what would have to be worked out is left open. */
export function isPlausible(evidence: Evidence | undefined, choices: Choices, surroundings: Surroundings): boolean {
  if (!evidence) return true;
  return evidence.some((requirements) =>
    requirements.every(
      (requirement) => 'formula' in requirement || 'from' in requirement || holdsFor(requirement, choices, surroundings, () => nothing),
    ),
  );
}

const nothing: ReadonlySet<string> = new Set();

const contextual = new WeakMap<Evidence, boolean>();

/** Whether it asks for what stands around the code. */
export function asksForSurroundings(evidence: Evidence | undefined): boolean {
  if (!evidence) return false;
  let known = contextual.get(evidence);
  if (known === undefined) {
    known = evidence.some((requirements) => requirements.some((requirement) => 'target' in requirement || 'context' in requirement));
    contextual.set(evidence, known);
  }
  return known;
}

function holdsFor(requirement: Requirement, choices: Choices, surroundings: Surroundings, recognised: Recognised): boolean {
  if ('target' in requirement || 'context' in requirement) return holdsAround(requirement, surroundings);
  const { role } = requirement;
  if ('encodings' in requirement)
    return someBound(choices, role, (_, { encoding }) => encoding !== null && requirement.encodings.includes(encoding.id));
  if ('once' in requirement) return countBound(choices, role) === 1;
  if ('words' in requirement) return someBound(choices, role, (node) => isNamed(node, requirement));
  if ('calls' in requirement)
    return !someBound(choices, role, (node) =>
      someBound(
        choices,
        requirement.of,
        (source) => (callsBetween(node, source) ?? requirement.calls) !== requirement.calls || callsBetween(source, node) !== null,
      ),
    );
  if ('apartFrom' in requirement)
    return !someBound(choices, role, (node) =>
      someBound(choices, requirement.apartFrom, (other) => isMadeOf(node, other) || isMadeOf(other, node)),
    );
  if ('held' in requirement) return someBound(choices, role, isHeld);
  if ('judgedOf' in requirement) return someBound(choices, role, isJudgedOfNoise);
  if ('judgedBeside' in requirement)
    return somePair(choices, role, requirement.judgedBeside, (real, fake) => isJudgedBeside(real, fake, requirement.of === 'noise'));
  if ('saidLike' in requirement) return somePair(choices, role, requirement.saidLike, isSaidAlike);
  if ('answers' in requirement) return somePair(choices, role, requirement.answers, isAnswer);
  if ('thereAndBack' in requirement) return somePair(choices, role, requirement.thereAndBack, isThereAndBack);
  if ('origin' in requirement)
    return someBound(choices, role, (node) => requirement.origin.some((origin) => given(node).origins.has(origin)));
  if ('without' in requirement)
    return !someBound(choices, role, (node) => requirement.without.some((origin) => given(node).origins.has(origin)));
  if ('formula' in requirement) return someBound(choices, role, (node) => isOneOf(node, requirement.formula, recognised));
  return someBound(choices, role, (node) => sourcesOf(node).some((source) => isOneOf(source, requirement.from, recognised)));
}

type Bound = Extract<Choice, { readonly role: unknown }>;

function someBound(choices: Choices, role: string, test: (node: Node, choice: Bound) => boolean): boolean {
  for (const [node, choice] of choices) if ('role' in choice && choice.role.id === role && test(node, choice)) return true;
  return false;
}

const somePair = (choices: Choices, role: string, other: string, test: (one: Node, other: Node) => boolean): boolean =>
  someBound(choices, role, (one) => someBound(choices, other, (beside) => test(one, beside)));

function countBound(choices: Choices, role: string): number {
  let count = 0;
  for (const choice of choices.values()) if ('role' in choice && choice.role.id === role) count++;
  return count;
}

const namedSo = new WeakMap<Requirement, WeakMap<Node, boolean>>();

/** The nearest name that says something decides. */
function isNamed(node: Node, requirement: Extract<Requirement, { readonly words: readonly string[] }>): boolean {
  let nodes = namedSo.get(requirement);
  if (!nodes) namedSo.set(requirement, (nodes = new WeakMap<Node, boolean>()));
  let known = nodes.get(node);
  if (known === undefined) {
    const { layers } = given(node);
    const telling = layers.find((words) => holdsAny(words, requirement.words) || holdsAny(words, requirement.not));
    // Where no name is wanted, it is what it must not be called that counts.
    nodes.set(node, (known = telling ? !holdsAny(telling, requirement.not) : requirement.words.length === 0));
  }
  return known;
}

const heldAround = new WeakMap<Requirement, WeakMap<Surroundings, boolean>>();

function holdsAround(
  requirement: Extract<Requirement, { readonly target: unknown } | { readonly context: unknown }>,
  surroundings: Surroundings,
): boolean {
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

/** Gradients may be stopped between. */
function isMadeOf(node: Node, part: Node): boolean {
  const seen = new Set<Node>([node]);
  for (const one of seen) {
    if (one === part) return true;
    if (one.op === 'size' || one.op === 'shape' || seen.size > mostSources) continue;
    for (const arg of one.args) seen.add(arg);
  }
  return false;
}

const mostSources = 200;

function isOneOf(node: Node, ids: readonly string[], recognised: Recognised): boolean {
  const names = namesOf(node);
  if (names.some((name) => ids.some((id) => holdsAny(wordsOf(name), calledAfter[id])))) return true;
  const found = recognised(node);
  return ids.some((id) => found.has(id));
}

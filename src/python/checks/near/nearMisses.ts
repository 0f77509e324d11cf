/** Statements that nearly are a formula. */

import { leaves, operandsOf, unwrap, type Node } from '../../expression/node.ts';
import type { Computed } from '../../expression/follow/context.ts';
import { surroundingsOf } from '../../recognise/evidence/evidence.ts';
import type { Match } from '../../recognise/comparison/match.ts';
import { callOf } from '../../recognise/findings.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { isTurned } from '../maximised.ts';
import { rules } from '../rules.ts';
import { pieceOf } from '../rules/halves.ts';
import { isAcross, isOfOne } from '../rules/norms.ts';
import { isCallOfFile, ownNodes, reachedWithin } from '../statements.ts';
import { make, type EditKind } from './edit.ts';
import { atMaking } from './making.ts';
import { allNamed, isMisnamed, type Named } from './naming.ts';
import { isHelper, leastWorkOfInfo, workIn } from './finished.ts';
import { isFlipped } from './judge.ts';
import { faultOf } from './says.ts';
import { nearMissOf } from './search.ts';
import { isErrorOfNamed } from './vetoes.ts';

const ofSchedules: ReadonlySet<string> = new Set(['no-inverse', 'marginals-differ', 'schedule-table']);

/** `told` is what is known to be wrong already: near misses that follow from it are not told again. */
export function* nearMisses(checked: Checked, told: readonly Fault[]): Generator<void, Fault[]> {
  const { computed, found, recogniser, textOf, imports } = checked;
  // Where the numbers of a schedule are wrong, nothing else is said of them.
  const right = new Set<Computed>(told.flatMap(({ rule, statement }) => (ofSchedules.has(rule) ? [statement] : [])));
  // Nor of a statement that has lost a property.
  for (const { rule, severity, statement } of told) if ((severity ?? rules[rule].severity) === 'warning') right.add(statement);
  const general = new Set<Computed>();
  const within = new Set<Node>();
  const givenTo = new Set<Node>();
  const named = new Set<Node>();
  for (const { computed: statement, place, recognition } of found) {
    if (recognition.kind === 'value' && isMisnamed(recognition)) continue;
    named.add(place.node);
    const isGeneral = recognition.kind === 'value' && (recognition.reading.rank ?? 1) < 1;
    if (place.node === statement.node) (isGeneral ? general : right).add(statement);
    if (recognition.kind === 'value' && (recognition.reading.rank ?? 1) >= 1)
      for (const [node, isGiven] of partsOf(recognition)) (isGiven ? givenTo : within).add(unwrap(node));
  }
  const faults: Fault[] = [];
  // What is made of something that is wrong is wrong by that alone.
  const wrong = new Set<Node>(told.flatMap(({ at }) => [at, unwrap(at)]));
  for (const statement of computed) {
    const call = callOf(statement.node);
    if (right.has(statement) || statement.node.op === 'let' || within.has(unwrap(statement.node))) continue;
    const whole = call && !isHelper(call) ? averagedIn(call, statement) : statement.node;
    if (!whole) continue;
    const others = namedIn(computed, statement);
    for (const node of general.has(statement) || whole !== statement.node ? [whole] : candidatesIn(statement, named)) {
      const surroundings = surroundingsOf(node === whole ? statement.target : '', statement.around);
      const near = yield* nearMissOf({
        node,
        recogniser,
        surroundings,
        others,
        isPart: node !== whole,
        isGeneral: general.has(statement),
      });
      yield;
      // Nor is a term of it, then.
      if (near === 'meant' && node === whole) break;
      if (!near || near === 'meant' || near.cut.order.some((one) => wrong.has(one) || wrong.has(unwrap(one)))) continue;
      const { edit, match } = near;
      // What a formula is given is what that asks for, unless it is called something else.
      if (givenTo.has(unwrap(statement.node)) && (!near.named.isCalledSo || match.fit.constant !== 0)) continue;
      if (!isMadeHere(edit.there, statement, computed) || isOfCalled(edit.there, statement)) continue;
      if (isOfOthers(edit.there, statement, checked)) continue;
      // How halves are exchanged is told where that is done.
      if (match.formula.id === 'rope' && !statement.places.some((place) => place.node === edit.there) && isOfHalves(edit.there)) continue;
      // A part may be given with either sign.
      if (node !== whole && isFlipped(near)) continue;
      // What would be a formula were it squared is a difference, or a gradient.
      if (node !== whole && edit.kind === 'missing function' && edit.within === null) continue;
      // Nor is what is taken off where it is used.
      if (node === whole && isTurned(node) && isFlipped(near)) continue;
      // A bound is given as it is, unless it is called a loss.
      if (isOfBound(match) && isFlipped(near) && !isLoss(statement)) continue;
      if (edit.kind === 'axis' && (isAcross(statement, checked) || isOfOne(edit.there, statement, checked))) continue;
      const fault = faultOf({ ...near, edit: atMaking(near) }, { statement, computed, textOf, imports });
      // What breaks nothing is said where what it would be can be written; with another function in it two operations are near to anything.
      const isSquare =
        ofFunctions.has(edit.kind) &&
        !bounding.has(edit.wanted.op) &&
        (!near.named.isCalledSo || edit.kind === 'missing function' || edit.wanted.op === 'square');
      const isWritten =
        fault.change !== null || edit.kind === 'axis' || edit.kind === 'exchanged' || (near.named.isCalledSo && saidInWords.has(edit.kind));
      const isScaled = edit.there.op === 'multiply' || edit.there.op === 'divide';
      if (!fault.isBroken && edit.kind === 'another function' && isScaled && !near.named.isCalledSo) continue;
      const isSure =
        (isCalledFully(near.named) && edit.kind === 'another function' && edit.wanted.op !== 'square' && edit.wanted.op !== 'abs') ||
        (near.named.isCalledSo &&
          match.formula.family === 'GAN' &&
          isErrorOfNamed(near.named) &&
          edit.kind === 'missing function' &&
          edit.wanted.op === 'square');
      if (!fault.isBroken && (!isWritten || (isSquare && !isSure && workIn(match.cut) < leastWorkOfInfo))) continue;
      wrong.add(unwrap(near.cut.root)).add(edit.there);
      faults.push(fault);
      break;
    }
  }
  return faults;
}

/** What a formula that was found is computed by, and whether it was given it; what it is only weighted with may be anything. */
function partsOf({ cut: { order, root }, binding: { choices } }: Match): readonly (readonly [Node, boolean])[] {
  const telling = new Set<Node>();
  for (const node of order) {
    const choice = choices.get(node);
    if (choice ? 'role' in choice : operandsOf(node).some((arg) => telling.has(arg))) telling.add(node);
  }
  const isWeight = (node: Node): boolean => {
    const choice = choices.get(node);
    return choice !== undefined && 'role' in choice && choice.role.absent !== undefined;
  };
  return [...telling].filter((node) => node !== root && !isWeight(node)).map((node) => [node, choices.has(node)] as const);
}

/** Whether every value of a formula that is not a general one has its name. */
const isCalledFully = ({ reading, score }: Named): boolean => (reading.rank ?? 1) >= 1 && score >= allNamed;

/** Of some orders Rényi's is one from above. */
const isOfBound = ({ formula: { claim, id } }: Match): boolean => claim === 'bound' || id === 'renyi_elbo';

const isLoss = ({ target, around }: Computed): boolean => /loss|nll|neg|cost|minus/i.test(`${target} ${around[0] ?? ''}`);

/** What a statement computes, then terms of it that have no name yet. */
function candidatesIn({ node, places }: Computed, known: ReadonlySet<Node>): Node[] {
  const own = new Set(places.map((place) => place.node));
  const candidates = new Set<Node>([node]);
  for (const one of candidates) {
    if (candidates.size > mostCandidates) break;
    if (!through.has(one.op)) continue;
    for (const [place, arg] of (one.op === 'inline' ? one.args.slice(1) : one.args).entries()) {
      const isTakenOff = one.op === 'subtract' && place === 1;
      const isOwn = own.has(arg) && arg.op !== 'let' && !leaves.has(arg.op) && arg.op !== 'number';
      if (isOwn && !known.has(arg) && !(isCallOfFile(arg) && !isHelper(arg))) candidates.add(isTakenOff ? make('negate', [arg]) : arg);
    }
  }
  return [...candidates];
}

/** `masked_mean(loss, mask)`: what a function of the file takes the mean of, where the statement computes it. */
function averagedIn(call: Node, { places }: Computed): Node | null {
  if (!/mean|sum|avg|average|reduce|flat/i.test(String(call.attributes['callee']))) return null;
  const [of] = call.args.slice(2);
  const isOwn = of !== undefined && places.some((place) => place.node === of) && of.op !== 'let' && !leaves.has(of.op);
  return isOwn ? of : null;
}

/** What is said well without the code that it would be. */
const saidInWords: ReadonlySet<EditKind> = new Set<EditKind>(['missing function', 'extra function', 'another function', 'sign']);

const ofFunctions: ReadonlySet<EditKind> = new Set<EditKind>(['missing function', 'another function', 'extra function', 'exchanged']);

/** The other end is meant by few names. */
const bounding: ReadonlySet<string> = new Set(['minimum', 'maximum', 'amin', 'amax']);

const mostCandidates = 6;
const through: ReadonlySet<string> = new Set('add subtract multiply divide opaque stack concatenate choice mean sum'.split(' '));

/** Whether a value is made in the same function: elsewhere it is another statement that is wrong. */
function isMadeHere(node: Node, { holder, places }: Computed, computed: readonly Computed[]): boolean {
  const isIn = (all: Computed['places']): boolean => all.some((place) => place.node === node);
  return isIn(places) || computed.some((one) => one.holder === holder && isIn(one.places)) || !computed.some((one) => isIn(one.places));
}

/** What was computed before for formulas that are right as well is right itself. */
function isOfOthers(node: Node, statement: Computed, { computed, found }: Checked): boolean {
  if (statement.places.some((place) => place.node === node)) return false;
  const made = computed.find(
    ({ holder, target, places }) => holder === statement.holder && target !== '' && places.some((place) => place.node === node),
  );
  const uses = ({ places }: Computed): boolean =>
    places.some((place) => place.node.op === 'let' && unwrap(place.node) === unwrap(made!.node));
  return (
    made !== undefined &&
    found.some(
      ({ computed: one, place, recognition }) =>
        one !== statement &&
        one.holder === statement.holder &&
        place.node === one.node &&
        recognition.kind === 'value' &&
        (recognition.reading.rank ?? 1) >= 1 &&
        uses(one),
    )
  );
}

/** What a function does that the statement calls is told of there. */
const isOfCalled = (node: Node, statement: Computed): boolean =>
  !statement.places.some((place) => place.node === node) &&
  [...ownNodes(statement)].some(
    (call) => isCallOfFile(call) && (call === statement.node || !isHelper(call)) && reachedWithin(call).has(node),
  );

const isOfHalves = (node: Node): boolean => pieceOf(node) !== null || /^(?:concatenate|stack|negate)$/.test(unwrap(node).op);

const mostNamed = 24;

/** Other values of the function that have a name: what it is given, and what it has made so far. */
export function namedIn(computed: readonly Computed[], { holder, start }: Computed): Node[] {
  const given = new Map<string, Node>();
  const made = new Map<string, Node>();
  for (const one of computed) {
    if (one.holder !== holder) continue;
    for (const { node } of one.places) if (node.op === 'parameter') given.set(node.attributes['name'] as string, node);
    if (one.start < start && /^\w+$/.test(one.target)) made.set(one.target, one.node);
  }
  return [...given.values(), ...made.values()].slice(-mostNamed);
}

/** The two players of a GAN: what each one's loss makes of what the discriminator says of generated examples. */

import { full } from '../../maths/tensor/shape.ts';
import type { Diagnostic } from '../../protocol/python.ts';
import type { Computed } from '../expression/follow/context.ts';
import { unwrap, usersOf, wrappers, type Node } from '../expression/node.ts';
import { evaluate } from '../recognise/comparison/evaluate.ts';
import type { Match } from '../recognise/comparison/match.ts';
import { inputsFor, rolesAt } from '../recognise/comparison/roles.ts';
import { holdsAny, wordsOf } from '../recognise/evidence/words.ts';
import { isMisshapen } from '../recognise/comparison/shapes.ts';
import { calledFor, type Found } from '../recognise/findings.ts';
import { claimsOfAnswers, isTermOf, labels, lossesReturned, playerOf } from './answers.ts';
import type { Claim } from './claim.ts';
import { namesOn } from './rules/flow.ts';
import { boundTo } from './sampling/bound.ts';
import { isPlainNumber } from './rules/syntax.ts';

const players: Readonly<Record<string, Claim['player']>> = {
  gan_d_bce: 'discriminator',
  hinge_d: 'discriminator',
  wgan_d: 'discriminator',
  lsgan_d: 'discriminator',
  gan_g_ns: 'generator',
  gan_g_saturating: 'generator',
  gan_g_linear: 'generator',
  lsgan_g: 'generator',
};

export function claimsIn(found: readonly Found[], statements: readonly Computed[], bases: ReadonlyMap<string, readonly string[]>): Claim[] {
  const judged: Judged[] = [];
  const returned = lossesReturned(statements);
  for (const { place, computed, recognition } of found) {
    const meant = players[recognition.formula.id];
    if (!meant || recognition.kind !== 'value' || calledFor(place.node) !== null) continue;
    // With labels that are given it may play either side.
    if ([...recognition.binding.choices.values()].some((choice) => 'role' in choice && /target/i.test(choice.role.id))) continue;
    // A half of a discriminator's loss may be a formula of the generator's.
    const said = playerOf(computed.target) ?? playerOf(computed.around[0] ?? '');
    const isHalf = meant === 'generator' || (said === 'generator' && !boundTo(recognition, 'real'));
    const player = said && isHalf && isOfFake(recognition) ? said : meant;
    const slope = slopeIn(recognition, 0.5) * (trainedWith(place.node) ?? usedWith(place.node));
    if (slope === 0) continue;
    const isSquared = recognition.formula.id.startsWith('lsgan');
    const rests = isSquared ? (labels.find((label) => slopeIn(recognition, label) === 0) ?? null) : null;
    const [holder = '', ...around] = computed.around;
    if (!(isTrained(computed, place.node) || isTermOf(returned, computed, place.node)) || isPlainNumber(computed)) continue;
    const where = { holder, around: around.join('.'), from: bases.get(around[0] ?? '') ?? [] };
    const claim = { start: place.start, end: place.end, player, raises: slope < 0, rests, label: null, ...where };
    judged.push({ claim, judges: judgesIn(recognition) });
  }
  const claims = judged.map((one): Claim => (isOtherSideOf(one, judged) ? { ...one.claim, player: 'generator' } : one.claim));
  for (const claim of claimsOfAnswers(statements, bases))
    if (!claims.some((known) => known.start < claim.end && claim.start < known.end)) claims.push(claim);
  return claims;
}

interface Judged {
  readonly claim: Claim;
  /** The networks that say what is real, where it holds what they say of both sides; else none. */
  readonly judges: ReadonlySet<string>;
}

function judgesIn({ binding }: Found['recognition'] & { kind: 'value' }): ReadonlySet<string> {
  const sides = new Map<string, string>();
  for (const [node, choice] of binding.choices) {
    const { op, attributes } = unwrap(node);
    if ('role' in choice && op === 'opaque') sides.set(choice.role.id, String(attributes['callee']));
  }
  return new Set(sides.has('real') && sides.has('fake') ? sides.values() : []);
}

/**
 * Whether it asks both sides of a discriminator for the opposite of what another loss of the same function asks of them: where encoder and
 * generator are learned together, both sides are of the one that is not judging.
 */
const isOtherSideOf = ({ claim, judges }: Judged, all: readonly Judged[]): boolean =>
  claim.player === 'discriminator' &&
  claim.raises === true &&
  all.some(
    (one) =>
      one.claim.player === 'discriminator' &&
      one.claim.raises === false &&
      one.claim.holder === claim.holder &&
      one.claim.around === claim.around &&
      [...one.judges].some((judge) => judges.has(judge)),
  );

/** Whether what is taken for the answers to generated examples is called so. */
const isOfFake = ({ binding }: Pick<Match, 'binding'>): boolean =>
  [...binding.choices].some(([node, choice]) => 'role' in choice && choice.role.id === 'fake' && /fake|gen/i.test(namesOn(node).join(' ')));

/** How the loss changes with what the discriminator says of generated examples, whatever that is called. */
function slopeIn({ cut, reading, binding, layout, alternative }: Found['recognition'] & { kind: 'value' }, at: number): number {
  const inputs = inputsFor(cut, reading, binding, layout, rolesAt(cut, reading, binding, layout, 0), 1);
  for (const [node, choice] of binding.choices) {
    const value = inputs.get(node);
    if (!value || !('role' in choice)) continue;
    const isFake = choice.role.id === 'fake';
    const values = isFake || choice.role.id === 'real' ? full(value.shape, at).values : value.values;
    inputs.set(node, { ...value, values, tangents: isFake ? new Float64Array(values.length).fill(1) : null });
  }
  try {
    const { tangents } = evaluate(cut, inputs, alternative);
    const slope = tangents ? tangents.reduce((sum, value) => sum + value, 0) : 0;
    return Math.abs(slope) < 1e-9 ? 0 : Math.sign(slope);
  } catch (error) {
    if (isMisshapen(error)) return 0;
    throw error;
  }
}

/** Whether it is called a loss, or has its gradients taken: a distance that is only logged wants nothing. */
function isTrained({ target, around: [holder = ''] }: Computed, node: Node): boolean {
  if (holdsAny(wordsOf(target), lossWords) || (target === '' && (holdsAny(wordsOf(holder), lossWords) || isOfPlayer(holder)))) return true;
  return trainedWith(node) !== null;
}

/** With which sign a value is a term of what has its gradients taken; null where none has. */
function trainedWith(node: Node): 1 | -1 | null {
  const signs = new Map<Node, 1 | -1>([[node, 1]]);
  for (const [one, sign] of signs) {
    if (signs.size > mostTrained) return null;
    for (const user of usersOf(one)) {
      if (user.op === 'opaque' && user.attributes['callee'] === 'backward') return sign;
      const isTurned = user.op === 'negate' || (user.op === 'subtract' && user.args[0] !== one);
      const isTerm = wrappers.has(user.op) || averaging.has(user.op) || user.op === 'add' || user.op === 'subtract' || isTurned;
      if (isTerm && user.op !== 'detach' && !signs.has(user)) signs.set(user, isTurned ? (-sign as 1 | -1) : sign);
    }
  }
  return null;
}

const mostTrained = 30;

/** What a function that is called by a player returns is its loss, where it does not train it itself. */
const isOfPlayer = (name: string): boolean => playerOf(name) !== null && !/step|train|update|fit|epoch|log/i.test(name);

const lossWords = ['loss', 'losses', 'err', 'error', 'cost', 'objective', 'err d', 'err g'];

/** 1 where a value is minimised as it is, -1 where its negative is, 0 where both or neither can be told. */
function usedWith(node: Node, depth = 0): number {
  const signs = new Set<number>();
  for (const user of usersOf(node)) {
    if (depth > 6) return 0;
    // What is trained is minimised, whatever is logged of it.
    if (user.op === 'opaque' && user.attributes['callee'] === 'backward') return 1;
    if (user.op === 'negate' || (user.op === 'subtract' && user.args[1] === node && user.args[0] !== node)) signs.add(-1);
    else if (wrappers.has(user.op) || averaging.has(user.op)) signs.add(usedWith(user, depth + 1));
  }
  return signs.size === 0 ? 1 : signs.size === 1 ? [...signs][0]! : 0;
}

const averaging: ReadonlySet<string> = new Set(['mean', 'sum', 'detach']);

/**
 * Where both players of one function, else of one class or file, want the same. One is told of it that does not do what the others of its
 * kind do, or, of two, what is usual.
 */
export function agreeing(claims: readonly Claim[]): Diagnostic[] {
  const games = gamesIn(claims);
  const diagnostics: Diagnostic[] = lowering(claims, games);
  for (const own of games) {
    const of = (player: Claim['player']): Claim[] => own.filter((claim) => claim.player === player);
    const discriminators = of('discriminator');
    const generators = of('generator').length > 0 ? of('generator') : inheritedBy(discriminators, claims);
    for (const [some, others] of [
      [discriminators, generators],
      [generators, discriminators],
    ] as const) {
      const meant = mostOf(others);
      const isAgainst = (claim: Claim): boolean => (meant ? isSame(claim, meant) : wantAlike(others) && isOfKind(claim, others));
      const wrong = some.filter(isAgainst);
      // What is inherited is told of where it stands.
      if (!wrong.every((claim) => own.includes(claim))) continue;
      if (wrong.length === 0) continue;
      // Where no other of its kind wants anything else, the one is meant that is not as it usually is.
      const usual = some === generators;
      const isUnusual = ({ raises }: Claim): boolean => raises === !usual || (raises === null && usual);
      if (!wrong.every(isUnusual) && !some.some((claim) => !wrong.includes(claim) && isUnusual(claim))) continue;
      for (const { start, end, player, raises } of wrong)
        diagnostics.push({
          start,
          end,
          rule: 'players-agree',
          severity: 'warning',
          message:
            raises === null
              ? `This draws D(G(z)) to the same label as the loss of the other player: the ${player} has to want the opposite.`
              : `Minimising this ${raises ? 'raises' : 'lowers'} D(G(z)), and so does the loss of the other player: the ${player} has to want the opposite.`,
          related: others
            .filter((one) => wrong.some((claim) => isSame(one, claim)))
            .map((one) => ({ start: one.start, end: one.end, message: `The loss of the ${one.player}.` })),
          fix: null,
          compared: null,
        });
    }
  }
  return diagnostics;
}

/** Losses of generators without another player beside them, where all else of the file is as usual: D(G(z)) is to be raised. */
function lowering(claims: readonly Claim[], games: readonly (readonly Claim[])[]): Diagnostic[] {
  const known = new Set(games.flatMap((own) => (new Set(own.map(({ player }) => player)).size > 1 ? own : [])));
  const generators = claims.filter(({ player }) => player === 'generator');
  const alone = generators.filter((claim) => claim.raises === false && claim.rests === null && claim.turns !== true && !known.has(claim));
  const right = generators.filter((claim) => claim.raises === true);
  const discriminators = claims.filter(({ player }) => player === 'discriminator');
  // Which label is which may be chosen anew, and squares may rest between both.
  const turned = discriminators.filter(({ raises }) => raises === true).length;
  const isUsual = discriminators.length > 0 && turned * 4 <= discriminators.length && !discriminators.some(({ raises }) => raises === null);
  const wrong = alone.filter(
    (claim) => (isUsual && claim.around === '') || right.some((one) => one.holder === claim.holder && one.around === claim.around),
  );
  if (right.length < wrong.length || right.length === 0 || turned * 4 > discriminators.length) return [];
  return wrong.map(({ start, end }) => ({
    start,
    end,
    rule: 'players-agree',
    severity: 'warning',
    message: 'Minimising this lowers D(G(z)), as a discriminator wants it: the other losses of generators in this file raise it.',
    related: right.map((one) => ({ start: one.start, end: one.end, message: 'A loss that raises it.' })),
    fix: null,
    compared: null,
  }));
}

/** Losses that are played against each other: of one function, of one class, or of functions that are called alike. */
function gamesIn(claims: readonly Claim[]): Claim[][] {
  const groups = new Map<string, Claim[]>();
  for (const claim of claims) {
    const { holder, around, player } = claim;
    const isOther = (other: Claim): boolean => other.around === around && other.player !== player;
    const isGame = claims.some((other) => isOther(other) && other.holder === holder);
    const isPaired = around === '' && claims.some((other) => isOther(other) && callOf(other) === callOf(claim));
    const key = isGame ? `${around}.${holder}` : isPaired ? `: ${callOf(claim)}` : around;
    groups.set(key, [...(groups.get(key) ?? []), claim]);
  }
  // What is left of a file that has several losses of one player is of several games.
  const isOne = (own: readonly Claim[], of: Claim['player']): boolean =>
    new Set(own.flatMap(({ player, holder }) => (player === of ? [holder] : []))).size <= 1;
  return [...groups].flatMap(([key, own]) => (key !== '' || (isOne(own, 'discriminator') && isOne(own, 'generator')) ? [own] : []));
}

/** What a function is called beside whose loss it is: `d_hinge` and `g_hinge`. */
const callOf = ({ holder }: Claim): string =>
  wordsOf(holder)
    .filter((word) => playerOf(word) === null)
    .join(' ');

/** What the generator wants in the class that one is made from, where the discriminator's method there is put anew. */
function inheritedBy(discriminators: readonly Claim[], claims: readonly Claim[]): Claim[] {
  const isFrom = (claim: Claim): boolean => discriminators.some(({ from }) => from.includes(claim.around));
  const replaced = claims.filter(
    (claim) => claim.player === 'discriminator' && isFrom(claim) && discriminators.some(({ holder }) => holder === claim.holder),
  );
  const inherited = claims.filter((claim) => claim.player === 'generator' && isFrom(claim));
  return replaced.length > 0 && !replaced.some((claim) => inherited.some((other) => isSame(claim, other))) ? inherited : [];
}

/** Whether two losses want the same of D(G(z)). */
const isSame = (a: Claim, b: Claim): boolean =>
  a.raises !== null && b.raises !== null ? a.raises === b.raises && a.rests === b.rests : a.label !== null && a.label === b.label;

/** Whether it is like all others that come to rest as it does, or at all. */
function isOfKind(claim: Claim, others: readonly Claim[]): boolean {
  const like = others.filter(({ rests }) => (rests === null) === (claim.rests === null));
  return like.length > 0 && like.every((one) => isSame(claim, one));
}

/** Whether all push D(G(z)) the same way, wherever it would come to rest. */
const wantAlike = ([first, ...others]: readonly Claim[]): boolean =>
  first !== undefined && first.raises !== null && others.every(({ raises }) => raises === first.raises);

/** What nearly all of them want; null where they do not agree. */
function mostOf(claims: readonly Claim[]): Claim | null {
  return claims.find((claim) => claims.filter((one) => isSame(one, claim)).length * 4 >= claims.length * 3) ?? null;
}

/** Losses of the players of a GAN that are no formula by themselves: what they make of a discriminator's answers to what was generated. */

import type { Computed } from '../expression/follow/context.ts';
import { argumentsOf, leaves, numberOf, unwrap, type Node } from '../expression/node.ts';
import { argsOf } from '../recognise/cut.ts';
import { holdsAny, wordsOf } from '../recognise/evidence/words.ts';
import { compile, execute } from '../recognise/screening/pointwise.ts';
import type { Claim } from './claim.ts';
import { isCallOfFile } from './statements.ts';
import { isMadeOf, moving, namesOn, termsOf } from './rules/flow.ts';
import { isPlainNumber } from './rules/syntax.ts';

type Player = Claim['player'];

export function claimsOfAnswers(computed: readonly Computed[], bases: ReadonlyMap<string, readonly string[]>): Claim[] {
  const claims: Claim[] = [];
  const returned = lossesReturned(computed);
  for (const statement of computed) {
    const { node, detached, start, end, target, around } = statement;
    if (node.op === 'let' || detached || isPlainNumber(statement)) continue;
    if (!(target === '' ? isReturned(statement) : isLoss(target) || isTermOf(returned, statement, node))) continue;
    const named = playerOf(target) ?? playerOf(around[0] ?? '');
    const wish = wishOf(node, named);
    if (!wish) continue;
    const player = named ?? wish.player;
    if (!player) continue;
    const [holder = '', ...rest] = around;
    claims.push({
      start,
      end,
      player,
      raises: wish.raises,
      turns: wish.turns,
      rests: wish.rests,
      label: wish.label,
      holder,
      around: rest.join('.'),
      from: bases.get(rest[0] ?? '') ?? [],
    });
  }
  return claims;
}

/** By what computes a loss; a step that trains returns what it likes. */
const isReturned = ({ around: [holder = ''] }: Computed): boolean =>
  isLoss(holder) || (playerOf(holder) !== null && !/step|train|update|fit|epoch|forward/i.test(holder));

/** What functions give that are called losses. */
export const lossesReturned = (computed: readonly Computed[]): readonly Computed[] =>
  computed.filter(({ target, around: [holder = ''] }) => target === '' && /loss|objective/i.test(holder));

/** Whether a value is a term of one of them. */
export const isTermOf = (returned: readonly Computed[], { holder }: Computed, node: Node): boolean =>
  returned.some((one) => one.holder === holder && termsOf(one.node).some((term) => term.sign === 1 && isWithin(term.node, node)));

function isWithin(term: Node, node: Node): boolean {
  if (unwrap(term) === unwrap(node)) return true;
  const { op, args } = unwrap(term);
  return (op === 'multiply' || op === 'mean' || op === 'sum') && args.some((arg) => isWithin(arg, node));
}

const isLoss = (name: string): boolean => /loss|err|cost|objective|(?:^|_)adv/i.test(name);
const generatorWords = ['g', 'gen', 'generator'];
const discriminatorWords = ['d', 'disc', 'discriminator', 'critic'];

/** Whose loss it is by its name; null where that does not tell. */
export function playerOf(name: string): Player | null {
  const words = wordsOf(name);
  const [g, d] = [holdsAny(words, generatorWords), holdsAny(words, discriminatorWords)];
  return g === d ? null : g ? 'generator' : 'discriminator';
}

/** Labels of real and of generated examples. */
export const labels = [0, 1, -1];

interface Wish {
  /** Whether it is lower for a higher answer; null where only a label is known. */
  readonly raises: boolean | null;
  readonly turns: boolean;
  /** The label of an answer at which it is least. */
  readonly rests: number | null;
  /** What a criterion is given to reach. */
  readonly label: string | null;
  /** By whether the examples are held constant. */
  readonly player: Player | null;
}

/** What a loss wants of the answers to generated examples; null where it is of something else as well. */
function wishOf(node: Node, named: Player | null): Wish | null {
  const criterion = criterionIn(node);
  if (criterion) {
    const answer = answerOf(criterion.answer, named);
    if (answer?.side !== 'fake') return null;
    const value = numberOf(criterion.label);
    const label = value === null ? `#${unwrap(criterion.label).id}` : String(value);
    const raises = value === null || (value > 0.2 && value < 0.8) ? null : value > 0.5;
    return { raises, turns: false, rests: null, label: raises === null ? label : null, player: answer.player };
  }
  if (answerOf(node, named)) return null;
  const order: Node[] = [];
  const answers = new Map<Node, Answer>();
  const neutral = new Map<Node, number>();
  const seen = new Set<Node>();
  const visit = (part: Node): boolean => {
    if (seen.has(part)) return true;
    seen.add(part);
    if (order.length > 80) return false;
    const answer = answerOf(part, named);
    const given = answer ? null : isGiven(part) ? weightOf(part) : null;
    if (answer) answers.set(part, answer);
    else if (given !== null) neutral.set(part, given);
    // What a function of the file gives is told there.
    else if (leaves.has(part.op) || isCallOfFile(part) || !argsOf(part, { alternative: 0 }).every(visit)) return false;
    order.push(part);
    return true;
  };
  if (!visit(node)) return null;
  const own = [...answers.values()];
  const fakes = own.filter(({ side }) => side === 'fake');
  if (fakes.length === 0) return null;
  const slope = (at: number): number | null => slopeAt(at, { root: node, order, answers, neutral });
  const [low, ...slopes] = [-4, 0.4, 0.6, 4].map(slope);
  if (slopes[0] === null || slopes[0] !== slopes[1] || slopes[0] === 0) return null;
  const turns = [low, slopes[2]].some((one) => one === -slopes[0]!);
  return {
    raises: slopes[0]! < 0,
    turns,
    rests: turns ? (labels.find((label) => slope(label) === 0) ?? null) : null,
    label: null,
    player: fakes.every(({ player }) => player === fakes[0]!.player) ? fakes[0]!.player : null,
  };
}

interface Piece {
  readonly root: Node;
  readonly order: readonly Node[];
  readonly answers: ReadonlyMap<Node, Answer>;
  readonly neutral: ReadonlyMap<Node, number>;
}

/** The sign with which a loss changes as the answers to generated examples do. */
function slopeAt(at: number, { root, order, answers, neutral }: Piece): number | null {
  const inputs = [...answers.keys(), ...neutral.keys()];
  const none = { constant: new Set<Node>(), measured: new Set<Node>(), operations: new Set<string>(), literals: [] };
  const program = compile({ root, order, inputs, ...none }, 0);
  if (!program) return null;
  for (const [node, { side }] of answers) {
    program.values[program.places.get(node)!] = at;
    program.tangents[program.places.get(node)!] = side === 'fake' ? 1 : 0;
  }
  for (const [node, value] of neutral) program.values[program.places.get(node)!] = value;
  execute(program);
  const slope = program.tangents[program.result]!;
  return Number.isFinite(slope) && Number.isFinite(program.values[program.result]!) ? Math.sign(slope) : null;
}

/** A criterion that is not known, given an answer and what that is to be. */
function criterionIn(node: Node): { readonly answer: Node; readonly label: Node } | null {
  let inner = unwrap(node);
  while ((inner.op === 'mean' || inner.op === 'sum' || inner.op === 'multiply') && inner.args[0]) {
    const part = inner.op === 'multiply' ? inner.args.find((arg) => !isGiven(arg)) : inner.args[0];
    if (!part) return null;
    inner = unwrap(part);
  }
  const given = argumentsOf(inner);
  if (inner.op !== 'opaque' || given.length !== 2 || !/crit|bce|mse|loss|adv|gan/i.test(String(inner.attributes['callee']))) return null;
  return { answer: given[0]!, label: given[1]! };
}

interface Answer {
  readonly side: 'real' | 'fake';
  readonly player: Player | null;
}

const callsDiscriminator = /(?:^|[._]|net)d(?:is\w*)?(?:_\w{1,4})?$|discriminator|critic/i;
const callsGenerator = /(?:^|[._]|net)g(?:en\w*)?(?:_\w{1,4})?$|generator/i;
const answering = /logit|pred|out(?:put)?s?(?:_|$)|score|prob|validity|(?:^|_)d_|_d$|verdict/i;
const generated = /fake|(?:^|_)gen(?:erated|_|s?$)|synth|_gz|g_z|sampled?_/i;

/** What a discriminator says of something; null where it is not that. */
function answerOf(node: Node, named: Player | null): Answer | null {
  if (node.op === 'let' || node.op === 'inline') {
    // The whole of a loss has a name as well.
    const names = namesOn(node).join(' ');
    if (isLoss(names)) return null;
    const inner = unwrap(node);
    return leaves.has(inner.op) || moving.has(inner.op) ? (answerOf(node.args[0]!, named) ?? byName(node, named)) : null;
  }
  if (moving.has(node.op) && node.args[0] && node.op !== 'item') return answerOf(node.args[0], named);
  if (node.op === 'opaque') {
    if (!callsDiscriminator.test(String(node.attributes['callee']))) return null;
    const given = argumentsOf(node).filter((arg) => arg.op !== 'attribute' || !/param/i.test(String(arg.attributes['name'])));
    const held = given.some(isHeld);
    const isFake = given.some((arg) => generated.test(namesOn(arg).join(' ')) || isMadeOf(arg, isGeneratorCall, 40));
    const isReal = given.some((arg) => /real|true/i.test(namesOn(arg).join(' ')));
    const side = isFake ? 'fake' : isReal || named !== 'generator' ? 'real' : 'fake';
    return { side, player: held && isFake ? 'discriminator' : null };
  }
  return node.op === 'parameter' || node.op === 'attribute' || node.op === 'item' ? byName(node, named) : null;
}

const isGeneratorCall = ({ op, attributes }: Node): boolean => op === 'opaque' && callsGenerator.test(String(attributes['callee']));
const isHeld = (node: Node): boolean => unwrap(node).op === 'detach';

function byName(node: Node, named: Player | null): Answer | null {
  const names = namesOn(node).join(' ');
  if (/label|target|smooth|(?:^|_)t(?:_|$)|valid$|ones|zeros/i.test(names)) return null;
  const [fake, real] = [generated.test(names), /real/i.test(names)];
  if (fake !== real) return { side: fake ? 'fake' : 'real', player: null };
  return answering.test(names) && named === 'generator' ? { side: 'fake', player: null } : null;
}

/** A number that the code does not tell. */
const isGiven = (node: Node): boolean => {
  const inner = unwrap(node);
  return (inner.op === 'parameter' || inner.op === 'attribute' || inner.op === 'global') && weightOf(node) !== null;
};

/** What it may be taken for: nothing of what is tiny, 1 for a weight. */
function weightOf(node: Node): number | null {
  const [name = ''] = namesOn(node);
  if (/label|smooth/i.test(name))
    return typeof unwrap(node).attributes['default'] === 'number' ? (unwrap(node).attributes['default'] as number) : null;
  if (/^(?:eps|epsilon|tiny)$/i.test(name)) return 1e-8;
  return /lambda|lam|weight|^w_|coef|gamma|beta|scale/i.test(name) ? 1 : null;
}

/** What networks were asked, told by how they were called: whatever the code calls them. */

import { isLibrary } from '../../expression/library/paths.ts';
import { argumentsOf, leaves, measuring, wrappers, type Node } from '../../expression/node.ts';
import { namesOf } from './given.ts';
import { holdsAny, wordsOf } from './words.ts';

/** A call that is not followed: what was called, and what it was given. */
interface Asked {
  readonly key: string;
  readonly inputs: readonly Node[];
}

/** From what a call gave to the call: parts of it, its mean, its logistic. */
const taken: ReadonlySet<string> = new Set(
  'let inline reshape expand flatten expandDims squeeze permute swapAxes moveAxis part parts index tile rearrange einopsReduce einopsRepeat item gather sigmoid mean sum clamp'.split(
    ' ',
  ),
);

/** The same, where a gradient must come through. */
function callIn(node: Node): Node | null {
  let inner = node;
  for (let step = 0; step < mostSteps && taken.has(inner.op) && inner.args[0]; step++) inner = inner.args[0];
  return inner.op === 'opaque' ? inner : null;
}

function asked(node: Node): Asked | null {
  const call = callIn(node);
  if (!call) return null;
  const { attributes, args } = call;
  return {
    key: `${attributes['callee'] as string}|${attributes['bound'] === true ? stripped(args[0]!).id : ''}`,
    inputs: argumentsOf(call),
  };
}

const mostSteps = 60;

/** What it is, whatever it is called and whether a gradient reaches it. */
function stripped(node: Node): Node {
  let inner = node;
  while (wrappers.has(inner.op) || inner.op === 'detach') inner = inner.args[0]!;
  return inner;
}

/**
 * Where two values were computed alike, by the same calls: the pairs of things in which they differ. Empty where they are not the same
 * function of different things.
 */
export function differences(a: Node, b: Node): readonly (readonly [Node, Node])[] {
  const [first, second] = [callIn(a), callIn(b)];
  if (!first || !second || first === second || asked(a)!.key !== asked(b)!.key) return [];
  const found: [Node, Node][] = [];
  const seen = new Set<string>();
  const walk = (x: Node, y: Node): void => {
    const [one, other] = [stripped(x), stripped(y)];
    if (one === other) return;
    const key = `${one.id},${other.id}`;
    if (seen.has(key) || seen.size > mostSteps) return;
    seen.add(key);
    const alike =
      one.op === other.op &&
      !leaves.has(one.op) &&
      one.args.length === other.args.length &&
      one.attributes['name'] === other.attributes['name'];
    const same =
      one.op === 'opaque' && other.op === 'opaque' && asked(one)!.key === asked(other)!.key && one.args.length === other.args.length;
    if (!measuring.has(one.op) && (alike || same)) one.args.forEach((arg, place) => walk(arg, other.args[place]!));
    else if (!measuring.has(one.op)) found.push([one, other]);
  };
  first.args.forEach((arg, place) => second.args[place] && walk(arg, second.args[place]));
  return found;
}

const noiseWords = ['z', 'zs', 'noise', 'noises', 'latent', 'latents', 'fixed noise', 'random latent', 'seed'];
/** What noise goes through on its way into a network. */
const passing: ReadonlySet<string> = new Set([
  ...taken,
  'detach',
  'concatenate',
  'stack',
  'multiply',
  'divide',
  'opaque',
  'norm',
  'choice',
]);

/** Drawn, or called noise; or what a network made of it. */
function isOfNoise(node: Node, depth = 0): boolean {
  const inner = stripped(node);
  if (inner.op === 'normal' || inner.op === 'uniform') return true;
  if (depth > 0 && namesOf(node).some((name) => holdsAny(wordsOf(name), noiseWords)) && (leaves.has(inner.op) || taken.has(inner.op)))
    return inner.op !== 'opaque' || inner.args.length > 0;
  if (depth > 6 || !passing.has(inner.op)) return false;
  const args = inner.op === 'opaque' ? (asked(inner)?.inputs ?? []) : inner.args;
  return args.some((arg) => isOfNoise(arg, depth + 1));
}

/** What a network made of noise. */
export const isGenerated = (node: Node): boolean => {
  const call = callIn(stripped(node));
  return call !== null && asked(call)!.inputs.some((input) => isOfNoise(input, 1));
};

/** What a network gave, of whatever: as against what the code was given. */
function isMade(node: Node): boolean {
  const call = callIn(stripped(node));
  if (call?.attributes['bound'] !== true || call.args.length < 2) return false;
  const path = String(stripped(call.args[0]!).attributes['name'] ?? '');
  return !isLibrary(path) && !path.startsWith('builtins.');
}

/** Neither drawn nor computed. */
function isData(node: Node): boolean {
  let inner = stripped(node);
  while (taken.has(inner.op) && inner.args[0]) inner = stripped(inner.args[0]);
  return leaves.has(inner.op) && inner.op !== 'normal' && inner.op !== 'uniform' && !isMade(inner) && !isGenerated(inner);
}

/** What the same network said of two things: of something given, and of something that another network made. */
export function isJudgedBeside(real: Node, fake: Node, ofNoise: boolean): boolean {
  const between = differences(real, fake);
  return between.some(([given, made]) => (isGenerated(made) ? !isGenerated(given) : !ofNoise && isMade(made) && isData(given)));
}

/** What a network says of what another one made of noise, with a gradient for both. */
export function isJudgedOfNoise(fake: Node): boolean {
  const judge = asked(fake);
  if (!judge) return false;
  return judge.inputs.some((input) => {
    const made = asked(input);
    return made !== null && made.key !== judge.key && isGenerated(input);
  });
}

/** What the same network said of two things, neither of which another network made. */
export function isSaidAlike(one: Node, other: Node): boolean {
  const between = differences(one, other);
  return between.length > 0 && between.every(([a, b]) => isData(a) && isData(b));
}

/** Of two calls, one of the other's result: which were called, the outer one first. */
function there(node: Node): readonly [string, string] | null {
  const back = asked(node);
  const first = back?.inputs.map(asked).find((input) => input !== null);
  return back && first && back.key !== first.key ? [back.key, first.key] : null;
}

/** There by one network and back by another, and the other way round. */
export function isThereAndBack(one: Node, other: Node): boolean {
  const [a, b] = [there(one), there(other)];
  return a !== null && b !== null && a[0] === b[1] && a[1] === b[0];
}

const held: ReadonlySet<string> = new Set(['parameter', 'attribute', 'item']);

/** What a network that the code was given says, beside what it was given too. */
export function isAnswer(said: Node, wanted: Node): boolean {
  const call = callIn(said);
  return call !== null && isMade(call) && isHeldNetwork(stripped(call.args[0]!)) && isData(wanted);
}

/** Given to the code, or made by a class of a library. */
const isHeldNetwork = ({ op, attributes }: Node): boolean =>
  held.has(op) || (op === 'opaque' && /(?:^|\.)[A-Z]\w*$/.test(String(attributes['callee'])));

/** The same value on both sides of what compares two, where the other one is left over. */

import type { Computed } from '../../expression/follow/context.ts';
import { unwrap, usersOf, type Node } from '../../expression/node.ts';
import { holdsAny } from '../../recognise/evidence/words.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, writtenIn } from '../statements.ts';
import { scoresIn } from './attention.ts';
import { difference } from './counterparts.ts';
import { isMadeOf, made, namesOn } from './flow.ts';

export function* sameSides(statement: Computed, checked: Checked): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    const wrong = (node.op === 'matmul' ? forgottenBy(node, statement, checked) : null) ?? besideItself(node, statement, checked);
    if (!wrong) continue;
    yield { ...wrong, severity: 'warning', statement, at: writtenIn(statement, node), related: [], nearly: null, change: null };
    return;
  }
}

/** One value on both sides, whose counterpart is left over. */
function besideItself(node: Node, statement: Computed, checked: Checked): Wrong | null {
  const sides = sidesIn(node);
  const own = sides && namesOn(sides[0])[0];
  const names = sides && own !== undefined && own === namesOn(sides[1])[0] ? [own] : givenTwice(node);
  const [name, other] = names.map((one) => [one, leftOver(one, statement, checked)] as const).find(([, one]) => one !== null) ?? [];
  return name === undefined ? null : { rule: 'same-twice', message: `${name} stands on both sides, and ${other} is used nowhere.` };
}

type Wrong = Pick<Fault, 'rule' | 'message'>;

/** What the same loss is of, twice. */
function givenTwice({ op, args: [a, b] }: Node): readonly string[] {
  if (op !== 'add' || !a || !b || unwrap(a) !== unwrap(b) || !isMadeOf(a, (part) => part.op === 'crossEntropy', 30)) return [];
  return [...made(a, 60)].flatMap((part) => (part.op === 'parameter' ? [String(part.attributes['name'])] : []));
}

/** Of what compares two, where both are one. */
function sidesIn({ op, args }: Node): readonly [Node, Node] | null {
  const [a, b] = args;
  if (!a || !b) return null;
  if (op === 'add' || op === 'subtract' || op === 'minimum' || op === 'maximum') {
    const [x, y] = [withoutSign(a), withoutSign(b)];
    return unwrap(x) === unwrap(y) ? [reduced(x), reduced(y)] : null;
  }
  if (op !== 'matmul') return null;
  const turned = unwrap(b);
  const isTurned = turned.op === 'permute' || turned.op === 'swapAxes';
  return isTurned && unwrap(turned.args[0]!) === unwrap(a) ? [a, turned.args[0]!] : null;
}

const withoutSign = (node: Node): Node => (node.op === 'negate' ? node.args[0]! : node);

/** What a mean is of. */
const reduced = (node: Node): Node => (/^(?:mean|sum|square|abs)$/.test(node.op) ? reduced(node.args[0]!) : node);

/** The counterpart of a name, which the function is given or makes, and does not use. */
function leftOver(name: string, statement: Computed, { computed, textOf }: Checked): string | null {
  const { holder } = statement;
  const [first] = holder?.body ?? [];
  if (!holder || !first) return null;
  const text = textOf({ start: first.start, end: holder.end });
  const own = computed.filter((one) => one.holder === holder && one.start < statement.start).map(({ target }) => target);
  const uses = (word: string): number => [...text.matchAll(new RegExp(`(?<![\\w.])${word}(?!\\w|\\s*=[^=])`, 'g'))].length;
  // What an object is given is used by it elsewhere.
  const isOwn = (word: string): boolean => new RegExp(`(?<![\\w.])${word}(?!\\w)`).test(text);
  const made = own.filter((one) => /^\w+$/.test(one) && isOwn(one));
  const names = new Set([...holder.parameters.map((one) => one.name), ...made].filter((one) => one !== name));
  const unused = [...names].filter((one) => one !== 'self' && uses(one) === 0);
  return unused.find((one) => isCounterpart(name, one) || isOfPair(name, one)) ?? null;
}

/** Of names of one word any two differ in one word. */
function isCounterpart(one: string, other: string): boolean {
  const words = difference(one, other);
  if (!words) return false;
  const isWhole = words[0] === one.toLowerCase() && words[1] === other.toLowerCase();
  return !isWhole || (one.length === 1 && other.length === 1) || counterparts.some((all) => words.every((word) => all.test(word)));
}
const counterparts: readonly RegExp[] = [
  /^(?:images?|imgs?|vision|visual|pixels?|texts?|txts?|captions?|audios?|videos?)$/,
  /^(?:anchors?|positives?|pos|negatives?|neg)$/,
  /^(?:reals?|fakes?|generated|gen)$/,
  /^(?:chosen|rejected|winners?|losers?|better|worse)$/,
  /^(?:quer(?:y|ies)|keys?|docs?|documents?|passages?|users?|items?)$/,
  /^(?:sources?|src|targets?|tgt|old|new|first|second|left|right|before|after)$/,
];

/** A prediction and what it is to be. */
const isOfPair = (one: string, other: string): boolean => [one, other].every((name) => pair.test(name)) && one !== other;
const pair = /^(?:pred\w*|outputs?|targets?|labels?|recon\w*|x|y|x_hat|y_hat|y_true|y_pred|input|student\w*|teacher\w*)$/i;

/** Attention in which keys or values were made and another of the three stands in their place. */
function forgottenBy(product: Node, { holder }: Computed, { computed }: Checked): Wrong | null {
  const unused = (words: readonly string[]): string | null => {
    const made = computed.findLast((one) => one.holder === holder && words.includes(one.target.toLowerCase()));
    const [name] = made ? usersOf(made.node).filter(({ op, attributes }) => op === 'let' && attributes['name'] === made.target) : [];
    return made && name && usersOf(name).length === 0 ? made.target : null;
  };
  const scores = scoresIn(product);
  if (scores && unwrap(scores.operands[0]) === unwrap(scores.operands[1])) {
    const keys = holdsAny(namesOn(scores.operands[0]), queries) ? unused(keyNames) : null;
    return keys === null
      ? null
      : { rule: 'another-value', message: `The queries are multiplied by themselves, and ${keys} is used nowhere.` };
  }
  const weights = unwrap(product.args[0]!);
  const own = weights.op === 'softmax' ? scoresIn(weights.args[0]!) : null;
  if (!own || !own.operands.some((operand) => unwrap(operand) === unwrap(product.args[1]!))) return null;
  const values = unused(valueNames);
  return values === null
    ? null
    : {
        rule: 'another-value',
        message: `The weights are of the keys themselves, and ${values} is used nowhere: it is the values that they sum.`,
      };
}

const queries = ['q', 'query', 'queries', 'xq'];
const keyNames = ['k', 'key', 'keys', 'xk'];
const valueNames = ['v', 'value', 'values', 'xv'];

/** Losses that are not least where the network is right: what it predicts is compared with something else, or with another sign. */

import { catalogue } from '../../../formulas/catalogue.ts';
import type { Computed } from '../../expression/follow/context.ts';
import { argumentsOf, unwrap, type Node } from '../../expression/node.ts';
import { namesOf } from '../../recognise/evidence/given.ts';
import { holdsAny, wordsOf } from '../../recognise/evidence/words.ts';
import type { Checked } from '../checked.ts';
import type { Fault, TextChange } from '../fault.ts';
import { matchOf } from '../matched.ts';
import { isMadeOf } from '../rules/flow.ts';
import { spanWithin } from '../rules/changes.ts';
import { deepNodes } from '../statements.ts';
import { combinationOf, type Combination } from './combination.ts';
import { partsOf, type Levels } from './meant.ts';
import { replaced } from '../near/remade.ts';
import { mended } from './mend.ts';
import { kindsOf, type Kind } from './samples.ts';
import { now, Schedule, type Numbers } from './schedule.ts';

export function* residuals(checked: Checked, told: readonly Fault[]): Generator<void, Fault[]> {
  const known = new Set(told.map(({ statement }) => statement));
  const seen = new Set<Node>();
  const faults: Fault[] = [];
  for (const statement of checked.computed) {
    if (known.has(statement)) continue;
    for (const residual of residualsIn(statement)) {
      if (seen.has(residual)) continue;
      seen.add(residual);
      const wrong = wrongIn(residual);
      if (!wrong) continue;
      faults.push(yield* faultOf(wrong, residual, statement, checked));
      break;
    }
  }
  return faults;
}

/** What is squared; a statement that is called a residual is one. */
function residualsIn(statement: Computed): Node[] {
  const named = holdsAny(wordsOf(statement.target), ['residual', 'residuals', 'resid', 'diff', 'err', 'error']) ? [statement.node] : [];
  const squared = [...deepNodes(statement)].flatMap(({ op, args }) => (op === 'square' || op === 'norm' ? [plain(args[0]!)] : []));
  return [...named, ...squared.filter(({ op }) => op === 'subtract' || op === 'add')].map(unwrap);
}

function plain(node: Node): Node {
  let inner = unwrap(node);
  while (/^(?:reshape|flatten|expand|squeeze|expandDims)$/.test(inner.op)) inner = unwrap(inner.args[0]!);
  return inner;
}

interface Sample {
  readonly node: Node;
  readonly kind: Kind;
  readonly by: Numbers;
}

interface Wrong {
  readonly prediction: Sample;
  readonly target: Sample;
  readonly levels: Levels;
}

function wrongIn(residual: Node): Wrong | null {
  const schedule = new Schedule();
  const combination = combinationOf(residual, { schedule, isSpread: true });
  if (combination?.terms.size !== 2 || combination.rest.some((value) => value !== 0)) return null;
  const [a, b] = [...combination.terms];
  if (!a || !b || isPredicted(a[0]) === isPredicted(b[0]) || [...a[1], ...b[1]].some((by) => by === 0)) return null;
  const time = schedule.times()?.now ?? now;
  const level = schedule.level(time);
  const levels: Levels = { now: level, before: level, alpha: level };
  const [said, given] = isPredicted(a[0]) ? [a, b] : [b, a];
  // What a network leaves of what it was given is a residual whatever it says, unless that is called noisy.
  if (!isNoisy(given[0]) && argumentsOf(unwrap(said[0])).some((arg) => unwrap(arg) === unwrap(given[0]))) return null;
  const readings: Wrong[] = [];
  for (const kind of kindsOf(said[0]))
    for (const other of kindsOf(given[0])) {
      if (cancels(said[1], kind, given[1], other, levels)) return null;
      // A clean sample and one told from it differ in the end by what is learned.
      if (!comparable.has(`${kind} ${other}`)) continue;
      // What a network was given is no target for what it says of it.
      if (other === 'noisy' && (!isPlain(said[1], given[1]) || !isNoisy(given[0]) || !isSaidOf(said[0], given[0]))) continue;
      // Of another size it may be noise that was scaled before.
      const opposite = given[1].map((by) => -by);
      if (other !== 'clean' && other !== 'noisy' && !cancels(said[1], kind, opposite, other, levels)) continue;
      readings.push({ prediction: { node: said[0], kind, by: said[1] }, target: { node: given[0], kind: other, by: given[1] }, levels });
    }
  return readings.length === 1 ? readings[0]! : null;
}

/** Whether nothing is left of the two where the network is right. */
function cancels(by: Numbers, kind: Kind, otherBy: Numbers, other: Kind, levels: Levels): boolean {
  return partsOf(kind, levels).some((one) =>
    partsOf(other, levels).some((parts) =>
      (['clean', 'noise'] as const).every((part) =>
        by.every((value, at) => Math.abs(value * one[part][at]! + otherBy[at]! * parts[part][at]!) < 1e-9),
      ),
    ),
  );
}

/** What is told apart by name beyond doubt. */
const comparable: ReadonlySet<string> = new Set(['noise clean', 'score noise', 'score score', 'noise noise', 'noise noisy']);

/** Beyond doubt by its name. */
const isNoisy = (node: Node): boolean =>
  holdsAny(namesOf(node).slice(0, 1).flatMap(wordsOf), ['noisy', 'noised', 'perturbed', 'xt', 'x t', 'zt', 'z t']) &&
  kindsOf(node).every((kind) => kind === 'noisy');

/** The one less the other. */
const isPlain = (by: Numbers, other: Numbers): boolean => by.every((value, at) => Math.abs(value) === 1 && other[at] === -value);

const isSaidOf = (prediction: Node, sample: Node): boolean => {
  const { op, args } = unwrap(prediction);
  return op === 'opaque' && args.some((arg) => isMadeOf(arg, (part) => unwrap(part) === unwrap(sample), 20));
};

/** What a network says, or what is called so. */
function isPredicted(node: Node): boolean {
  const { op } = unwrap(node);
  return (
    (op === 'opaque' && !isNoisy(node)) ||
    holdsAny(namesOf(node).slice(0, 1).flatMap(wordsOf), ['pred', 'predicted', 'prediction', 'theta', 'hat', 'score'])
  );
}

const called: Readonly<Record<Kind, string>> = {
  clean: 'clean sample',
  noise: 'noise',
  noisy: 'noised sample',
  velocity: 'velocity',
  score: 'score',
  previous: 'sample',
};

function* faultOf(wrong: Wrong, residual: Node, user: Computed, checked: Checked): Generator<void, Fault> {
  const { prediction, target } = wrong;
  const making = makingOf(target, residual, user, checked);
  // What is right by itself is only taken with the wrong sign.
  const statement = making && !isRight(making, wrong) ? making : user;
  const isOtherSign = prediction.kind === target.kind || prediction.kind === 'score' || target.kind === 'score';
  const isWhole = residual === unwrap(statement.node);
  const before = combinationOf(statement.node, { schedule: new Schedule(), isSpread: true });
  const holds = (found: Combination): boolean =>
    [...found.terms].every(([node, by]) => {
      const had = before?.terms.get(node);
      return had?.every((value, at) => by[at] === (node === target.node ? -value : value)) === true;
    });
  const change = isOtherSign && (isWhole || statement !== user) ? yield* mended(statement, holds, checked) : null;
  const other = isOtherSign ? null : namedLike(prediction, target, statement, checked);
  const formula = prediction.kind === 'noise' ? catalogue.get('ddpm_eps_mse') : undefined;
  const nearly = other && formula ? matchOf(replaced(statement.node, target.node, other.node), formula, statement, checked) : null;
  return {
    rule: 'minimum-elsewhere',
    message: isOtherSign
      ? `The ${called[target.kind]} has the other sign: a loss of this residual is least where the ${called[prediction.kind]} is minus what it should be.`
      : `The predicted ${called[prediction.kind]} is compared with the ${called[target.kind]}: the loss is least where the network says that instead of the ${called[prediction.kind]}.`,
    statement,
    at: change?.there ?? (statement === user ? residual : statement.node),
    related: [],
    nearly,
    change: change ? { title: change.title, edits: change.edits } : nearly && other!.change,
  };
}

/** Whether a statement makes of the sample what is predicted, with its own sign. */
function isRight({ node }: Computed, { prediction, target, levels }: Wrong): boolean {
  const by = combinationOf(node, { schedule: new Schedule(), isSpread: true })?.terms.get(target.node);
  const opposite = by?.map((value) => -value);
  return (
    opposite !== undefined &&
    cancels(
      opposite.map(() => 1),
      prediction.kind,
      opposite,
      target.kind,
      levels,
    )
  );
}

/** The statement in which what is compared with was made of the sample; null where it is the sample itself. */
function makingOf({ node: sample }: Sample, residual: Node, { holder, start }: Computed, { computed }: Checked): Computed | null {
  const holdsIt = (arg: Node): boolean => combinationOf(arg, { schedule: new Schedule(), isSpread: true })?.terms.has(sample) === true;
  const name = residual.args.find((arg) => arg.op === 'let' && arg !== sample && holdsIt(arg));
  if (!name) return null;
  return (
    computed.findLast(
      (one) => one.holder === holder && one.start < start && one.target === name.attributes['name'] && unwrap(one.node) === unwrap(name),
    ) ?? null
  );
}

interface Named {
  readonly node: Node;
  readonly change: TextChange;
}

/** The only other name of the function for what the prediction is of. */
function namedLike(prediction: Sample, target: Sample, statement: Computed, { computed, textOf }: Checked): Named | null {
  const place = spanWithin(statement, statement, target.node);
  const names = new Map<string, Node>();
  for (const { holder, places } of computed)
    for (const one of holder === statement.holder ? places : []) {
      const [kind, ...others] = kindsOf(one.node);
      const text = textOf(one);
      if (others.length === 0 && kind === prediction.kind && !isPredicted(one.node) && /^[a-z]\w*$/i.test(text)) names.set(text, one.node);
    }
  const [only, ...others] = names;
  if (!place || !only || others.length > 0) return null;
  const [name, node] = only;
  return { node, change: { title: `Compare with \`${name}\``, edits: [{ start: place.start, end: place.end, text: name }] } };
}

/** Tells what is wrong with the code of one unit, once its formulas are known. */

import type { Span } from '../../maths/nesting.ts';
import type { Diagnostic, Finding } from '../../protocol/python.ts';
import { check } from '../checks/check.ts';
import type { Claim } from '../checks/claim.ts';
import { claimsIn } from '../checks/players.ts';
import { waysIn, type Way } from '../checks/paths.ts';
import { usesIn, type Use } from '../checks/uses.ts';
import { habitsIn, type Habit } from '../checks/conventions.ts';
import { directionsIn, type Direction } from '../checks/directions.ts';
import type { RuleId } from '../checks/rules.ts';
import { diagnosticOf, findingOfFault, namelessFinding } from '../checks/told.ts';
import type { Follower } from '../expression/follow/follower.ts';
import type { Computed } from '../expression/follow/context.ts';
import type { Node } from '../expression/node.ts';
import { codeLatexOf, type Code } from '../findings/codeLatex.ts';
import { describedNearly, renamed } from '../findings/described.ts';
import { findingOf, type Places } from '../findings/finding.ts';
import { findFormulas } from '../recognise/findings.ts';
import type { Recogniser } from '../recognise/recogniser.ts';
import type { ComputedStatement } from './statements.ts';

/** Offsets are those of the unit's module; `starts` says where its targets begin there. */
export interface UnitReading {
  readonly findings: readonly Finding[];
  readonly starts: readonly number[];
  /** Losses of the players of a GAN; empty until it is checked. */
  readonly claims: readonly Claim[];
  /** What the answers of networks are taken for; empty until it is checked. */
  readonly uses: readonly Use[];
  /** Paths and velocities of flows; empty until it is checked. */
  readonly ways: readonly Way[];
  /** What classes do in several places; empty until it is checked. */
  readonly habits: readonly Habit[];
  /** Steps along velocities; empty until it is checked. */
  readonly directions: readonly Direction[];
  /** Goes on to tell what is wrong with it, step by step; null once that is told. */
  readonly check: (() => Generator<void, UnitReading>) | null;
}

/** Of what is told together with other units, before it is checked. */
export const untold = { claims: [], uses: [], ways: [], habits: [], directions: [] } as const;

/** A unit whose formulas are known. */
export interface ReadUnit {
  readonly findings: readonly Finding[];
  readonly starts: readonly number[];
  readonly statements: readonly ComputedStatement[];
  readonly follower: Pick<Follower, 'attributes' | 'bases' | 'answerOf'>;
  readonly recogniser: Recogniser;
  readonly around: Code;
  readonly places: Places<number>;
  readonly numbers: ReadonlyMap<Node, number>;
}

/** Step by step. `onFault` is told of what must not happen; then nothing is said to be wrong. */
export function* checkUnit(unit: ReadUnit, onFault: (error: unknown) => void): Generator<void, UnitReading> {
  const { findings, starts, statements, follower, recogniser, around, places, numbers } = unit;
  try {
    // What was remembered was not matched in this graph.
    const found = statements.flatMap((statement) => findFormulas(statement, recogniser));
    yield;
    const computed = statements.flat();
    const textOf = ({ start, end }: Span): string => around.text.slice(start, end);
    const faults = yield* check({
      computed,
      attributes: follower.attributes,
      answerOf: (name) => follower.answerOf(name),
      found,
      recogniser,
      textOf,
      imports: around.imports,
    });
    const numberOf = (node: Node): number => numbers.get(node) ?? -1;
    const all = [...findings];
    for (const { nearly, statement } of faults) {
      const place = { start: statement.start, end: statement.end };
      const at = all.findIndex((one) => one.start === place.start && one.end === place.end);
      if (!nearly || all[at]?.formula === nearly.formula.id) continue;
      const described = renamed(describedNearly(nearly, place, statement.node), numberOf);
      const near = { ...findingOf(described, place, statement.holder, around, places), isPart: false, diagnostics: [] };
      // What it is by value alone is not what it is meant to be.
      if (at < 0) all.push(near);
      else all[at] = near;
    }
    const standing = { computed, textOf };
    const held = new Map<Finding, Diagnostic[]>();
    const nameless: Finding[] = [];
    for (const fault of faults) {
      const told = diagnosticOf(fault, standing);
      const finding = findingOfFault(fault, told, all);
      // A general formula was found, and the fix makes a particular one of it.
      const makes = fault.nearly && finding && finding.formula !== fault.nearly.formula.id ? fault.nearly.formula.id : undefined;
      const diagnostic = told.fix && makes !== undefined ? { ...told, fix: { ...told.fix, makes } } : told;
      if (finding) held.set(finding, [...(held.get(finding) ?? []), diagnostic]);
      else nameless.push(namelessFinding(diagnostic, fault.statement, drawn(fault.statement, around)));
    }
    const told = all.map((finding) => ({ ...finding, diagnostics: held.get(finding) ?? [] }));
    const turned = faults.flatMap(({ rule, statement }) => (ofDirection.has(rule) ? [statement] : []));
    const claims = claimsIn(found, computed, follower.bases).filter(
      (claim) => !turned.some(({ start, end }) => start <= claim.start && claim.end <= end),
    );
    return {
      findings: [...told, ...nameless],
      starts,
      claims,
      uses: usesIn(computed),
      ways: waysIn(found, computed),
      habits: habitsIn(computed, found, faults),
      directions: directionsIn(found, computed),
      check: null,
    };
  } catch (error) {
    onFault(error);
    return { findings, starts, ...untold, check: null };
  }
}

/** A loss that is wrong by these says nothing of what its player is to want. */
const ofDirection: ReadonlySet<RuleId> = new Set<RuleId>(['targets-alike', 'wrong-direction', 'swapped', 'other-sign', 'same-twice']);

/** A statement as it would be drawn, without a name. */
function drawn(place: Computed, around: Code): Pick<Finding, 'latex' | 'variables' | 'holder'> {
  const { latex = '', variables = [] } = codeLatexOf({ start: place.start, end: place.end }, around, new Map()) ?? {};
  const { holder } = place;
  return {
    latex,
    variables: variables.map((variable) => ({ ...variable, term: null, encoding: null })),
    holder: holder && { name: holder.name, start: holder.nameRange.start, end: holder.nameRange.end },
  };
}

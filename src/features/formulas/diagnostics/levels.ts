/** How much what is wrong matters to a user, who may say it of every rule. */

import type { Diagnostic, Finding } from '../../../protocol/python.ts';
import { withDiagnostics } from '../../../python/checks/chosen.ts';

/** What a user may say of a rule. */
export const levels = ['off', 'hint', 'info', 'warning', 'error'] as const;
export type Level = (typeof levels)[number];
export type LevelOf = (diagnostic: Pick<Diagnostic, 'rule' | 'severity'>) => Level;

/** @param rules the setting: levels by rule. What is none there is as the rule has it. */
export function levelsBy(on: boolean, rules: unknown): LevelOf {
  if (!on) return () => 'off';
  const said = new Map(typeof rules === 'object' && rules !== null ? Object.entries(rules) : []);
  return ({ rule, severity }) => levels.find((level) => level === said.get(rule)) ?? severity;
}

/** Findings with those of their diagnostics that are shown. What was only found because of others is left out. */
export const inForce = (findings: readonly Finding[], levelOf: LevelOf): Finding[] =>
  withDiagnostics(findings, (diagnostic) => (levelOf(diagnostic) === 'off' ? null : diagnostic));

/** What matters most of what is wrong; null where nothing is. */
export function worstOf({ diagnostics }: Pick<Finding, 'diagnostics'>, levelOf: LevelOf): (Diagnostic & { level: Level }) | null {
  const all = diagnostics.map((diagnostic) => ({ ...diagnostic, level: levelOf(diagnostic) }));
  return all.reduce<(typeof all)[number] | null>(
    (worst, one) => (worst && levels.indexOf(worst.level) >= levels.indexOf(one.level) ? worst : one),
    null,
  );
}

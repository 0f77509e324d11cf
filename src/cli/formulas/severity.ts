import type { Diagnostic, Finding, Severity } from '../../protocol/python.ts';
import { withDiagnostics } from '../../python/checks/chosen.ts';

/** From what matters least. */
export const severities = ['hint', 'info', 'warning'] as const satisfies readonly Severity[];

export const isAtLeast = ({ severity }: Diagnostic, least: Severity): boolean => severities.indexOf(severity) >= severities.indexOf(least);

/** Findings as somebody has set the severities of rules. */
export function withSeverities(findings: readonly Finding[], set: ReadonlyMap<string, Severity | 'off'>): readonly Finding[] {
  if (set.size === 0) return findings;
  return withDiagnostics(findings, (diagnostic) => {
    const severity = set.get(diagnostic.rule) ?? diagnostic.severity;
    return severity === 'off' ? null : { ...diagnostic, severity };
  });
}

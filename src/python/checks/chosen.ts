import type { Diagnostic, Finding } from '../../protocol/python.ts';

/** Findings with diagnostics as they are chosen, null for none, and without findings that were told for the sake of those left out alone. */
export function withDiagnostics(findings: readonly Finding[], choose: (diagnostic: Diagnostic) => Diagnostic | null): Finding[] {
  return findings.flatMap((finding) => {
    const diagnostics = finding.diagnostics.flatMap((diagnostic) => choose(diagnostic) ?? []);
    const isEmptied = diagnostics.length === 0 && finding.diagnostics.length > 0;
    return isEmptied && finding.equality === 'near miss' ? [] : { ...finding, diagnostics };
  });
}

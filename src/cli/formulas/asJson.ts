/** What was found, as `--json` prints it. */

import { catalogue } from '../../formulas/catalogue.ts';
import { plainLatex } from '../../formulas/formula.ts';
import type { Diagnostic, Finding } from '../../protocol/python.ts';
import type { Place } from './positions.ts';
import type { ReadSource } from './readFile.ts';

interface ReportedFinding extends Place {
  formula: string | null;
  name: string | null;
  latex: string;
  variables: (Omit<Finding['variables'][number], 'spans' | 'id'> & { places: Place[] })[];
  equality: Finding['equality'];
  remarks: string[];
  diagnostics: ReportedDiagnostic[];
}

interface ReportedDiagnostic extends Place, Pick<Diagnostic, 'rule' | 'severity' | 'message'> {
  related: (Place & { message: string })[];
  fix?: { title: string; edits: (Place & { text: string })[] };
}

export function asJson({ findings, placeOf }: ReadSource): ReportedFinding[] {
  const reported = ({ rule, severity, message, related, fix, ...span }: Diagnostic): ReportedDiagnostic => ({
    ...{ rule, severity, message, ...placeOf(span) },
    related: related.map(({ message: said, ...place }) => ({ ...placeOf(place), message: said })),
    ...(fix && { fix: { title: fix.title, edits: fix.edits.map(({ text, ...place }) => ({ ...placeOf(place), text })) } }),
  });
  return findings.map(({ formula, latex, variables, equality, remarks, diagnostics, ...span }) => ({
    ...placeOf(span),
    formula,
    name: formula === null ? null : (catalogue.get(formula)?.name ?? null),
    latex: plainLatex(latex),
    variables: variables.map(({ code, symbol, term, encoding, spans }) => ({ code, symbol, term, encoding, places: spans.map(placeOf) })),
    equality,
    remarks,
    diagnostics: diagnostics.map(reported),
  }));
}

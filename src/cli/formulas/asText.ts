/** What was found, as lines for people and for tools that take "file:line:column: warning: message". */

import { catalogue } from '../../formulas/catalogue.ts';
import type { Diagnostic, Finding } from '../../protocol/python.ts';
import type { Span } from '../../maths/nesting.ts';
import type { Place } from './positions.ts';
import type { ReadSource } from './readFile.ts';

/** With `quiet` what is wrong alone. */
export function asText({ findings, placeOf }: ReadSource, quiet: boolean): string {
  const at = (span: Span): string => placeText(placeOf(span));
  const lines = findings.flatMap((finding) => [
    ...(quiet || finding.formula === null ? [] : [`${at(finding)} ${formulaText(finding, finding.formula)}`]),
    ...finding.diagnostics.flatMap((diagnostic) => diagnosticLines(diagnostic, at)),
  ]);
  return lines.map((line) => `${line}\n`).join('');
}

const placeText = ({ file, cell, line, column }: Place): string => `${file}:${cell === undefined ? '' : `cell ${cell}:`}${line}:${column}`;

function formulaText({ equality, remarks }: Finding, id: string): string {
  const said = [...(equality === 'exact' || remarks.includes(equality) ? [] : [equality]), ...remarks];
  return `${catalogue.get(id)?.name ?? id} (${id})${said.length > 0 ? `: ${said.join('; ')}` : ''}`;
}

const diagnosticLines = ({ severity, message, rule, related, ...span }: Diagnostic, at: (span: Span) => string): string[] => [
  `${at(span)}: ${severity}: ${inOneLine(message)} [${rule}]`,
  ...related.map(({ message: said, ...place }) => `${at(place)}: note: ${inOneLine(said)}`),
];

const inOneLine = (text: string): string => text.replace(/\s+/g, ' ');

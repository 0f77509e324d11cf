/** What is wrong, as results of SARIF. */

import { createHash } from 'node:crypto';
import type { Diagnostic, Finding, Fix } from '../../../protocol/python.ts';
import type { ReadSource } from '../readFile.ts';
import { artifactLocation, physicalLocation, regionOf } from './locations.ts';
import { levels } from './levels.ts';

interface Log {
  readonly root: string;
  /** Where each rule stands in the log. */
  readonly indexes: ReadonlyMap<string, number>;
}

/** Formulas without a fault are none. */
export function resultsIn(source: ReadSource, { root, indexes }: Log) {
  const fingerprint = fingerprints(source.text);
  return source.findings.flatMap((finding) =>
    finding.diagnostics.map((diagnostic) => {
      const { rule, severity, message, related, fix } = diagnostic;
      const fixes = fix && fixIn(source, fix, root);
      return {
        ruleId: rule,
        ruleIndex: indexes.get(rule) ?? -1,
        level: levels[severity],
        message: { text: message },
        locations: [{ physicalLocation: physicalLocation(source, diagnostic, root), ...logicalLocations(source, finding, diagnostic) }],
        ...(related.length > 0 && {
          relatedLocations: related.map(({ message: text, ...span }, at) => ({
            id: at + 1,
            physicalLocation: physicalLocation(source, span, root),
            message: { text },
          })),
        }),
        ...(fixes && { fixes: [fixes] }),
        partialFingerprints: { 'genlensStatement/v1': fingerprint(finding, diagnostic) },
        suppressions: source.isIgnored(diagnostic) ? [{ kind: 'inSource' }] : [],
        properties: { severity },
      };
    }),
  );
}

function logicalLocations({ placeOf }: ReadSource, { holder }: Finding, diagnostic: Diagnostic) {
  const { cell } = placeOf(diagnostic);
  const named = [
    ...(cell === undefined ? [] : [{ name: `cell ${cell}`, kind: 'cell' }]),
    ...(holder ? [{ name: holder.name, kind: 'function' }] : []),
  ];
  return named.length > 0 ? { logicalLocations: named } : {};
}

/** null where an edit has no place in the file as it is stored. */
function fixIn({ path, storedRegionOf, stored }: ReadSource, { title, edits }: Fix, root: string) {
  const replacements = edits.flatMap(({ text, ...span }) => {
    const region = storedRegionOf(span);
    return region ? [{ deletedRegion: regionOf(region), insertedContent: { text: stored(text) } }] : [];
  });
  if (replacements.length < edits.length || replacements.length === 0) return null;
  return { description: { text: title }, artifactChanges: [{ artifactLocation: artifactLocation(path, root), replacements }] };
}

/**
 * The same wherever the statement stands, in whichever file, and whatever its lines are: of the rule, the function's name, the statement
 * and the part of it, and which one it is of those that are alike.
 */
function fingerprints(text: string): (finding: Finding, diagnostic: Diagnostic) => string {
  const alike = new Map<string, number>();
  const codeOf = ({ start, end }: { start: number; end: number }): string => text.slice(start, end).replace(/\s+/g, ' ');
  return (finding, diagnostic) => {
    const known = JSON.stringify([diagnostic.rule, finding.holder?.name ?? '', codeOf(finding), codeOf(diagnostic)]);
    const nth = (alike.get(known) ?? 0) + 1;
    alike.set(known, nth);
    return `${createHash('sha256').update(known).digest('hex').slice(0, 32)}:${nth}`;
  };
}

/** The formulas of a text as a list by family. */

import type { Finding } from '../../../protocol/python.ts';

export interface Known {
  readonly id: string;
  readonly name: string;
  readonly family: string;
}

export interface Entry {
  readonly kind: 'formula';
  readonly finding: Finding;
  /** Its name, or its code where it has none. */
  readonly label: string;
  /** The line that it begins on, counted from 1. */
  readonly line: number;
}

export interface Group {
  readonly kind: 'family';
  readonly family: string;
  readonly entries: readonly Entry[];
}

/** The order in which families are listed; others follow. */
const order = ['VAE', 'VQ', 'GAN', 'Diffusion', 'Score', 'Flow', 'Transformer', 'Contrastive', 'Preference', 'Loss'];
/** What has no name. */
const other = 'Other';
/** Characters of code. */
const longestLabel = 60;

/** @param lineOf the line, counted from 0, that an offset into the text is on */
export function groupsOf(findings: readonly Finding[], known: readonly Known[], text: string, lineOf: (offset: number) => number): Group[] {
  const byId = new Map(known.map((formula) => [formula.id, formula]));
  const groups = new Map<string, Entry[]>();
  for (const finding of findings.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const formula = finding.formula === null ? undefined : byId.get(finding.formula);
    const family = formula?.family ?? other;
    const label = formula?.name ?? shortened(text.slice(finding.start, finding.end));
    const entries = groups.get(family) ?? [];
    groups.set(family, [...entries, { kind: 'formula', finding, label, line: lineOf(finding.start) + 1 }]);
  }
  const places = (family: string): number =>
    family === other ? order.length + 1 : order.includes(family) ? order.indexOf(family) : order.length;
  return [...groups]
    .map(([family, entries]): Group => ({ kind: 'family', family, entries }))
    .sort((a, b) => places(a.family) - places(b.family));
}

function shortened(code: string): string {
  const line = code.replace(/\s+/g, ' ').trim();
  return line.length > longestLabel ? `${line.slice(0, longestLabel - 1)}…` : line;
}

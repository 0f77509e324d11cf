/** What is said of a near miss. */

import { propertyIds } from '../../../formulas/properties.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Fault } from '../fault.ts';
import type { RuleId } from '../rules.ts';
import type { Edit, EditKind } from './edit.ts';
import { brokenBy } from './judge.ts';
import type { NearMiss } from './search.ts';
import { spanOf, textEdits, type Source, type TextEdit } from './write.ts';

const ruleOf: Readonly<Record<EditKind, RuleId>> = {
  sign: 'other-sign',
  'missing function': 'function-missing',
  'extra function': 'function-extra',
  'another function': 'another-function',
  order: 'swapped',
  swapped: 'swapped',
  scope: 'factor-scope',
  factor: 'other-factor',
  'missing factor': 'other-factor',
  'extra factor': 'other-factor',
  axis: 'another-axis',
  reduction: 'another-reduction',
  'another value': 'another-value',
  'off by one': 'another-value',
  exchanged: 'swapped',
};

/** Rules of near misses. */
export const nearRules: ReadonlySet<string> = new Set([...Object.values(ruleOf), ...propertyIds]);

/** With whether a property is broken. */
export function faultOf(near: NearMiss, source: Source): Fault & { readonly isBroken: boolean } {
  const { edit, match } = near;
  const { formula } = match;
  const edits = textEdits(edit, source);
  const broken = quiet.has(edit.kind) ? null : brokenBy(near);
  const difference = saysWhat(edit, edits, source);
  const place = edits || edit.within === null ? null : spanOf(edit.there, edit.within, source);
  const why = broken ? `, which ${broken.words}` : '';
  return {
    isBroken: broken !== null,
    rule: broken ? broken.id : ruleOf[edit.kind],
    message: `${difference(`formula (${formula.name}${why})`)}.`,
    statement: source.statement,
    at: edit.there,
    ...(place && { place }),
    related: [],
    nearly: match,
    change: edits && { title: titleOf(edits, source), edits },
  };
}

/** A sum for a mean, or the other way round, is a factor. */
const quiet: ReadonlySet<EditKind> = new Set<EditKind>(['reduction']);

/** `a` stands where the formula has `b`. */
function saysWhat(edit: Edit, edits: readonly TextEdit[] | null, { textOf }: Source): (name: string) => string {
  const [first] = edits ?? [];
  if (edit.kind === 'swapped' && edits && edits.length >= 2) {
    const [a, b] = [textOf(first!), first!.text];
    return (name) => `\`${short(a)}\` and \`${short(b)}\` have changed places against the ${name}`;
  }
  if (first) {
    const [a, b] = [textOf(first), first.text];
    const also = edits!.length > 1 ? ', and so on' : '';
    return (name) => `\`${short(a)}\` stands where \`${short(b)}\` belongs${also} by the ${name}`;
  }
  return (name) => `${inWords(edit)} in the ${name}`;
}

/** Where it cannot be written in the code's own words. */
function inWords({ kind, there, wanted }: Edit): string {
  const op = (node: Node): string => (numberOf(node) === null ? unwrap(node).op : String(numberOf(node)));
  switch (kind) {
    case 'sign':
      return 'A sign is the other one';
    case 'missing function':
      return `\`${op(wanted)}\` is missing here, which stands`;
    case 'extra function':
      return `\`${op(there)}\` is taken here, which does not stand`;
    case 'another function':
      return `\`${op(there)}\` is taken here for \`${op(wanted)}\``;
    case 'exchanged':
      return `\`${op(there)}\` is taken here where \`${op(wanted)}\` comes last`;
    case 'axis':
      return 'It is taken along another axis than';
    case 'reduction':
      return `\`${op(there)}\` is taken here for \`${op(wanted)}\``;
    default:
      return 'One value differs from what stands';
  }
}

const longest = 60;
const short = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').replaceAll('`', '');
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
};

/** A fix as it is offered. */
export function titleOf(edits: readonly TextEdit[], { textOf }: Pick<Source, 'textOf'>): string {
  const [first] = edits;
  return edits.length === 1 ? `Replace \`${short(textOf(first!))}\` by \`${short(first!.text)}\`` : `Replace ${edits.length} places`;
}

/** Losses of Keras are objects, set where they are made to take logits or probabilities: what is wrong with that is told there. */

import type { Span } from '../../maths/nesting.ts';
import type { Diagnostic, Finding } from '../../protocol/python.ts';

/** Each once, at the setting of the object that a loss is computed with. */
export function atCriteria(text: string, findings: readonly Finding[]): Finding[] {
  const told = new Set<number>();
  return findings.map((finding) => {
    if (!finding.diagnostics.some(({ rule }) => settings.has(rule))) return finding;
    const diagnostics = finding.diagnostics.flatMap((one) => {
      const made = settings.has(one.rule) ? makingOf(text, one) : null;
      if (!made) return [one];
      if (told.has(made.start)) return [];
      told.add(made.start);
      return [moved(one, made)];
    });
    return { ...finding, diagnostics };
  });
}

const settings: ReadonlySet<string> = new Set(['logits-for-probabilities', 'probabilities-for-logits']);

interface Making extends Span {
  /** What is between its brackets. */
  readonly given: Span & { readonly text: string };
}

/** The last making of the object before it is called. */
function makingOf(text: string, { start, end }: Span): Making | null {
  const [, name] = /^\(?((?:self\.)?[A-Za-z_]\w*)\(/.exec(text.slice(start, end)) ?? [];
  if (name === undefined) return null;
  const making = new RegExp(`(?<![\\w.])${name.replace('.', '\\.')}\\s*=\\s*([\\w.]*Crossentropy\\(([^()]*)\\))`, 'g');
  const made = [...text.slice(0, start).matchAll(making)].at(-1);
  if (!made) return null;
  const to = made.index + made[0].length;
  const given = made[2]!;
  return { start: to - made[1]!.length, end: to, given: { start: to - 1 - given.length, end: to - 1, text: given } };
}

function moved(diagnostic: Diagnostic, { start, end, given }: Making): Diagnostic {
  const isFromLogits = diagnostic.rule === 'logits-for-probabilities';
  const wanted = isFromLogits ? 'True' : 'False';
  const set = /\bfrom_logits\s*=\s*(True|False)\b/.exec(given.text);
  const at = set && given.start + set.index + set[0].length - set[1]!.length;
  const edit =
    set && at !== null
      ? { start: at, end: at + set[1]!.length, text: wanted }
      : isFromLogits
        ? { start: given.end, end: given.end, text: given.text.trim() === '' ? 'from_logits=True' : ', from_logits=True' }
        : null;
  return {
    ...diagnostic,
    start,
    end,
    related: [...diagnostic.related, { start: diagnostic.start, end: diagnostic.end, message: 'It is used here.' }],
    fix: edit && { title: `Set from_logits=${wanted}`, edits: [edit], makes: null },
  };
}

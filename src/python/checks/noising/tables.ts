/** Tables and numbers of a schedule that are not what their names say. */

import type { Computed } from '../../expression/follow/context.ts';
import { unwrap, type Node } from '../../expression/node.ts';
import { wordsOf } from '../../recognise/evidence/words.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { areEqual, combinationOf, numbersIn } from './combination.ts';
import { levelsAt, type Levels } from './meant.ts';
import { mended } from './mend.ts';
import { formOf, inForm, isEarlier, numbers, Schedule, tellTables, type Numbers } from './schedule.ts';
import { inSymbols } from './symbols.ts';

export function* tables(checked: Checked, told: readonly Fault[]): Generator<void, Fault[]> {
  const { computed } = checked;
  tellTables(computed.flatMap(({ places }) => places));
  const known = new Set(told.map(({ statement }) => statement));
  const faults: Fault[] = [];
  for (const one of computed) {
    const name = one.target === '' ? (one.around[0] ?? '') : one.target.split('.').at(-1)!;
    const statement = makingOf(one, computed);
    if (known.has(statement)) continue;
    const wrong = wrongTable(weightOf(name, one, computed) ?? name, statement.node, one.target !== '');
    if (!wrong) continue;
    known.add(statement);
    const { value, wanted, levels } = wrong;
    const has = inSymbols(value, levels);
    const change = yield* mended(statement, (found) => areEqual(numbersIn(found) ?? nothing, wanted[0]!), checked);
    if (has === null && !change) continue;
    faults.push({
      rule: 'schedule-table',
      message: `\`${name}\` is ${inSymbols(wanted[0]!, levels)!}, and this is ${has ?? 'another number'}.`,
      ...(/snr|signal/i.test(name) && { severity: 'info' as const }),
      statement,
      at: change?.there ?? statement.node,
      related: [],
      nearly: null,
      change: change && { title: change.title, edits: change.edits },
    });
  }
  return faults;
}

const nothing = numbers(() => NaN);

/** The weight of the clean sample in the posterior's mean, or that of the noisy one, where the other is beside it. */
function weightOf(name: string, { holder, target }: Computed, computed: readonly Computed[]): string | null {
  const words = wordsOf(name).join(' ');
  if (target === '' || !/coe?f/.test(words)) return null;
  const which = /(?:^| )x ?(?:0|start)(?: |$)/.test(words) ? 1 : /(?:^| )x ?t(?: |$)/.test(words) ? 2 : null;
  if (which === null) return null;
  const other = `coef ${3 - which}`;
  const isBeside = computed.some(
    (one) => one.holder === holder && one.target !== '' && tableCalled(other, one.node, true)?.isRight === true,
  );
  return isBeside ? `coef ${which}` : null;
}

/** Where what is only kept under another name was computed. */
function makingOf(statement: Computed, computed: readonly Computed[]): Computed {
  const { node, holder, start } = statement;
  if (node.op !== 'let') return statement;
  const made = unwrap(node);
  return (
    computed.findLast(
      (one) => one.holder === holder && one.start < start && one.target === node.attributes['name'] && unwrap(one.node) === made,
    ) ?? statement
  );
}

/** A number of a schedule beside what its name says. */
interface Wrong {
  readonly value: Numbers;
  /** All that it may be, the usual first. */
  readonly wanted: readonly Numbers[];
  readonly levels: Levels;
}

export function wrongTable(name: string, node: Node, isTable: boolean): Wrong | null {
  const table = tableCalled(name, node, isTable);
  return table?.isRight === false ? table : null;
}

/** What a number of a schedule is beside what its name says, where both can be told. */
function tableCalled(name: string, node: Node, isTable: boolean): (Wrong & { readonly isRight: boolean }) | null {
  if (!mayBeKnown.test(name)) return null;
  const schedule = new Schedule();
  const value = numbersIn(combinationOf(node, { schedule }));
  const times = value && schedule.times();
  if (!times) return null;
  const levels = levelsAt(schedule, times);
  const wanted = meaningOf(name, levels, isTable, unwrap(node).op === 'exp');
  return wanted && { value, wanted, levels, isRight: wanted.some((all) => areEqual(all, value)) };
}

/** Which of the two weights in the posterior's mean it is called: that of the clean sample or that of the noisy one. */
function weightCalled(words: string): string | undefined {
  const said =
    /^post(?:erior)? (?:mean )?(?:(?:coe?f+ )?(?:(?<first>x ?0|x ?start|clean)|(?<second>x ?t|noisy))|(?:coe?f+|c) ?(?<which>[0t]))$/.exec(
      words,
    )?.groups;
  if (said?.['which'] !== undefined) return said['which'] === '0' ? '1' : '2';
  if (said) return said['first'] === undefined ? '2' : '1';
  return /^(?:posterior )?(?:mean )?coe?f+ ?(?<which>[12])$/.exec(words)?.groups?.['which'];
}

const mayBeKnown = /coe?f|post_|posterior|cumprod|bar|snr|signal_?to_?noise/i;

function meaningOf(name: string, levels: Levels, isTable: boolean, isPower: boolean): readonly Numbers[] | null {
  const { now, before, alpha } = levels;
  const words = wordsOf(name).join(' ');
  if (/^(?:get |compute )?posterior var(?:iance)?s?$/.test(words)) {
    const variance = numbers((at) => ((1 - alpha[at]!) * (1 - before[at]!)) / (1 - now[at]!));
    return [variance, numbers((at) => 1 - alpha[at]!)];
  }
  const weight = isTable ? weightCalled(words) : undefined;
  if (weight === '1') return [numbers((at) => (Math.sqrt(before[at]!) * (1 - alpha[at]!)) / (1 - now[at]!))];
  if (weight === '2') return [numbers((at) => (Math.sqrt(alpha[at]!) * (1 - before[at]!)) / (1 - now[at]!))];
  if (/^(?:get |compute |calc )?(?:snrs?|signal to noise(?: ratio)?)$/.test(words)) {
    const ratio = numbers((at) => now[at]! / (1 - now[at]!));
    // Which sign a logarithm has is told by its name alone.
    return [
      ratio,
      ...(isPower ? [ratio.map((value) => 1 / value)] : []),
      ratio.map(Math.log),
      ratio.map((value) => 10 * Math.log10(value)),
    ];
  }
  const form = isTable && /cumprod|bar/.test(words) && /^(?:sqrt|one minus|log|recip)/.test(words) ? formOf(name) : null;
  return form?.of === 'level' ? [inForm(form, isEarlier(name) ? before : now)] : null;
}

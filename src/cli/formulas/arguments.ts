/** What follows `genlens formulas`, as values. */

import type { Severity } from '../../protocol/python.ts';
import { rules, type RuleId } from '../../python/checks/rules.ts';
import { parse } from '../parse.ts';
import { UsageError } from '../usage.ts';
import { severities } from './severity.ts';

export interface FormulasArguments {
  command: 'formulas';
  /** Files, folders, or "-" for standard input. */
  paths: readonly string[];
  output: 'text' | 'json' | 'sarif';
  /** Of text: what is wrong alone is printed. */
  quiet: boolean;
  /** Of SARIF: what comments ask to ignore is in it as suppressed. */
  ignored: boolean;
  /** null where nothing that is found is a failure. */
  failOn: Severity | null;
  /** Of the rules that were set. */
  severities: ReadonlyMap<RuleId, Severity | 'off'>;
}

const command = 'formulas';
const options = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  sarif: { type: 'boolean' },
  quiet: { type: 'boolean', short: 'q' },
  ignored: { type: 'boolean' },
  'fail-on': { type: 'string' },
  rule: { type: 'string', multiple: true },
} as const;

/** null where help is asked for. @throws UsageError */
export function formulasArguments(args: readonly string[]): FormulasArguments | null {
  const { values, positionals } = parse(command, args, options);
  if (values.help) return null;
  if (positionals.length === 0 || positionals.includes('')) throw new UsageError('PATH is missing', command);
  if (values.json && values.sarif) throw new UsageError('--json and --sarif exclude each other', command);
  const output = values.sarif ? 'sarif' : values.json ? 'json' : 'text';
  if (values.quiet && output !== 'text') throw new UsageError(`--quiet is about lines of text, not about --${output}`, command);
  if (values.ignored && output !== 'sarif') throw new UsageError('--ignored is about what --sarif prints', command);
  const failOn = values['fail-on'];
  const severity = severities.find((one) => one === failOn);
  if (failOn !== undefined && !severity) throw new UsageError(`--fail-on takes warning, info or hint, not "${failOn}"`, command);
  return {
    command,
    paths: positionals,
    output,
    quiet: values.quiet ?? false,
    ignored: values.ignored ?? false,
    failOn: severity ?? null,
    severities: new Map((values.rule ?? []).map(ruleSetting)),
  };
}

function ruleSetting(setting: string): [RuleId, Severity | 'off'] {
  const [id = '', value = ''] = setting.split('=', 2);
  const severity = (['off', ...severities] as const).find((one) => one === value);
  if (!Object.hasOwn(rules, id))
    throw new UsageError(`--rule: there is no rule "${id}"; there are ${Object.keys(rules).sort().join(', ')}`, command);
  if (!severity) throw new UsageError(`--rule takes ID=off, ID=hint, ID=info or ID=warning, not "${setting}"`, command);
  return [id as RuleId, severity];
}

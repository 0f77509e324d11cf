/** `genlens` on a terminal: chooses the command, and turns what happens into an exit status. */

import { attention } from './attention.ts';
import { parseCommandLine } from './arguments.ts';
import { inspect } from './inspect.ts';
import { sample } from './sample/sample.ts';
import type { Terminal } from './terminal.ts';
import { help, UsageError } from './usage.ts';
import { messageOf } from '../protocol/errors.ts';

export const exitStatus = { ok: 0, failure: 1, usage: 2 } as const;

/** Of formulas, as checkers of code have it: what could not be read is not what was found. */
const formulasStatus = { ok: 0, found: 1, failure: 2 } as const;

/** Runs a command line; resolves with the exit status and rejects for nothing. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const parsed = parseCommandLine(args);
    switch (parsed.command) {
      case 'help':
        terminal.print(help[parsed.topic]);
        break;
      case 'version':
        terminal.print(`genlens ${terminal.version}\n`);
        break;
      case 'attention':
        await attention(parsed, terminal);
        break;
      case 'sample':
        await sample(parsed, terminal);
        break;
      case 'inspect':
        await inspect(parsed, terminal);
        break;
      case 'evaluate': {
        const { evaluate } = await import('./evaluate/evaluate.ts');
        await evaluate(parsed, terminal);
        break;
      }
      case 'formulas': {
        // Loaded where it is asked for: the other commands read no Python.
        const { formulas } = await import('./formulas/formulas.ts');
        const { isComplete, hasFailed } = await formulas(parsed, terminal);
        return !isComplete ? formulasStatus.failure : hasFailed ? formulasStatus.found : formulasStatus.ok;
      }
    }
    return exitStatus.ok;
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.note(`${error.message}\nTry "genlens ${error.command === undefined ? '' : `${error.command} `}--help".`);
      return exitStatus.usage;
    }
    terminal.note(messageOf(error));
    return args[0] === 'formulas' ? formulasStatus.failure : exitStatus.failure;
  }
}

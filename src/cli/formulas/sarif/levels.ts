import type { Severity } from '../../../protocol/python.ts';

/** SARIF has none between note and nothing; what has the level "none" is shown by nobody. */
export const levels = { warning: 'warning', info: 'note', hint: 'note' } as const satisfies Record<Severity, string>;

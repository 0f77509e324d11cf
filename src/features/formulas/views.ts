import { commands } from '../../contributions.ts';

/** The commands that open a view of a family of models. */
export const viewOf: Readonly<Record<string, string>> = { Transformer: commands.explainAttention };

/** mixtures.json: Gaussian mixtures in the plane by name, checked when they are read. */

import * as z from 'zod/mini';
import { mixtureOf, type MixtureShape } from '../maths/mixtures/mixture.ts';
import { parseChecked } from './checkedJson.ts';

const pair = z.tuple([z.number(), z.number()]);

const mixture = z.object({ weights: z.array(z.number()), means: z.array(pair), covariances: z.array(z.tuple([pair, pair])) }).check(
  z.check(({ value, issues }) => {
    try {
      mixtureOf(value);
    } catch (error) {
      issues.push({ code: 'custom', input: value, message: `is no mixture: ${(error as Error).message}` });
    }
  }),
);

/**
 * @param where the file's path, for the message
 * @throws what `refuse` makes of a message with the first field that is wrong
 */
export function parseMixtures(text: string, where: string, refuse: (message: string) => Error): Record<string, MixtureShape> {
  return parseChecked(z.record(z.string(), mixture), text, where, 'Correct it or reinstall the model.', refuse);
}

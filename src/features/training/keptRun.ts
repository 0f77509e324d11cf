/** Fields of what is kept of a training panel and of its runs, whatever trains. */

import * as z from 'zod/mini';

z.config({ jitless: true });

const name = z.string().check(z.minLength(1), z.maxLength(200));

export const runChoice = {
  name,
  points: z.array(z.tuple([z.number(), z.number()])).check(z.maxLength(1_000)),
  bandwidth: z.number().check(z.gt(0)),
  seed: z.int().check(z.gte(0), z.lt(2 ** 32)),
  stepsPerSecond: z.nullable(z.number().check(z.gt(0))),
};

export const runRecord = {
  // Part of a file's name.
  id: z.string().check(z.regex(/^[0-9a-f-]{36}$/)),
  data: name,
  dataKey: z.string().check(z.maxLength(200)),
  seed: z.int().check(z.gte(0)),
};

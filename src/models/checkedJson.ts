/** JSON from outside, held to a schema: one error, with the path and the value of the first field that is wrong. */

import * as z from 'zod/mini';

// Without this zod probes `new Function`, which strict hosts report as a violation.
z.config({ jitless: true });

/**
 * @param where the file's path, for the message
 * @param advice what to do about it
 * @throws what `refuse` makes of the message
 */
export function parseChecked<Schema extends z.ZodMiniType>(
  schema: Schema,
  text: string,
  where: string,
  advice: string,
  refuse: (message: string) => Error,
): z.infer<Schema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw refuse(`${where} is not JSON: ${(error as Error).message}.`);
  }
  return checked(schema, json, where, advice, refuse);
}

/** The same of a value that JSON has given already. @throws what `refuse` makes of the message */
export function checked<Schema extends z.ZodMiniType>(
  schema: Schema,
  json: unknown,
  where: string,
  advice: string,
  refuse: (message: string) => Error,
): z.infer<Schema> {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path;
  const field = path.length === 0 ? 'the whole' : path.map(String).join('.');
  throw refuse(`${where}: ${field} (${show(valueAt(json, path))}) is wrong: ${messageOf(issue)}. ${advice}`);
}

/** Of a key of a record what its own schema says. */
function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_key' && issue.issues[0]) return messageOf(issue.issues[0]);
  // The short form of zod has no words of its own.
  return issue.message === 'Invalid input' ? (expected(issue) ?? issue.message) : issue.message;
}

function expected(issue: z.core.$ZodIssue): string | null {
  switch (issue.code) {
    case 'too_small':
      return `it must be ${bound(issue.origin, issue.minimum, issue.inclusive, ['at least', 'more than', 'or more'])}`;
    case 'too_big':
      return `it must be ${bound(issue.origin, issue.maximum, issue.inclusive, ['at most', 'less than', 'or less'])}`;
    case 'invalid_type':
      return `it must be of the type ${issue.expected}`;
    case 'invalid_value':
      return `it must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'unrecognized_keys':
      return 'there is no such field';
    default:
      return null;
  }
}

type BoundWords = readonly [ofLength: string, strict: string, inclusive: string];

function bound(origin: string, end: number | bigint, inclusive: boolean | undefined, [ofLength, strict, orMore]: BoundWords): string {
  if (origin === 'string' || origin === 'array') return `${ofLength} ${end} long`;
  return inclusive === false ? `${strict} ${end}` : `${end} ${orMore}`;
}

function show(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key], root);
}

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
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const field = issue.path.length === 0 ? 'the whole' : issue.path.map(String).join('.');
  throw refuse(`${where}: ${field} (${show(valueAt(json, issue.path))}) is wrong: ${messageOf(issue)}. ${advice}`);
}

/** Of a key of a record what its own schema says. */
function messageOf(issue: z.core.$ZodIssue): string {
  return (issue.code === 'invalid_key' && issue.issues[0]?.message) || issue.message;
}

function show(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key], root);
}

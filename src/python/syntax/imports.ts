import type { Module, Statement } from './ast.ts';

/** What a text imports, wherever it does: names, and the paths of what they are. */
export function importsOf({ body }: Module): Map<string, string> {
  const imports = new Map<string, string>();
  const visit = (statement: Statement): void => {
    if (statement.kind === 'import') for (const { name, path } of statement.bindings) imports.set(name, path);
    if ('branches' in statement) for (const branch of statement.branches) branch.body.forEach(visit);
    if ('body' in statement) statement.body.forEach(visit);
    if ('otherwise' in statement) statement.otherwise.forEach(visit);
    if ('alternatives' in statement) for (const block of statement.alternatives) block.forEach(visit);
    if ('finally' in statement) statement.finally.forEach(visit);
  };
  body.forEach(visit);
  return imports;
}

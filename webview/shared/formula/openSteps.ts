/** The steps that are open, with this one opened or closed. */
export function toggled(steps: ReadonlySet<string>, step: string): ReadonlySet<string> {
  const open = new Set(steps);
  if (!open.delete(step)) open.add(step);
  return open;
}

/** The element in the line above (-1) or below (1) that lies nearest to one of them; the same where there is no such line. */
export function nearestInLine(elements: readonly HTMLElement[], from: number, by: 1 | -1): number {
  // A token that ends a line has a part in the next, of no width: its first part says where it is.
  const boxes = elements.map((element) => element.getClientRects()[0] ?? element.getBoundingClientRect());
  const own = boxes[from];
  if (!own) return 0;
  const beyond = boxes.flatMap((box, index) => ((box.top - own.top) * by > own.height / 2 ? [{ box, index }] : []));
  const line = beyond.reduce((nearest, { box }) => (by > 0 ? Math.min(nearest, box.top) : Math.max(nearest, box.top)), by * Infinity);
  let best = from;
  let distance = Infinity;
  for (const { box, index } of beyond) {
    if (Math.abs(box.top - line) > own.height / 2) continue;
    const away = Math.abs(box.left + box.width / 2 - own.left - own.width / 2);
    if (away < distance) [best, distance] = [index, away];
  }
  return best;
}

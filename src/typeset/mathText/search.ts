/** Looking for what closes a formula. */

/** Keeps the time that a text takes in proportion to its length, whatever is opened in it and not closed. */
export interface Search {
  /** As indexOf; where a sign comes next is looked for once. */
  nextOf(sign: string, from: number): number;
  /** Whether to look for what may be far away: not where that was in vain too often. */
  mayTry(): boolean;
  failed(): void;
}

const mostFailures = 300;

export function searchIn(text: string): Search {
  const known = new Map<string, { from: number; at: number }>();
  let failures = 0;
  return {
    nextOf(sign, from) {
      const last = known.get(sign);
      if (last && last.from <= from && (last.at < 0 || last.at >= from)) return last.at;
      const at = text.indexOf(sign, from);
      known.set(sign, { from, at });
      return at;
    },
    mayTry: () => failures < mostFailures,
    failed: () => void failures++,
  };
}

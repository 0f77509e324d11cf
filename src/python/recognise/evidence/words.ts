/** Names taken apart into words, and looked up in. */

/** "fakeLogits", "fake_logits" and "FAKE_LOGITS" are "fake", "logits". */
export function wordsOf(name: string): readonly string[] {
  let known = names.get(name);
  if (!known) {
    // Names of a file are met again and again, those of another file are not.
    if (names.size > 20_000) names.clear();
    known = name
      .replace(/([a-z\d])([A-Z])/g, '$1 $2')
      .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
      .toLowerCase()
      .split(/[^\p{L}\d]+/u)
      .filter(Boolean);
    names.set(name, known);
  }
  return known;
}

const names = new Map<string, readonly string[]>();

const runs = new WeakMap<readonly string[], ReadonlySet<string>>();

/** Neighbouring words joined, with and without a number at their end. */
function runsOf(words: readonly string[]): ReadonlySet<string> {
  const known = runs.get(words);
  if (known) return known;
  const found = new Set<string>();
  for (let from = 0; from < words.length; from++) {
    let joined = '';
    for (let to = from; to < words.length && to < from + 6; to++) {
      joined += words[to]!;
      found.add(joined);
      found.add(joined.replace(/\d+$/, ''));
    }
  }
  runs.set(words, found);
  return found;
}

const phrases = new WeakMap<readonly string[], ReadonlySet<string>>();

/** Whether one of the phrases ("log var") stands in the words of a name, however they are joined: "logvar", "log_var", "x_log_var2". */
export function holdsAny(words: readonly string[], wanted: readonly string[] | undefined): boolean {
  if (!wanted || words.length === 0) return false;
  let joined = phrases.get(wanted);
  if (!joined) phrases.set(wanted, (joined = new Set(wanted.map((phrase) => phrase.replaceAll(' ', '')))));
  for (const run of runsOf(words)) if (joined.has(run)) return true;
  return false;
}

const alone = new Map<string, readonly string[]>();

/** The same of one phrase. */
export function holds(words: readonly string[], phrase: string): boolean {
  let wanted = alone.get(phrase);
  if (!wanted) alone.set(phrase, (wanted = [phrase]));
  return holdsAny(words, wanted);
}

/** Names of tables that are looked up by a time. */
export const scheduleWords: readonly string[] = 'alpha alphas alphabar beta betas sigma sigmas cumprod schedule abar snr timestep'.split(
  ' ',
);

/** Names of how many there are of something. */
export const countWords = ['n', 'num', 'count', 'batch', 'size', 'bs', 'batch size', 'samples'];

/** Names of what says which elements count. */
export const maskWords: readonly string[] = [
  'mask',
  'valid',
  'masks',
  'padding',
  'attention mask',
  'non pad',
  'not pad',
  'pad',
  'loss mask',
  'keep',
];

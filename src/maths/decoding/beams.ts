/**
 * Beam search: the continuation of the largest summed log-probability over a power of its length, looked for among a few at a time. As
 * `transformers` has it with `early_stopping=False` (GenerationMixin._beam_search), so that the best one is the same.
 */

export interface BeamSettings {
  /** How many continuations are followed. */
  beams: number;
  /** A finished one's log-probability is divided by its length to this power. */
  lengthPenalty: number;
  /** How many tokens end a text. */
  endTokens: number;
}

export interface Beam {
  /** The new tokens. */
  tokens: readonly number[];
  /** Summed over them, nats. */
  logProbability: number;
}

export interface FinishedBeam extends Beam {
  /** logProbability / length ^ lengthPenalty. */
  score: number;
}

export interface BeamState {
  running: readonly Beam[];
  /** The best first; at most as many as there are beams. */
  finished: readonly FinishedBeam[];
  /** Whether one that runs may still become better than those that are finished. */
  hopeful: boolean;
  /** Nothing is left to do: `finished` holds the result. */
  done: boolean;
}

/** A beam with one more token. */
export interface Continuation extends Beam {
  /** The running beam that it continues. */
  parent: number;
}

export const firstBeam: BeamState = { running: [{ tokens: [], logProbability: 0 }], finished: [], hopeful: true, done: false };

/**
 * The continuations to choose from, best first: as many that beams are left where all ends of text are among them.
 *
 * @param logProbabilities of each running beam [vocabulary], nats, after the repetition penalty
 */
export function continuations({ running }: BeamState, logProbabilities: readonly Float64Array[], settings: BeamSettings): Continuation[] {
  const count = Math.max(2, 1 + settings.endTokens) * settings.beams;
  let best: { parent: number; id: number; sum: number }[] = [];
  let least = -Infinity;
  running.forEach(({ logProbability }, parent) => {
    const logs = logProbabilities[parent]!;
    for (let id = 0; id < logs.length; id++) {
      const sum = logProbability + logs[id]!;
      if (!(sum > least)) continue;
      best.push({ parent, id, sum });
      if (best.length < 4 * count) continue;
      best = best.sort((a, b) => b.sum - a.sum).slice(0, count);
      least = best.at(-1)!.sum;
    }
  });
  return best
    .sort((a, b) => b.sum - a.sum)
    .slice(0, count)
    .map(({ parent, id, sum }) => ({ parent, tokens: [...running[parent]!.tokens, id], logProbability: sum }));
}

/**
 * The next state.
 *
 * @param found what `continuations` gave
 * @param ended of each, whether it is finished: by an end of text, a stop string or its length
 * @returns beside the state, which of the running beams each of the next continues
 */
export function advance(
  state: BeamState,
  found: readonly Continuation[],
  ended: readonly boolean[],
  { beams, lengthPenalty }: BeamSettings,
): BeamState & { parents: readonly number[] } {
  const next = found.filter((_, i) => ended[i] === false).slice(0, beams);
  const scoreOf = ({ tokens, logProbability }: Beam): number => logProbability / tokens.length ** lengthPenalty;
  // Those behind the first `beams` are there to go on with alone.
  const ending = state.hopeful ? found.slice(0, beams).filter((_, i) => ended[i] === true) : [];
  const finished = [
    ...state.finished,
    ...ending.map(({ tokens, logProbability }) => ({ tokens, logProbability, score: scoreOf({ tokens, logProbability }) })),
  ]
    .sort((a, b) => b.score - a.score)
    .slice(0, beams);
  const [best] = next;
  const hopeful = state.hopeful && best !== undefined && (finished.length < beams || scoreOf(best) > finished.at(-1)!.score);
  return {
    running: next.map(({ tokens, logProbability }) => ({ tokens, logProbability })),
    finished,
    hopeful,
    done: !hopeful,
    parents: next.map(({ parent }) => parent),
  };
}

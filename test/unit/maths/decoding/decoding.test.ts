import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entropyBits, logSoftmax, predictionOf } from '../../../../src/maths/attention/nextToken.ts';
import { advance, continuations, firstBeam, type BeamSettings, type BeamState } from '../../../../src/maths/decoding/beams.ts';
import { expOfNegative } from '../../../../src/maths/decoding/exponential.ts';
import { expectationOf, rankOf } from '../../../../src/maths/decoding/expectation.ts';
import { mostProbable } from '../../../../src/maths/decoding/mostProbable.ts';
import { repetitionPenalty } from '../../../../src/maths/decoding/repetition.ts';
import { StopStrings } from '../../../../src/maths/decoding/stopStrings.ts';
import { TextOfTokens, type Vocabulary } from '../../../../src/maths/decoding/textOfTokens.ts';

interface Setting {
  num_beams: number;
  max_new_tokens: number;
  repetition_penalty: number;
  length_penalty: number;
  ends: number[];
}

interface Beams {
  prompt: number[];
  tables: number[][][];
  places: number[][];
  cases: { table: number; setting: Setting; tokens: number[]; score: number }[];
}

interface Repetition {
  cases: { penalty: number; ids: number[]; logits: (number | null)[]; made: (number | null)[] }[];
}

async function fixtureOf<T>(name: string): Promise<T> {
  return JSON.parse(await readFile(join(import.meta.dirname, '../../../fixtures/decoding', name), 'utf8')) as T;
}

const beams = await fixtureOf<Beams>('beams.json');
const repetition = await fixtureOf<Repetition>('repetition.json');

describe('repetitionPenalty', () => {
  it('is that of transformers', () => {
    for (const { penalty, ids, ...row } of repetition.cases) {
      const logits = Float64Array.from(row.logits, (value) => value ?? -Infinity);
      const made = repetitionPenalty(logits, ids, penalty);
      expect([...made]).toEqual(row.made.map((value) => value ?? -Infinity));
    }
  });

  it('leaves the logits that it is given alone, and passes ids over that are not there', () => {
    const logits = Float32Array.of(1, -1);
    expect([...repetitionPenalty(logits, [0, 1, 1, 5, -1], 2)]).toEqual([0.5, -2]);
    expect([...logits]).toEqual([1, -1]);
    for (const penalty of [0, -1, NaN, Infinity]) expect(() => repetitionPenalty(logits, [], penalty)).toThrow(String(penalty));
  });
});

describe('expectationOf and rankOf', () => {
  it('say what the whole distribution says', () => {
    // Multiples of 1/64: what differs in a logit then also differs in its log-probability.
    const row = fc.array(
      fc.oneof(
        fc.constant(-Infinity),
        fc.integer({ min: -1920, max: 1920 }).map((part) => part / 64),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(row, (values) => {
        const logits = Float32Array.from([1, ...values]);
        const logs = logSoftmax(logits);
        const { entropy, logSum } = expectationOf(logits);
        expect(entropy).toBeCloseTo(entropyBits(logs), 10);
        logs.forEach((log, id) => {
          if (log > -Infinity) expect(logits[id]! - logSum).toBeCloseTo(log, 10);
          expect(rankOf(logits, id)).toBe(predictionOf(logs, id).rank);
        });
      }),
    );
    expect(expectationOf(Float32Array.of(5, -Infinity)).entropy).toBe(0);
    expect(() => expectationOf(Float32Array.of(1, NaN))).toThrow('Logit 1 is NaN');
    expect(() => expectationOf(new Float32Array(0))).toThrow('None of 0 logits');
  });
});

describe('expOfNegative', () => {
  it('is exp to a few units in the last place, and 0 where nothing is left', () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 0, noNaN: true }), (x) => {
        expect(Math.abs(expOfNegative(x) / Math.exp(x) - 1)).toBeLessThan(2e-15);
      }),
    );
    expect([0, -0, -1e-300, -746, -Infinity].map(expOfNegative)).toEqual([1, 1, 1, 0, 0]);
    expect(expOfNegative(NaN)).toBeNaN();
  });
});

describe('mostProbable', () => {
  it('are the first of a full sort', () => {
    const row = fc.array(fc.oneof(fc.constantFrom(0, -Infinity), fc.double({ min: -9, max: 9, noNaN: true })), { maxLength: 1200 });
    fc.assert(
      fc.property(row, fc.integer({ min: 1, max: 30 }), (values, count) => {
        const logits = Float32Array.from(values);
        const sorted = [...logits.keys()].sort((a, b) => (logits[a] === logits[b] ? a - b : logits[b]! - logits[a]!));
        expect(mostProbable(logits, count)).toEqual(sorted.slice(0, count));
      }),
    );
  });
});

/** The search on a model whose next token depends on the last one and its place. */
function search(
  table: readonly Float64Array[],
  settings: BeamSettings,
  { ends, penalty, most }: { ends: number[]; penalty: number; most: number },
): BeamState {
  let state: BeamState = firstBeam;
  while (!state.done) {
    const logs = state.running.map(({ tokens }) => {
      const before = [...beams.prompt, ...tokens];
      return repetitionPenalty(
        logSoftmax(Float32Array.from(table[before.at(-1)!]!, (logit, id) => logit + beams.places[before.length - 1]![id]!)),
        before,
        penalty,
      );
    });
    const found = continuations(state, logs, settings);
    const ended = found.map(({ tokens }) => ends.includes(tokens.at(-1)!) || tokens.length >= most);
    state = advance(state, found, ended, settings);
  }
  return state;
}

describe('beam search', () => {
  it('finds the continuation that transformers finds, with its score', () => {
    for (const { table, setting, tokens, score } of beams.cases) {
      const settings = { beams: setting.num_beams, lengthPenalty: setting.length_penalty, endTokens: setting.ends.length };
      const { finished } = search(
        beams.tables[table]!.map((row) => Float64Array.from(row)),
        settings,
        {
          ends: setting.ends,
          penalty: setting.repetition_penalty,
          most: setting.max_new_tokens,
        },
      );
      expect(finished[0]!.tokens, JSON.stringify({ table, setting })).toEqual(tokens);
      expect(finished[0]!.score).toBeCloseTo(score, 4);
    }
    expect(beams.cases.length).toBeGreaterThan(200);
  });

  it('finds the best of all where it has a beam for each', () => {
    const table = beams.tables[0]!.map((row) => Float64Array.from(row));
    const logsAt = (last: number, place: number): Float64Array =>
      logSoftmax(Float32Array.from(table[last]!, (logit, id) => logit + beams.places[place]![id]!));
    const most = 3;
    const { finished } = search(table, { beams: table.length ** 2, lengthPenalty: 0, endTokens: 0 }, { ends: [], penalty: 1, most });
    let best = -Infinity;
    const walk = (last: number, depth: number, sum: number): void => {
      if (depth === most) best = Math.max(best, sum);
      else logsAt(last, beams.prompt.length - 1 + depth).forEach((log, id) => walk(id, depth + 1, sum + log));
    };
    walk(beams.prompt.at(-1)!, 0, 0);
    expect(finished[0]!.logProbability).toBeCloseTo(best, 10);
  });

  it('ends where nothing can be continued', () => {
    const settings = { beams: 3, lengthPenalty: 1, endTokens: 1 };
    expect(continuations(firstBeam, [new Float64Array(0)], settings)).toEqual([]);
    expect(advance(firstBeam, [], [], settings)).toMatchObject({ done: true, finished: [] });
    expect(continuations(firstBeam, [Float64Array.of(-Infinity, NaN, -1)], settings)).toEqual([
      { parent: 0, tokens: [2], logProbability: -1 },
    ]);
  });
});

describe('StopStrings', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 12 });

  it('let out the text before the first of them to be complete, wherever it is cut', () => {
    const stops = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\n'), minLength: 1, maxLength: 4 }), { maxLength: 3 });
    fc.assert(
      fc.property(word, stops, fc.array(fc.integer({ min: 0, max: 12 })), (text, given, cuts) => {
        const at = [0, ...cuts.filter((cut) => cut <= text.length).sort((a, b) => a - b), text.length];
        const finder = new StopStrings(given);
        let shown = '';
        let stopped = false;
        for (let i = 1; i < at.length && !stopped; i++) {
          const released = finder.push(text.slice(at[i - 1], at[i]));
          shown += released.added;
          stopped = released.stopped;
          // What is shown is never taken back: no stop string that is still to come begins in it.
          const seen = text.slice(0, at[i]);
          if (!stopped)
            for (const stop of given)
              for (let n = 1; n < stop.length; n++)
                if (seen.endsWith(stop.slice(0, n))) expect(shown.length).toBeLessThanOrEqual(seen.length - n);
        }
        expect(stopped).toBe(given.some((stop) => text.includes(stop)));
        expect(text.startsWith(shown)).toBe(true);
        for (const stop of given) expect(shown).not.toContain(stop);
        if (!stopped) expect(shown + finder.flush()).toBe(text);
      }),
    );
  });

  it('may begin in the text before, and not end in it', () => {
    const finder = new StopStrings(['end', 'x'], 'xe');
    expect(finder.push('n')).toEqual({ added: '', stopped: false });
    expect(finder.push('dy')).toEqual({ added: '', stopped: true });
    expect(finder.text).toBe('x');
    const other = new StopStrings(['end'], 'e');
    expect(other.push('n')).toEqual({ added: '', stopped: false });
    expect(other.push('t')).toEqual({ added: 'nt', stopped: false });
    expect(other.text).toBe('ent');
  });

  it('of several found at once the first counts, and empty ones are none', () => {
    expect(new StopStrings(['cd', 'b', '']).push('abcd')).toEqual({ added: 'a', stopped: true });
    expect(new StopStrings(['']).push('abc')).toEqual({ added: 'abc', stopped: false });
  });
});

describe('TextOfTokens', () => {
  /** Bytes as tokens, decoded as a byte-level vocabulary is. */
  const bytes: Vocabulary = {
    decode: async (ids) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(ids)),
  };

  it('adds nothing while a character is not complete, and all of the text in the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 20 }), fc.string({ maxLength: 4 }), async (text, before) => {
        const tokens = new TextOfTokens(bytes, [...new TextEncoder().encode(before)]);
        let shown = '';
        for (const byte of new TextEncoder().encode(text)) {
          const added = await tokens.push(byte);
          if (!text.includes('\ufffd')) expect(added).not.toContain('\ufffd');
          shown += added;
          expect(text.startsWith(shown)).toBe(true);
        }
        expect(shown + (await tokens.flush())).toBe(text);
      }),
    );
  });

  it('gives out what can be no character', async () => {
    const tokens = new TextOfTokens(bytes, []);
    let shown = '';
    for (const byte of [0xff, 0xff, 0xff, 0xff, 0x41]) shown += await tokens.push(byte);
    expect(shown).toBe('\ufffd\ufffd\ufffd\ufffdA');
    expect(await tokens.push(0xe2)).toBe('');
    expect(await tokens.flush()).toBe('\ufffd');
    expect(await tokens.flush()).toBe('');
  });

  describe('of a SentencePiece vocabulary', () => {
    const words = ['▁def', '▁f', '('];
    // Ids from 10 on are bytes. As its decoders in tokenizer.json: bytes that make no text are U+FFFD each, the first blank is dropped.
    const sentencePiece: Vocabulary = {
      bytesOf: (id) => (id >= 10 ? Uint8Array.of(id - 10) : undefined),
      decode: async (ids) => {
        let text = '';
        for (let i = 0; i < ids.length; i++) {
          const run: number[] = [];
          for (; i < ids.length && ids[i]! >= 10; i++) run.push(ids[i]! - 10);
          const decoded = new TextDecoder().decode(Uint8Array.from(run));
          text += decoded.includes('\ufffd') ? '\ufffd'.repeat(run.length) : decoded;
          text += words[ids[i]!]?.replaceAll('▁', ' ') ?? '';
        }
        return text.replace(/^ /, '');
      },
    };
    const added = async (ids: readonly number[]): Promise<string[]> => {
      const tokens = new TextOfTokens(sentencePiece, [0]);
      const all: string[] = [];
      for (const id of ids) all.push(await tokens.push(id));
      return [...all, await tokens.flush()];
    };
    const bytesOf = (text: string): number[] => [...new TextEncoder().encode(text)].map((byte) => byte + 10);

    it('keeps blanks that a decoder drops at the beginning of a text', async () => {
      expect(await added([1, 2, ...bytesOf('é'), 1])).toEqual([' f', '(', '', 'é', ' f', '']);
    });

    it('gives out a character as soon as its last byte is there, also where another begins behind it', async () => {
      expect(await added(bytesOf('😀😀'))).toEqual(['', '', '', '😀', '', '', '', '😀', '']);
      expect(await added([...bytesOf('é').slice(0, 1), 2, ...bytesOf('é').slice(0, 1)])).toEqual(['', '\ufffd(', '', '\ufffd']);
    });
  });
});

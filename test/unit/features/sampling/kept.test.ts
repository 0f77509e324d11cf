import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstChoices, parseChoices, parseRun, storedRun } from '../../../../src/features/sampling/kept.ts';
import { defaultDecoding } from '../../../../src/protocol/generation.ts';
import {
  defaultGan,
  defaultPictures,
  firstDiffusion,
  type DiffusionPictureRun,
  type GanRun,
  type PictureRun,
  type TextRun,
} from '../../../../src/protocol/sampling.ts';

const run: TextRun = {
  ...{
    kind: 'text',
    id: 'a',
    at: 1,
    model: 'm',
    from: { text: 'x', origin: { uri: 'file:///x', name: 'x', offset: 1, line: 1 } },
    settings: defaultDecoding,
  },
  nodes: [0, 1].map((parent) => ({
    parent: parent - 1,
    token: {
      ...{ id: parent, text: 'y', added: 'y', logProbability: -1, rank: 1, entropy: 2, drawn: 0.5, candidates: 4 },
      alternatives: [{ id: parent, text: 'y', probability: 0.4, drawn: 0.5 }],
    },
  })),
  tip: 1,
  outcome: {
    ...{
      end: 'stop',
      text: 'yy',
      tokens: 2,
      meanLogProbability: -1,
      promptMs: 1,
      stepsMs: 2,
      cached: true,
      endTokens: { tokens: [], from: null },
      sha256: 'ab',
    },
    ...{ window: { start: 0, end: 1, tokens: 1, totalTokens: 1 }, provider: { requested: 'auto', used: 'cpu', engineVersion: '1' } },
  },
};
const through = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('what is kept of the sampling view', () => {
  it('comes back as it was', () => {
    expect(parseRun(through(run))).toEqual(run);
    expect(parseRun(through({ ...run, outcome: null }))).toEqual({ ...run, outcome: null });
    // JSON has no NaN.
    const none = { ...run, outcome: { ...run.outcome, tokens: 0, meanLogProbability: NaN } };
    expect(parseRun(through(none))).toEqual(none);
    const choices = { ...firstChoices, prompt: 'p', decoding: { ...defaultDecoding, stop: ['\n'] }, run: 'a' };
    expect(parseChoices(through(choices))).toEqual(choices);
  });

  it('holds pictures as they were', () => {
    const shape = { channels: 1, height: 2, width: 3 };
    const around = { name: 'a.png', shape, levels: Uint8Array.from([0, 1, 2, 253, 254, 255]) };
    const pictures: PictureRun = {
      ...{ kind: 'pictures', id: 'b', at: 1, model: 'vae', settings: { ...defaultPictures, from: 'around' }, around, shape },
      ...{ levels: Uint8Array.from({ length: 12 }, (_, at) => 20 * at), outcome: null },
    };
    expect(parseRun(pictures)).toEqual(pictures);
    // Vectors have the level of 0 beside their sizes.
    const vectors = { ...pictures, around: null, shape: { channels: 1, height: 1, width: 4, zero: 51 } };
    expect(parseRun(vectors)).toEqual(vectors);
    expect(parseRun(through(storedRun(pictures)))).toEqual(pictures);
    expect(parseRun({ ...pictures, levels: new Uint8Array(11) })).toBeNull();
    expect(parseRun({ ...pictures, shape: null })).toBeNull();
    expect(parseRun({ ...pictures, around: { ...around, levels: new Uint8Array(5) } })).toBeNull();
  });

  it('holds samples of a GAN as they were', () => {
    const shape = { channels: 1, height: 2, width: 3 };
    const run: GanRun = {
      ...{ kind: 'gan', id: 'c', at: 1, model: 'gan', settings: { ...defaultGan, truncation: 0.7, class: 2 }, shape },
      ...{ levels: Uint8Array.from({ length: 12 }, (_, at) => 20 * at), classes: ['A', 'B'], scores: [0.5, -2], outcome: null },
    };
    expect(parseRun(run)).toEqual(run);
    expect(parseRun(through(storedRun(run)))).toEqual(run);
    expect(parseRun({ ...run, classes: [], scores: [] })).not.toBeNull();
    for (const broken of [
      { levels: new Uint8Array(11) },
      { shape: null },
      { classes: ['A'] },
      { scores: [1, 2, 3] },
      { settings: { ...run.settings, truncation: 0 } },
      { settings: { ...run.settings, walk: { from: { seed: 1, sample: 0 } } } },
    ])
      expect(parseRun({ ...run, ...broken })).toBeNull();
  });

  it('holds samples of a diffusion model as they were, and none that are not whole', () => {
    const shape = { channels: 1, height: 2, width: 3 };
    const run: DiffusionPictureRun = {
      ...{ kind: 'diffusion', id: 'd', at: 1, model: 'diffusion', shape, reached: { evaluations: 3, timestep: 12.5, latents: true } },
      settings: { ...firstDiffusion, condition: { prompt: 'A b' }, options: { clip_sample: false }, run: { steps: 5, eta: 1 }, count: 2 },
      levels: Uint8Array.from({ length: 12 }, (_, at) => 20 * at),
      outcome: { took: 1, sha256: 'a', engineVersion: '1', exact: true, evaluations: 5, sampler: 'ddim', notices: ['n'] },
    };
    expect(parseRun(run)).toEqual(run);
    expect(parseRun(through(storedRun(run)))).toEqual(run);
    expect(parseRun({ ...run, shape: null, levels: new Uint8Array(0), reached: null, outcome: null })).not.toBeNull();
    for (const broken of [
      { levels: new Uint8Array(11) },
      { levels: new Uint8Array(6) },
      { shape: null },
      { reached: { evaluations: -1, timestep: 0, latents: false } },
      { settings: { ...run.settings, run: { steps: 0 } } },
      { settings: { ...run.settings, condition: { label: -1 } } },
      { settings: { ...run.settings, count: 20_000 } },
    ])
      expect(parseRun({ ...run, ...broken })).toBeNull();
  });

  it('is no run where a token stands behind one that is not there', () => {
    const [first, second] = run.nodes;
    for (const broken of [
      { ...run, tip: 2 },
      { ...run, tip: -2 },
      { ...run, nodes: [first, { ...second, parent: 1 }] },
      { ...run, nodes: [first, { ...second, parent: 5 }] },
      { ...run, nodes: 'none' },
      null,
    ])
      expect(parseRun(through(broken))).toBeNull();
  });

  it('is that of the beginning where it cannot be read, whatever it is', () => {
    expect(parseChoices(undefined)).toEqual(firstChoices);
    expect(parseChoices({ source: 'elsewhere' })).toEqual(firstChoices);
    // What a version before did not have yet.
    expect(parseChoices({ prompt: 'p' })).toEqual({ ...firstChoices, prompt: 'p' });
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(Object.keys(parseChoices(value))).toEqual(Object.keys(firstChoices));
        parseRun(value);
      }),
    );
  });
});

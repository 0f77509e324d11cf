import { describe, expect, it } from 'vitest';
import { mapName } from '../../../../src/maps/names.ts';
import type { AttentionRun, MapSource, SiteRun } from '../../../../src/protocol/inference.ts';
import { findOption, mapGroups, optionIn } from '../../../../webview/attention/mapPicker.ts';

const site = (index: number, more: Partial<SiteRun> = {}): SiteRun => ({
  index,
  name: '',
  layer: index,
  kind: 'self',
  batch: 1,
  heads: 2,
  queries: 20,
  keys: 20,
  headDim: 8,
  ...more,
});
const runOf = (...sites: SiteRun[]): AttentionRun => ({ sites }) as unknown as AttentionRun;
const run = runOf(site(0), site(1), site(2, { kind: 'cross', keys: 7, layer: 0 }));
const labels = (picked: { site: number; head: number }[] = []): string[][] =>
  mapGroups(run, picked).map(({ label, options }) => [label, ...options.map((each) => each.label)]);

describe('the maps of a run', () => {
  it('are each head, the mean and maximum of each layer, and of all layers of the text itself also a rollout', () => {
    expect(labels()).toEqual([
      ['L0', 'H0', 'H1', 'Mean', 'Maximum'],
      ['L1', 'H0', 'H1', 'Mean', 'Maximum'],
      ['L0×', 'H0', 'H1', 'Mean', 'Maximum'],
      ['All layers', 'Mean', 'Maximum', 'Rollout'],
    ]);
    const rollout = mapGroups(run, []).at(-1)?.options.at(-1)?.map;
    expect(rollout).toEqual({ kind: 'rollout', sites: [0, 1] });
  });

  it('are the picked heads together, where there are several and their maps have one size', () => {
    const group = (picked: { site: number; head: number }[]): string[] | undefined =>
      labels(picked).find(([label]) => label!.startsWith('Picked'));
    expect(group([{ site: 0, head: 1 }])).toBeUndefined();
    expect(
      group([
        { site: 0, head: 1 },
        { site: 1, head: 0 },
      ]),
    ).toEqual(['Picked (2)', 'Mean', 'Maximum']);
    expect(
      group([
        { site: 0, head: 1 },
        { site: 2, head: 0 },
      ]),
    ).toBeUndefined();
  });

  it('lack what one head or one layer has no more of', () => {
    expect(mapGroups(runOf(site(0, { heads: 1 })), []).map(({ options }) => options.map(({ label }) => label))).toEqual([['H0']]);
  });

  it('are found again whatever the order of their heads', () => {
    const groups = mapGroups(run, []);
    const heads = [1, 0].flatMap((head) => [1, 0].map((each) => ({ site: each, head })));
    expect(findOption(groups, { kind: 'max', heads })).toEqual({ group: 3, option: 1 });
    expect(findOption(groups, { kind: 'head', site: 1, head: 1 })).toEqual({ group: 1, option: 1 });
    expect(findOption(groups, { kind: 'mean', heads: heads.slice(1) })).toBeNull();
  });

  it('stay what they were in another layer: the same head, or the mean', () => {
    const [first, , , all] = mapGroups(run, []);
    expect(optionIn(first!, 'H1')).toEqual({ kind: 'head', site: 0, head: 1 });
    expect(optionIn(first!, 'H9')).toEqual({ kind: 'head', site: 0, head: 1 });
    expect(optionIn(first!, 'Maximum')?.kind).toBe('max');
    expect(optionIn(all!, 'H1')?.kind).toBe('mean');
    expect(optionIn(first!, 'Rollout')).toEqual({ kind: 'head', site: 0, head: 0 });
  });

  it('have names', () => {
    const name = (map: MapSource): string => mapName(map, run.sites);
    expect(name({ kind: 'head', site: 2, head: 1 })).toBe('Layer 0 cross-attention, head 1');
    expect(name(mapGroups(run, [])[1]!.options[2]!.map)).toBe('Layer 1, mean of its 2 heads');
    expect(
      name({
        kind: 'max',
        heads: [
          { site: 0, head: 0 },
          { site: 1, head: 0 },
        ],
      }),
    ).toBe('Largest of 2 heads');
    expect(name({ kind: 'rollout', sites: [0, 1] })).toBe('Rollout through 2 layers, a heuristic');
  });
});

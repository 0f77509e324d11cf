import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { betaQuantile, clopperPearson, incompleteBeta } from '../../../../src/maths/beta.ts';
import { dataCopying, distanceRatios } from '../../../../src/maths/privacy/copying.ts';
import { areaUnderCurve, epsilonBound, foundAt, membershipAudit, quantile } from '../../../../src/maths/privacy/membership.ts';
import { nearestNeighbours } from '../../../../src/maths/privacy/nearest.ts';
import { normals, normalQuantile } from '../../../../src/maths/random/normal.ts';
import { integers, permutation } from '../../../../src/maths/random/stream.ts';
import { twoSampleTest } from '../../../../src/maths/privacy/twoSample.ts';
import { farthest, fixture } from '../vae/fixtures.ts';

const { shares, ranks } = fixture('maths') as {
  shares: {
    pairs: [number, number][];
    low: number[];
    high: number[];
    beta: [number, number, number][];
    incomplete: number[];
    probabilities: number[];
    quantiles: number[];
  };
  ranks: {
    samples: number[];
    examples: number[];
    u: number;
    pBelow: number;
    score: number[];
    member: number[];
    auc: number;
    found: number;
  };
};
const noRest = (): Promise<void> => Promise.resolve();
const draw = (seed: number) => (bound: number, count: number, start: number) => integers({ seed, stream: 0 }, bound, count, start);

describe('intervals of a share', () => {
  it('are those of SciPy', () => {
    expect(
      farthest(
        shares.beta.map(([a, b, x]) => incompleteBeta(a, b, x)),
        shares.incomplete,
      ),
    ).toBeLessThan(1e-12);
    const found = shares.pairs.map(([k, n]) => clopperPearson(k, n));
    expect(
      farthest(
        found.map(({ low }) => low),
        shares.low,
      ),
    ).toBeLessThan(1e-10);
    expect(
      farthest(
        found.map(({ high }) => high),
        shares.high,
      ),
    ).toBeLessThan(1e-10);
    expect(farthest(shares.probabilities.map(normalQuantile), shares.quantiles)).toBeLessThan(1e-12);
    expect(incompleteBeta(2, 3, betaQuantile(2, 3, 0.2))).toBeCloseTo(0.2, 12);
  });

  it('an epsilon is shown only by what both ends of them show', () => {
    expect(epsilonBound({ found: 50, members: 5000, wrong: 50, others: 5000 })).toBe(0);
    const shown = epsilonBound({ found: 1000, members: 5000, wrong: 50, others: 5000 });
    expect(shown).toBeCloseTo(Math.log((clopperPearson(1000, 5000).low - 1e-5) / clopperPearson(50, 5000).high), 12);
    expect(shown).toBeLessThan(Math.log(20));
    expect(shown).toBeGreaterThan(2);
  });
});

describe('nearest neighbours', () => {
  it('are those of comparing all, in any number of dimensions', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 150 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 5 }),
        async (d, n, k) => {
          fc.pre(k <= n);
          const points = Float32Array.from(normals({ seed: d, stream: n }, n * d));
          const queries = Float32Array.from(normals({ seed: d, stream: n + 100 }, 20 * d));
          const found = await nearestNeighbours(queries, points, d, k, noRest);
          for (let q = 0; q < 20; q++) {
            const all = Array.from({ length: n }, (_, p) =>
              Math.sqrt(points.subarray(p * d, (p + 1) * d).reduce((sum, value, j) => sum + (value - queries[q * d + j]!) ** 2, 0)),
            );
            const sorted = all.map((distance, p) => ({ distance, p })).sort((a, b) => a.distance - b.distance);
            for (let j = 0; j < k; j++) {
              expect(found.distance[q * k + j]).toBeCloseTo(sorted[j]!.distance, 10);
              expect(found.index[q * k + j]).toBe(sorted[j]!.p);
            }
          }
        },
      ),
      { numRuns: 25, seed: 1 },
    );
    await expect(nearestNeighbours(new Float32Array(2), new Float32Array(2), 2, 2, noRest)).rejects.toThrow(
      /There are 1 points; 2 nearest/,
    );
  });

  it('a copy has ratio 0, what is far from everything about 1', async () => {
    const points = Float32Array.from(normals({ seed: 1, stream: 1 }, 200 * 30));
    const queries = new Float32Array(60);
    queries.set(points.subarray(90, 120));
    queries.fill(40, 30);
    const [copy, away] = distanceRatios(await nearestNeighbours(queries, points, 30, 50, noRest));
    expect(copy).toBe(0);
    expect(away).toBeGreaterThan(0.95);
  });
});

describe('data copying', () => {
  it('is the rank test of SciPy, ties and all', () => {
    const found = dataCopying(Float64Array.from(ranks.samples), Float64Array.from(ranks.examples));
    expect(found.nearer * 80 * 60).toBeCloseTo(ranks.u, 8);
    expect(found.pBelow).toBeCloseTo(ranks.pBelow, 10);
    expect(found.z).toBeLessThan(0);
    expect(dataCopying(Float64Array.of(1, 1), Float64Array.of(1)).z).toBe(0);
  });

  it('is below -1.645 for 5 % of models that copy nothing, and far below for one that does', () => {
    let rejected = 0;
    const runs = 400;
    for (let run = 0; run < runs; run++) {
      const values = normals({ seed: 77, stream: run }, 60).map(Math.abs);
      if (dataCopying(values.subarray(0, 30), values.subarray(30)).z < -1.645) rejected++;
    }
    // Binomial of 400 and 0.05: outside 6 to 36 once in 3,000 seeds.
    expect(rejected).toBeGreaterThan(5);
    expect(rejected).toBeLessThan(37);
    const values = normals({ seed: 78, stream: 0 }, 200).map(Math.abs);
    expect(
      dataCopying(
        values.subarray(0, 100).map((value) => value / 3),
        values.subarray(100),
      ).z,
    ).toBeLessThan(-5);
  });
});

describe('two sets of data', () => {
  const [n, d, k] = [80, 6, 5];
  /** The test's p of two sets whose means are `apart` in every coordinate. */
  async function pOf(seed: number, apart: number): Promise<number> {
    const points = Float32Array.from(normals({ seed, stream: 20 }, n * d), (value, i) => value + (i < (n / 2) * d ? apart : 0));
    const found = await nearestNeighbours(points, points, d, k + 1, noRest);
    const others = Int32Array.from(found.index.filter((_, at) => at % (k + 1) !== 0));
    return twoSampleTest(others, k, n / 2, (which) => permutation({ seed, stream: 21 }, n, which * n), 99).p;
  }

  it('that are alike are told apart in 5 % of cases', async () => {
    let apart = 0;
    for (let seed = 0; seed < 150; seed++) if ((await pOf(seed, 0)) <= 0.05) apart++;
    // Binomial of 150 and 0.05: outside 1 to 17 once in 1,000 seeds.
    expect(apart).toBeGreaterThanOrEqual(1);
    expect(apart).toBeLessThanOrEqual(17);
  });

  it('that differ are told apart', async () => {
    expect(await pOf(1, 1.5)).toBe(0.01);
    expect(() => twoSampleTest(new Int32Array(10), 1, 10, () => new Uint32Array(10))).toThrow(/make no two sets/);
  });
});

describe('membership', () => {
  const score = Float64Array.from(ranks.score);
  const member = Uint8Array.from(ranks.member);

  it('AUC and the share found are what models/train computes', () => {
    expect(areaUnderCurve(score, member)).toBeCloseTo(ranks.auc, 12);
    expect(foundAt(score, member, 0.05)).toBeCloseTo(ranks.found, 12);
    expect(quantile(Float64Array.of(4, 1, 3, 2), 0.5)).toBe(2.5);
  });

  it('an audit of a model that remembers nothing covers 1/2 in 95 % of cases, though families differ', () => {
    // Scores that families share: intervals that took examples for independent would miss 1/2 most of the time.
    const [families, each, audits] = [40, 10, 40];
    let covered = 0;
    for (let audit = 0; audit < audits; audit++) {
      const shared = normals({ seed: 5, stream: audit }, families);
      const own = normals({ seed: 6, stream: audit }, families * each);
      const coins = integers({ seed: 7, stream: audit }, 2, families);
      coins.set([0, 1]);
      const family = Int32Array.from(own, (_, i) => Math.floor(i / each));
      const scored = {
        score: own.map((value, i) => value * 0.3 + shared[family[i]!]!),
        member: Uint8Array.from(family, (one) => coins[one]!),
        family,
      };
      const { auc } = membershipAudit(scored, draw(audit), 100);
      if (auc.low <= 0.5 && auc.high >= 0.5) covered++;
    }
    // Binomial of 40 and 0.95: below 33 once in 300 seeds. A bootstrap's interval is a little too short.
    expect(covered).toBeGreaterThanOrEqual(33);
  });

  it('finds a model that remembers, and refuses what is no audit', () => {
    const family = Int32Array.from({ length: 400 }, (_, i) => Math.floor(i / 10));
    const remembered = Uint8Array.from(family, (one) => one % 2);
    const noise = normals({ seed: 9, stream: 9 }, 400);
    const scored = { score: noise.map((value, i) => value + 2 * remembered[i]!), member: remembered, family };
    const audit = membershipAudit(scored, draw(1));
    expect(audit).toMatchObject({ memberFamilies: 20, otherFamilies: 20, examples: 400 });
    expect(audit.auc.low).toBeGreaterThan(0.85);
    expect(audit.auc.low).toBeLessThanOrEqual(audit.auc.value);
    expect(audit.foundAtOnePercent.value).toBeGreaterThan(0.1);
    expect(audit.epsilon).toBeGreaterThan(0);
    expect(() => membershipAudit({ ...scored, member: new Uint8Array(400) }, draw(1))).toThrow(/0 families of members and 40 of others/);
    expect(() => membershipAudit({ ...scored, family: new Int32Array(400) }, draw(1))).toThrow(/Family 0 has members and others/);
  });
});

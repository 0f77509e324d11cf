import { describe, expect, it } from 'vitest';
import type { ComparedData } from '../../../../src/protocol/latent.ts';
import type { CopyingOf, EncodedData, EvidenceOf, Examination, LoadedVae, MembershipOf } from '../../../../src/protocol/vae.ts';
import {
  copyingSentence,
  dataSentence,
  evidenceSentence,
  examinationSentence,
  gapSentence,
  keySentence,
  membershipSentence,
  nats,
  plusMinus,
  tightnessSentence,
  twoSetsSentence,
} from '../../../../webview/latent/words.ts';

const model = { latent: 16 } as LoadedVae;
const data = {
  ...{ name: 'Glyphs', count: 7_316, active: 12, collapsed: 4, withoutNats: null },
  elbo: { mean: -612.34, standardError: 1.25, bitsPerDimension: 1.1266 },
} as unknown as EncodedData;
const examined = {
  ...{ reconstruction: { mean: -418.24, standardError: 0.31, ofZ: -419 }, kl: 7.02, withoutNats: null, draws: 64 },
  elbo: { mean: -425.26, standardError: 0.31 },
} as Examination;
const importance = { logEvidence: -424, standardError: 0.1234, effectiveSize: 310.44, paretoShape: 0.4, draws: 2_000 };
const evidence = {
  ...{ method: 'quadrature', logEvidence: -423.904, importance },
  quadrature: { difference: 3e-5, agreed: true, modes: [{}, {}] },
  gap: { value: 1.304, standardError: 0.05, lowerBound: false },
  amortisationGap: { value: 0.6, standardError: 0.02 },
  familyGap: { value: 0.704, standardError: 0.04, lowerBound: false },
} as unknown as EvidenceOf;

describe('numbers', () => {
  it('have a true minus, and none in front of nothing', () => {
    expect(nats(-425.26)).toBe('−425.3 nats');
    expect(nats(0.25, 2)).toBe('0.25 nats');
    expect(nats(-0.01)).toBe('0.0 nats');
    expect(nats(-0.004, 2)).toBe('0.00 nats');
    expect(nats(-Infinity)).toBe('−∞ nats');
  });
  it('have an error where there is one', () => {
    expect(plusMinus(0.31)).toBe(' ± 0.3');
    expect(plusMinus(0.314, 2)).toBe(' ± 0.31');
    expect(plusMinus(null)).toBe('');
  });
});

describe('dataSentence', () => {
  it('says how the model uses its latent space', () => {
    expect(dataSentence(model, data)).toBe(
      '7,316 items of Glyphs in 16 latent dimensions: 12 active, 4 collapsed; mean ELBO −612.3 nats ± 1.3, 1.127 bits a number.',
    );
  });
  it('counts one as one', () => {
    const one = { ...data, count: 1, elbo: { mean: -612.3, standardError: null, bitsPerDimension: 1.127 } };
    expect(dataSentence({ latent: 1 } as LoadedVae, one)).toMatch(/^1 item of Glyphs in 1 latent dimension: /);
    expect(dataSentence(model, one)).toContain('mean ELBO −612.3 nats, 1.127');
  });
  it('says why there are no nats', () => {
    const why = 'The likelihood of the model is not known.';
    expect(dataSentence(model, { ...data, elbo: null, withoutNats: why })).toBe(
      `7,316 items of Glyphs in 16 latent dimensions: 12 active, 4 collapsed. ${why}`,
    );
    const points = { ...data, active: null, collapsed: null, elbo: null, withoutNats: null };
    expect(dataSentence(model, points)).toBe('7,316 items of Glyphs in 16 latent dimensions.');
  });
});

describe('examinationSentence', () => {
  it('has the terms that the ELBO is made of', () => {
    expect(examinationSentence('A, Lato', examined)).toBe('A, Lato: ELBO −425.3 nats ± 0.3 = −418.2 nats − 7.0 nats.');
  });
  it('says why there is none', () => {
    expect(examinationSentence('A', { ...examined, elbo: null, withoutNats: 'no density.' })).toBe('A: no density.');
    expect(examinationSentence('A', { ...examined, elbo: null, kl: null })).toBe('A: no nats');
  });
});

describe('evidenceSentence', () => {
  it('says whether two resolutions of quadrature agree', () => {
    expect(evidenceSentence(evidence)).toBe(
      'log p(x) = −423.90 nats by quadrature around 2 modes: two resolutions agree (difference 3.0e-5).',
    );
  });

  const sampled = (paretoShape: number, standardError: number | null): string =>
    evidenceSentence({ ...evidence, method: 'importance', importance: { ...importance, paretoShape, standardError } });
  it('is a bound, with what the draws are worth, elsewhere', () => {
    expect(sampled(0.4, 0.1234)).toBe(
      'log p(x) ≥ −423.9 nats in expectation, by importance sampling: 2,000 draws count as 310.4; Pareto k-hat 0.40 is at most 0.7: ± 0.12.',
    );
  });
  it('has no standard error above a k-hat of 0.7, nor where that is not known', () => {
    expect(sampled(0.71, null)).toMatch(/k-hat 0\.71 is above 0\.7: it has no standard error, and log p\(x\) may lie well above\.$/);
    for (const shape of [NaN, Infinity]) {
      expect(sampled(shape, null)).not.toMatch(/±|NaN|Infinity/);
      expect(sampled(shape, null)).toMatch(/no standard error, and log p\(x\) may lie well above\.$/);
    }
  });
});

describe('gapSentence', () => {
  it('parts the gap in what is the encoder’s and what the family’s', () => {
    expect(gapSentence(evidence)).toBe('The ELBO lies 1.30 nats below log p(x): 0.60 nats are the encoder’s, 0.70 nats the family’s.');
  });
  it('calls bounds bounds', () => {
    const bounded = { ...evidence, gap: { ...evidence.gap, lowerBound: true }, familyGap: { ...evidence.familyGap, lowerBound: true } };
    expect(gapSentence(bounded)).toBe(
      'The ELBO lies at least 1.30 nats below log p(x): 0.60 nats are the encoder’s, at least 0.70 nats the family’s.',
    );
  });
});

describe('keySentence', () => {
  it('has the curves that are there', () => {
    expect(keySentence([])).toBe('Thick line: q(z|x) at one deviation.');
    expect(keySentence([0.5, 0.9])).toBe('Thick line: q(z|x) at one deviation; thin lines: 50 % and 90 % of the true posterior p(z|x).');
  });
});

describe('tightnessSentence', () => {
  it('has the first and the last bound, and nothing of none', () => {
    const byK = [
      { k: 1, bound: -425.24 },
      { k: 2_000, bound: -423.96 },
    ];
    expect(tightnessSentence(byK)).toBe('from −425.2 nats (K = 1) to −424.0 nats (K = 2,000); the dashed line is log p(x)');
    expect(tightnessSentence([])).toBe('');
  });
});

const found = {
  ...{ foundAtOnePercent: { value: 0.0118, low: 0.0062, high: 0.0204 }, foundIfIndependent: { value: 0.0118, low: 0.008, high: 0.016 } },
  ...{ epsilon: 0, memberFamilies: 49, otherFamilies: 69, examples: 7_316 },
};
const membership: MembershipOf = {
  ...{ ...found, auc: { value: 0.5411, low: 0.4957, high: 0.5808 } },
  withoutModel: { ...found, auc: { value: 0.4612, low: 0.3986, high: 0.518 }, byChance: { low: 0.4234, high: 0.5789, p: 0.775 } },
};
const without = 'Without the model, from the examples alone, ridge regression finds 0.6 % to 2.0 %';

describe('membershipSentence', () => {
  it('has what the ELBO finds beside what is found without the model', () => {
    expect(membershipSentence(membership)).toBe(
      'In its twin, trained on 49 of 118 font families chosen by coin flips, the ELBO of an example finds 0.6 % to 2.0 % of the members at ' +
        '1 % false positives (AUC 0.541, 0.496 to 0.581, over families drawn again; 7,316 examples). ' +
        `${without} (AUC 0.461; permuted coins give 0.423 to 0.579). Other attacks may find more.`,
    );
  });
  it('says where the data alone tells, and where there is no twin', () => {
    const byChance = { low: 0.4234, high: 0.5789, p: 0.005 };
    expect(membershipSentence({ ...membership, withoutModel: { ...membership.withoutModel, byChance } })).toContain(
      '0.579): the data itself differs, and what the ELBO finds may be that difference. Other attacks may find more.',
    );
    expect(membershipSentence(null)).toMatch(/^Members cannot be looked for: that takes a twin/);
  });
});

describe('twoSetsSentence', () => {
  const data = { share: 0.503, expected: 0.49994, p: 0.312, first: 2_000, second: 1 };
  const twoSets = { data, differ: false, inBoth: 0, membership, withoutNats: null };
  const of = (more: Partial<ComparedData['twoSets']>): string =>
    twoSetsSentence({ members: 'seen', others: 'new', copying: null, twoSets: { ...twoSets, ...more } });
  const alike =
    'As data, what it was trained on (seen) and what it was not (new) are not told apart: 50.3 % of nearest neighbours are of the same set, ' +
    '50.0 % expected of sets that are alike (p = 0.312; 2,000 items and 1).';

  it('says how many members are found where the two are alike as data', () => {
    expect(of({})).toBe(
      `${alike} The ELBO of an item finds 0.6 % to 2.0 % of the members at 1 % false positives (AUC 0.541, 0.496 to 0.581, over items drawn again). ` +
        `${without} (AUC 0.461; permuted coins give 0.423 to 0.579). Other attacks may find more.`,
    );
  });
  it('says nothing of it where they differ', () => {
    expect(of({ data: { ...data, share: 0.7124, p: 0.001 }, differ: true, membership: null })).toBe(
      'As data, what it was trained on (seen) and what it was not (new) differ: 71.2 % of nearest neighbours are of the same set, ' +
        '50.0 % expected of sets that are alike (p = 0.001; 2,000 items and 1). ' +
        'Nothing is said of membership or copies, for this difference alone could show as either.',
    );
  });
  it('says what is in both', () => {
    expect(of({ inBoth: 12 })).toContain(
      '2,000 items and 1). 12 items of new are in seen too, and count as both: choose data without them. The',
    );
    expect(of({ inBoth: 1, differ: true })).toContain('1 item of new is in seen too, and counts as both: choose data without it. Nothing');
  });
  it('says why there is no ELBO', () => {
    expect(of({ membership: null, withoutNats: 'State the likelihood.' })).toBe(
      `${alike} Members cannot be looked for without an ELBO. State the likelihood.`,
    );
  });
});

describe('copyingSentence', () => {
  const copying = {
    z: -4.21,
    nearer: 0.31,
    samples: 1_000,
    examples: 20,
    ratioOfSamples: 0.4,
    ratioOfTests: 0.71,
    trainCount: 12,
    compared: 12,
  };
  it('says how near samples lie, compared with as many training examples as there are', () => {
    expect(copyingSentence(copying as CopyingOf)).toBe(
      'Of 1,000 samples from the prior and 20 held-out examples: samples lie NEARER to training examples than new examples do: some are likely ' +
        'copies (data-copying z −4.2; a new example is the nearer one in 31.0 %). Nearest distance over the mean of the next 11: 0.40 against ' +
        '0.71. Compared with 12 training examples.',
    );
    expect(copyingSentence({ ...copying, z: 0 } as CopyingOf)).toContain('about as far from');
  });
});

/**
 * Membership without the model: what the examples alone tell of the coins. Where coins were fair there is nothing to learn; where members are
 * found so, the data of members and others differs, and an attack on the model may find that difference too (Das, Zhang and Tramèr 2024,
 * arXiv:2406.16201).
 */

import { factor, solveFactored, type Factors } from '../tensor/factor.ts';
import { areaUnderCurve, membershipAudit, quantile, type MembershipAudit } from './membership.ts';

/** Examples, whether they are members, and the family that was drawn for. */
export interface Examples {
  /** [n, size]; their unit is of no account. */
  items: Uint8Array | Float32Array;
  size: number;
  /** [n] each. */
  member: Uint8Array;
  family: Int32Array;
}

/** As the seeded generator gives them. */
export interface Draws {
  normals: (count: number, start: number) => Float64Array;
  /** Each `which` another one. */
  permutation: (count: number, which: number) => Uint32Array;
  /** Of the audit. */
  integers: (bound: number, count: number, start: number) => Float64Array;
}

/**
 * The audit of these scores. Its intervals take scores for given; but each fit has seen coins of families that another fit scores, so that the
 * AUC of fair coins varies more than they say. How far, is told by giving families the coins of others.
 */
export interface WithoutModel extends MembershipAudit {
  /** Of permuted coins, all fitted again: where 95 % of their AUCs lie, and the chance of one as large, (1 + those as large)/(1 + all). */
  byChance: { low: number; high: number; p: number };
}

type Rest = (fraction: number) => Promise<void>;

/** Numbers of an example above which it is projected to so many. */
export const MOST_FEATURES = 256;
const FOLDS = 5;
/** Of ridge regression, for each example that is seen. */
const PENALTY = 0.1;
/** Dimensions whose rows of the projection are in the cache together. */
const TOGETHER = 64;
/** Steps between two looks at whether the work is still wanted. */
const BETWEEN_LOOKS = 20_000_000;

/**
 * Each example's score is that of a ridge regression (Hoerl and Kennard 1970) on the examples of other families, in 5 folds over families.
 * Examples of more than 256 numbers are first multiplied by a Gaussian matrix (Johnson and Lindenstrauss 1984). Chance is that of permuted
 * coins (Ojala and Garriga 2010).
 *
 * @param rest called between pieces of work with how much is done; lets others have the thread, and throws when it is no longer wanted
 * @throws RangeError where the arrays are not of one length or hold what is not finite, and as `membershipAudit` does
 */
export async function auditWithoutModel(
  { items, size, member, family }: Examples,
  draws: Draws,
  rest: Rest,
  permutations = 199,
): Promise<WithoutModel> {
  const n = member.length;
  if (items.length !== n * size || family.length !== n)
    throw new RangeError(`${items.length} numbers, ${n} coins and ${family.length} families are no examples of ${size} numbers.`);
  const third = (which: number) => (done: number) => rest((which + done) / 3);
  const isProjected = size > MOST_FEATURES;
  const features = isProjected ? await projected(items, size, n, draws.normals, third(0)) : new Float64Array(items);
  const families = [...new Set(family)];
  const place = new Map(families.map((one, i) => [one, i]));
  const familyOf = family.map((one) => place.get(one)!);
  const order = draws.permutation(families.length, 0);
  const fold = familyOf.map((one) => order[one]! % FOLDS);
  const fits = await CrossFits.of(features, isProjected ? MOST_FEATURES : size, fold, FOLDS, third(1));
  const score = fits.scores(member);
  const audit = membershipAudit({ score, member, family }, draws.integers);
  const coins = new Uint8Array(families.length);
  familyOf.forEach((one, i) => (coins[one] = member[i]!));
  const areas = new Float64Array(permutations);
  for (let which = 0; which < permutations; which++) {
    await third(2)(which / permutations);
    const changed = draws.permutation(families.length, which + 1);
    const again = Uint8Array.from(familyOf, (one) => coins[changed[one]!]!);
    areas[which] = areaUnderCurve(fits.scores(again), again);
  }
  const larger = areas.filter((area) => area >= audit.auc.value).length;
  return {
    ...audit,
    byChance: { low: quantile(areas, 0.025), high: quantile(areas, 0.975), p: (1 + larger) / (1 + permutations) },
  };
}

/** Ridge regressions that leave out a fold each, on features of mean 0 and variance 1: they differ with the coins in their right sides alone. */
export class CrossFits {
  readonly #x: Float64Array;
  readonly #width: number;
  readonly #fold: Int32Array;
  readonly #factors: readonly Factors[];
  /** Of each fold: the sum of its examples. */
  readonly #sums: readonly Float64Array[];

  private constructor(x: Float64Array, width: number, fold: Int32Array, factors: readonly Factors[]) {
    [this.#x, this.#width, this.#fold, this.#factors] = [x, width, fold, factors];
    this.#sums = this.#weighted(() => 1);
  }

  /**
   * @param features [n, width]
   * @param fold [n], from 0 to folds - 1
   * @throws RangeError where a feature is not finite
   */
  static async of(features: Float64Array, width: number, fold: Int32Array, folds: number, rest: Rest): Promise<CrossFits> {
    const n = fold.length;
    const x = standardised(features, n, width);
    /** X^T X of each fold, its lower triangle. */
    const squares = Array.from({ length: folds }, () => new Float64Array(width ** 2));
    const between = Math.max(1, Math.floor(BETWEEN_LOOKS / width ** 2));
    for (let i = 0; i < n; i++) {
      addSquares(squares[fold[i]!]!, x.subarray(i * width, (i + 1) * width));
      if ((i + 1) % between === 0) await rest(i / n);
    }
    const factors: Factors[] = [];
    for (let left = 0; left < folds; left++) {
      await rest(1);
      const matrix = new Float64Array(width ** 2);
      for (const part of squares.filter((_, at) => at !== left)) part.forEach((value, at) => (matrix[at]! += value));
      const seen = fold.reduce((count, one) => count + (one === left ? 0 : 1), 0);
      // Where nothing is seen, the right side is 0, and any penalty gives weights of 0.
      for (let a = 0; a < width; a++) matrix[a * width + a]! += PENALTY * Math.max(1, seen);
      for (let a = 0; a < width; a++) for (let b = 0; b < a; b++) matrix[b * width + a] = matrix[a * width + b]!;
      factors.push(factor(matrix, width));
    }
    return new CrossFits(x, width, fold, factors);
  }

  /**
   * The score [n] of each example (higher: a member): x w, by the weights w of least |X w - y|^2 + 0.1 m |w|^2 over the m examples of other
   * folds, y being 1 for members and -1 for others, less its mean.
   */
  scores(member: Uint8Array): Float64Array {
    const [x, width, fold] = [this.#x, this.#width, this.#fold];
    const coinOf = (i: number): number => (member[i] ? 1 : -1);
    const turned = this.#weighted(coinOf);
    const weights = this.#factors.map((factors, left) => {
      let [wanted, seen] = [0, 0];
      for (let i = 0; i < fold.length; i++) {
        if (fold[i] === left) continue;
        seen++;
        wanted += coinOf(i);
      }
      const mean = seen > 0 ? wanted / seen : 0;
      const right = new Float64Array(width);
      // The other folds are added, not the own one taken off, so that nothing of its coins is left by rounding.
      for (const [one, sums] of this.#sums.entries()) {
        if (one === left) continue;
        for (let j = 0; j < width; j++) right[j]! += turned[one]![j]! - mean * sums[j]!;
      }
      return solveFactored(factors, width, right, 1);
    });
    return Float64Array.from(fold, (left, i) => {
      const own = weights[left]!;
      let score = 0;
      for (let j = 0; j < width; j++) score += x[i * width + j]! * own[j]!;
      return score;
    });
  }

  /** Of each fold: the sum of its examples times a number of each. */
  #weighted(of: (i: number) => number): Float64Array[] {
    const [x, width] = [this.#x, this.#width];
    const sums = this.#factors.map(() => new Float64Array(width));
    this.#fold.forEach((one, i) => {
      const [sum, weight] = [sums[one]!, of(i)];
      for (let j = 0; j < width; j++) sum[j]! += weight * x[i * width + j]!;
    });
    return sums;
  }
}

function addSquares(squares: Float64Array, row: Float64Array): void {
  const width = row.length;
  for (let a = 0; a < width; a++) {
    const value = row[a]!;
    for (let b = 0; b <= a; b++) squares[a * width + b]! += value * row[b]!;
  }
}

/** [n, width] of mean 0 and variance 1; 0 of a feature that does not vary. */
function standardised(features: Float64Array, n: number, width: number): Float64Array {
  const found = new Float64Array(n * width);
  for (let j = 0; j < width; j++) {
    // From the first one on, so that what does not vary has a variance of 0 to the last bit.
    const origin = features[j]!;
    let [sum, squares] = [0, 0];
    for (let i = 0; i < n; i++) sum += features[i * width + j]! - origin;
    const mean = sum / n;
    for (let i = 0; i < n; i++) squares += (features[i * width + j]! - origin - mean) ** 2;
    if (!Number.isFinite(squares)) throw new RangeError(`Feature ${j} of the examples has a sum of squares of ${squares}.`);
    const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares / n);
    for (let i = 0; i < n; i++) found[i * width + j] = (features[i * width + j]! - origin - mean) * scale;
  }
  return found;
}

/** [n, 256]: the items times a matrix of normal numbers, of which row d takes the positions from 256 d on. */
async function projected(
  items: Uint8Array | Float32Array,
  size: number,
  n: number,
  normals: Draws['normals'],
  rest: Rest,
): Promise<Float64Array> {
  const width = MOST_FEATURES;
  const found = new Float64Array(n * width);
  let sinceRest = 0;
  for (let first = 0; first < size; first += TOGETHER) {
    const last = Math.min(size, first + TOGETHER);
    const matrix = normals((last - first) * width, first * width);
    for (let i = 0; i < n; i++) {
      for (let d = first; d < last; d++) {
        const value = items[i * size + d]!;
        if (value === 0) continue;
        const from = (d - first) * width;
        for (let j = 0; j < width; j++) found[i * width + j]! += value * matrix[from + j]!;
      }
      sinceRest += (last - first) * width;
      if (sinceRest < BETWEEN_LOOKS) continue;
      sinceRest = 0;
      await rest((first + ((last - first) * i) / n) / size);
    }
  }
  return found;
}

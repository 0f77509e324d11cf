/** What is said of many numbers at once. */

export interface Summary {
  readonly count: number;
  readonly nan: number;
  readonly positiveInfinity: number;
  readonly negativeInfinity: number;
  /** Of the finite ones; null where there are none. */
  readonly finite: { readonly least: number; readonly greatest: number; readonly mean: number } | null;
}

export function summaryOf(values: ArrayLike<number>): Summary {
  let [nan, positiveInfinity, negativeInfinity, finite, mean] = [0, 0, 0, 0, 0];
  let [least, greatest] = [Infinity, -Infinity];
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (Number.isNaN(value)) nan++;
    else if (value === Infinity) positiveInfinity++;
    else if (value === -Infinity) negativeInfinity++;
    else {
      finite++;
      // The mean so far: a sum of many large numbers may be none any more.
      mean += (value - mean) / finite;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
  }
  const count = values.length;
  return { count, nan, positiveInfinity, negativeInfinity, finite: finite === 0 ? null : { least, greatest, mean } };
}

export const infiniteIn = ({ positiveInfinity, negativeInfinity }: Summary): number => positiveInfinity + negativeInfinity;

/** Which labels of an axis are written, so that no two of them touch. */

/** An axis: cell `index` begins at `(index - first) * scale` CSS pixels; `length` of them show. */
export interface AxisView {
  readonly first: number;
  readonly scale: number;
  readonly count: number;
  readonly length: number;
}

export interface LabelPlace {
  readonly index: number;
  /** Middle of the cell, in CSS pixels from the axis's start. */
  readonly centre: number;
  readonly active: boolean;
}

/**
 * Every `step`th label (1, 2, 5, 10 ...), counted from the text's first token so that panning never swaps them, and the active
 * ones always, for which those that they would touch give way. `pitch` is the room a label needs.
 */
export function placeLabels(axis: AxisView, pitch: number, active: readonly number[]): readonly LabelPlace[] {
  const kept: LabelPlace[] = [];
  const place = (index: number, isActive: boolean, among: readonly LabelPlace[]): void => {
    const centre = (index + 0.5 - axis.first) * axis.scale;
    if (index < 0 || index >= axis.count || centre < 0 || centre > axis.length) return;
    if (among.every((other) => Math.abs(other.centre - centre) >= pitch)) kept.push({ index, centre, active: isActive });
  };
  for (const index of active) place(index, true, kept);
  const actives = [...kept];
  const step = labelStep(pitch / axis.scale);
  const end = Math.min(axis.count, Math.ceil(axis.first + axis.length / axis.scale));
  for (let index = Math.max(0, Math.floor(axis.first / step) * step); index < end; index += step) place(index, false, actives);
  return kept;
}

/** The smallest of 1, 2, 5, 10, 20 ... that is no less than `cells`. */
export function labelStep(cells: number): number {
  if (cells <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(cells));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= cells * (1 - 1e-9)) ?? 10;
  return Math.round(step * power);
}

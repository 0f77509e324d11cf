/** What a small GAN's players are away from each other, and a discriminator from the best one: means over fresh points with their errors. */

import { jensenShannonAt, meanOfBoth, sharesByMesh, withCoarser, type MeanOfBoth } from '../../../../maths/adversarial/freshPoints.ts';
import { coarser, heldWithin, type CarriedMesh } from '../../../../maths/adversarial/meshDensity.ts';
import { discriminatorLoss, excessLoss, type GanLoss, type PointwiseLoss } from '../../../../maths/adversarial/optimum.ts';
import type { Mixture } from '../../../../maths/mixtures/mixture.ts';
import type { Estimate, GanEstimate } from '../../../../protocol/training.ts';
import { rest } from '../../rest.ts';
import { bestScores, type Densities } from './densities.ts';
import type { GeneratorMesh } from './mesh.ts';
import type { Players } from './state.ts';

interface Fresh {
  /** [n, 2] */
  readonly real: Float32Array;
  /** [n, 2] noise, and what the generator makes of it. */
  readonly z: Float32Array;
  readonly generated: Float32Array;
  readonly loss: GanLoss;
}

/** Without input noise. `gap`: V(D*) - V(D), null of a Wasserstein loss. `found`: see `Shares`. */
export async function estimatesByMesh(
  { score }: Players,
  mesh: GeneratorMesh,
  mixture: Mixture,
  { real, z, generated, loss }: Fresh,
  signal: AbortSignal,
): Promise<{ divergence: GanEstimate; gap: GanEstimate | null; found: Estimate }> {
  const fresh = { real, noise: heldWithin(z, mesh.reach), generated };
  const of = async (each: CarriedMesh): Promise<{ divergence: MeanOfBoth; gap: MeanOfBoth | null; found: Estimate }> => {
    const { points, shares, found } = sharesByMesh(each, mixture, fresh);
    await rest(signal);
    const divergence = jensenShannonAt(shares);
    if (loss === 'wasserstein') return { divergence, gap: null, found };
    const { scores } = await score(new Float32Array(points));
    return { divergence, gap: meanOfBoth(shares.map((share, i) => excessLoss(loss, share, scores[i]!))), found };
  };
  const [fine, half] = [await of(mesh), await of(coarser(mesh))];
  return {
    divergence: withCoarser(fine.divergence, half.divergence),
    gap: fine.gap && half.gap && withCoarser(fine.gap, half.gap),
    found: fine.found,
  };
}

/** V(D*) - V(D) with input noise: the mean over points of both of what this discriminator costs there more than the best one. */
export async function gapByRaster(
  { score }: Players,
  loss: PointwiseLoss,
  densities: Densities,
  points: Readonly<Record<'real' | 'fake', Float32Array>>,
): Promise<GanEstimate> {
  const costs = await Promise.all(
    (['real', 'fake'] as const).map(async (side) => {
      const best = bestScores(loss, densities, points[side])!;
      const { scores } = await score(points[side]);
      // A point outside the raster, where p_g is said to be 0, has no best score that could be lost against.
      return Array.from(scores, (own, i) => {
        const more = discriminatorLoss(loss, own)[side] - discriminatorLoss(loss, best[i]!)[side];
        return Number.isFinite(more) ? more : 0;
      });
    }),
  );
  const sum = meanOfBoth(Float64Array.from(costs.flat()));
  return { ...sum, coarser: null, error: sum.standardError };
}

import { OnnxError } from '../error.ts';
import type { AttentionSite } from './find.ts';

export interface SiteSizes {
  batch: number;
  heads: number;
  queries: number;
  keys: number;
}

/**
 * What the axes of a site's weights mean in a run. Of four and more axes the first is the batch (windows count as batch) and those
 * between it and the queries are heads; three are [batch * heads, queries, keys], two [queries, keys].
 * @param batch sequences that the model was given at once, to part the folded axis by.
 * @throws OnnxError for weights of fewer than two axes.
 */
export function siteSizes(site: Pick<AttentionSite, 'name'>, weightsShape: readonly number[], batch: number): SiteSizes {
  const [queries, keys] = weightsShape.slice(-2);
  if (queries === undefined || keys === undefined || weightsShape.length < 2) {
    throw new OnnxError(`the weights of "${site.name}" have the shape [${weightsShape.join(', ')}], which has no queries and keys`);
  }
  const [first = 1, ...rest] = weightsShape.slice(0, -2);
  if (rest.length > 0) return { batch: first, heads: rest.reduce((product, size) => product * size, 1), queries, keys };
  const folded = batch > 0 && first % batch === 0;
  return folded
    ? { batch: weightsShape.length < 3 ? 1 : batch, heads: weightsShape.length < 3 ? 1 : first / batch, queries, keys }
    : { batch: 1, heads: first, queries, keys };
}

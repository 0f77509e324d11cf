/** Pictures along a way through the latent space: between two places, along one dimension, or over the whole plane. */

import { evenQuantiles, linearPath, manifoldGrid, sphericalPath, traversal } from '../../src/maths/vae/paths.ts';
import type { LatentHost } from '../../src/protocol/latent.ts';
import type { Remote } from '../../src/protocol/rpc.ts';
import type { Decoded, LoadedVae } from '../../src/protocol/vae.ts';
import { PictureGrid } from '../shared/pictures/pictureGrid.ts';
import { Latest } from '../shared/latest.ts';
import { levelsOf } from '../../src/maths/levels.ts';
import { drawnBetween, shapeOfItem } from '../../src/protocol/pictures.ts';
import { dimensionName } from './plane.ts';

const inPath = 9;
const manifoldSide = 9;
/** Deviations of the prior that a traversal reaches. */
const reach = 3;

export type Way =
  | { readonly kind: 'path'; readonly from: Float32Array; readonly to: Float32Array; readonly spherical: boolean }
  | { readonly kind: 'traversal'; readonly base: ArrayLike<number>; readonly dimension: number }
  | { readonly kind: 'manifold'; readonly base: ArrayLike<number>; readonly dimensions: readonly [number, number] };

export class Strip {
  readonly grid: PictureGrid;
  readonly #model: () => LoadedVae | null;
  readonly #latest: Latest<Float32Array, Decoded>;
  #z = new Float32Array(0);
  #kind: Way['kind'] | null = null;
  #shown = '';

  /** @param chosen the z of the picture that is chosen */
  constructor(
    host: Remote<LatentHost>,
    model: () => LoadedVae | null,
    chosen: (z: Float32Array) => void,
    failed: (error: unknown) => void,
  ) {
    this.#model = model;
    this.grid = new PictureGrid({
      label: 'Pictures along the way',
      name: (index) => `Picture ${index + 1}`,
      chosen: (index) => {
        this.grid.choose(index);
        const latent = model()?.latent ?? 0;
        chosen(this.#z.slice(index * latent, (index + 1) * latent));
      },
    });
    this.#latest = new Latest(
      (z) => host.decode({ z }),
      ({ pictures }, z) => {
        const loaded = model();
        if (loaded && z === this.#z)
          this.grid.show(levelsOf(pictures, drawnBetween(loaded)), shapeOfItem(loaded.item, drawnBetween(loaded)));
      },
      (error) => {
        // So that it is asked for again.
        this.#shown = '';
        failed(error);
      },
    );
  }

  /** Decodes a way unless it is the one that shows. */
  show(way: Way): void {
    const key = JSON.stringify(way, (_, value: unknown) => (ArrayBuffer.isView(value) ? [...(value as Float32Array)] : value));
    if (key === this.#shown) return;
    this.#shown = key;
    const latent = this.#model()?.latent ?? 1;
    const z = zOf(way);
    if (way.kind !== this.#kind || z.length !== this.#z.length) this.grid.clear(z.length / latent);
    this.#kind = way.kind;
    this.grid.element.classList.toggle('square', way.kind === 'manifold');
    this.#z = z;
    this.#latest.ask(z);
  }

  clear(): void {
    this.#latest.forget();
    this.#shown = '';
    this.#z = new Float32Array(0);
    this.grid.clear(0);
  }
}

/** [count, latent] */
export function zOf(way: Way): Float32Array<ArrayBuffer> {
  if (way.kind === 'path') return (way.spherical ? sphericalPath : linearPath)(way.from, way.to, inPath) as Float32Array<ArrayBuffer>;
  if (way.kind === 'manifold' && way.dimensions[0] === way.dimensions[1])
    return traversal(way.base, way.dimensions[0], evenQuantiles(manifoldSide)) as Float32Array<ArrayBuffer>;
  if (way.kind === 'manifold') return manifoldGrid(way.base, way.dimensions, manifoldSide) as Float32Array<ArrayBuffer>;
  const values = Float64Array.from({ length: inPath }, (_, at) => (2 * reach * at) / (inPath - 1) - reach);
  return traversal(way.base, way.dimension, values) as Float32Array<ArrayBuffer>;
}

/** What the pictures of a way are. */
export function wayWords(way: Way, names: readonly string[]): string {
  const name = (dimension: number): string => dimensionName(names, dimension);
  if (way.kind === 'path') return way.spherical ? 'Along the arc from A to B (slerp)' : 'Along the line from A to B';
  if (way.kind === 'traversal') return `${name(way.dimension)} from −${reach} to ${reach}, the others as they are here`;
  const ends = evenQuantiles(manifoldSide)[manifoldSide - 1]!.toFixed(2);
  const [right, up] = way.dimensions;
  const directions = right === up ? name(right) : `${name(right)} to the right and ${name(up)} upwards,`;
  return `${directions} at even quantiles of the prior (−${ends} to ${ends})`;
}

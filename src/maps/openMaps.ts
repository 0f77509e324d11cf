import type { MapSource } from '../protocol/inference.ts';
import { openMap } from './openMap.ts';
import type { SiteWeights } from './siteWeights.ts';
import type { WeightMap } from './weightMap.ts';

/** Maps that stay open, those last used: a tile is followed by others of the same map. */
const open = 3;

/** The maps of a run. */
export class OpenMaps {
  readonly #sites: readonly SiteWeights[];
  readonly #maps = new Map<string, WeightMap>();

  constructor(sites: readonly SiteWeights[]) {
    this.#sites = sites;
  }

  /** @throws RpcError as `openMap` does */
  open(source: MapSource, batch = 0): WeightMap {
    // A head keeps nothing: there is nothing to remember of it.
    if (source.kind === 'head') return openMap(this.#sites, source, batch);
    const key = JSON.stringify([source, batch]);
    const map = this.#maps.get(key) ?? openMap(this.#sites, source, batch);
    this.#maps.delete(key);
    this.#maps.set(key, map);
    for (const oldest of this.#maps.keys()) {
      if (this.#maps.size <= open) break;
      this.#maps.delete(oldest);
    }
    return map;
  }
}

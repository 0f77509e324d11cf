/** The noise's mesh behind a small GAN's generator: what is asked about one step is asked of one mesh. */

import { noiseMesh, type NoiseMesh } from '../../../../maths/adversarial/pushforward.ts';
import { RpcError } from '../../../../protocol/rpc.ts';
import type { GanState } from '../../../../protocol/training.ts';
import { checkWhole } from '../checks.ts';
import type { Graphs } from '../graphs.ts';
import { playersOf } from './state.ts';

/** Cells along each side where none are asked for. */
const SIDE = 128;
const MOST = 1024;

export interface GeneratorMesh extends NoiseMesh {
  /** [side + 1, side + 1, 2] */
  readonly places: Float32Array;
}

interface Kept {
  readonly parameters: Float32Array;
  readonly mesh: GeneratorMesh;
}

const newest = new WeakMap<Graphs, Kept>();

/** @throws RpcError 'setting-invalid' */
export function checkMesh(side = SIDE): number {
  checkWhole('mesh', side, 2, MOST);
  if (side % 2 !== 0)
    throw new RpcError('setting-invalid', `mesh is ${side}; it must be even, so that a mesh of half as many cells has corners of it.`);
  return side;
}

/** The one that was asked for last is kept. @throws RpcError 'not-finite', 'bad-input' */
export async function meshOf(graphs: Graphs, state: GanState, side: number): Promise<GeneratorMesh> {
  const { generator } = state.parameters;
  const kept = newest.get(graphs);
  if (kept?.mesh.side === side && isSame(kept.parameters, generator)) return kept.mesh;
  const mesh = noiseMesh(side);
  const made = { ...mesh, places: await playersOf(graphs, state).generate(mesh.corners) };
  newest.set(graphs, { parameters: generator, mesh: made });
  return made;
}

function isSame(one: Float32Array, other: Float32Array): boolean {
  return one.length === other.length && one.every((value, i) => value === other[i]);
}

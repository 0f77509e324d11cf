/** A diffusion model as a command uses it: in the same process as in the editor, ended with the command. */

import type { DiffusionClient } from '../engine/diffusionClient.ts';
import { EnginePool } from '../engine/pool.ts';
import { resolveDiffusion } from '../models/diffusion/source.ts';
import type { DiffusionSource, LoadedDiffusion } from '../protocol/diffusion.ts';
import type { EngineSettings } from '../protocol/inference.ts';
import type { Terminal } from './terminal.ts';

/** Does work with a loaded model; the process is ended behind it, however it ends. */
export async function withDiffusion<T>(
  terminal: Terminal,
  model: string,
  settings: EngineSettings,
  work: (client: DiffusionClient, loaded: LoadedDiffusion, source: DiffusionSource) => Promise<T>,
): Promise<T> {
  const source = await resolveDiffusion(model, terminal.modelsFolder);
  const pool = new EnginePool({ entry: terminal.inferenceEntry, log: () => undefined });
  const forget = terminal.onInterrupt(() => pool.dispose());
  try {
    const client = pool.acquireDiffusion(source, settings);
    const loaded = await client.load({ signal: terminal.signal, onProgress: (progress) => terminal.progress(progress) });
    return await work(client, loaded, source);
  } finally {
    forget();
    pool.dispose();
  }
}

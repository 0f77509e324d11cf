/** The engine as a command uses it: the same pool and process as in the editor, ended with the command. */

import type { EngineClient } from '../engine/client.ts';
import { EnginePool } from '../engine/pool.ts';
import { resolveModel } from '../models/registry.ts';
import type { EngineSettings, ModelSource, ProviderReport } from '../protocol/inference.ts';
import type { Terminal } from './terminal.ts';

/** Does work with a model's client; the process is ended behind it, however it ends. */
export async function withModel<T>(
  terminal: Terminal,
  model: string,
  settings: EngineSettings,
  work: (client: EngineClient, source: ModelSource) => Promise<T>,
): Promise<T> {
  const source = await resolveModel(model, terminal.modelsFolder);
  const pool = new EnginePool({ entry: terminal.inferenceEntry, log: () => undefined });
  const forget = terminal.onInterrupt(() => pool.dispose());
  try {
    return await work(pool.acquire(source, settings), source);
  } finally {
    forget();
    pool.dispose();
  }
}

/** "cpu (cuda: no library)", as a person reads it. */
export function describeProvider({ requested, used, reason, engineVersion }: ProviderReport): string {
  const why = reason !== undefined ? ` (${requested} was asked for: ${reason})` : '';
  return `${used}, ONNX Runtime ${engineVersion}${why}`;
}

/** A variational autoencoder as a command uses it: in the same process as in the editor, ended with the command. */

import type { VaeClient } from '../engine/vaeClient.ts';
import { EnginePool } from '../engine/pool.ts';
import { resolveVae } from '../models/vae/source.ts';
import type { EngineSettings } from '../protocol/inference.ts';
import { RpcError } from '../protocol/rpc.ts';
import type { ModelAnswers } from '../protocol/question.ts';
import type { LoadedVae, VaeSource } from '../protocol/vae.ts';
import { openQuestions } from './openQuestions.ts';
import type { Terminal } from './terminal.ts';

/** Does work with a loaded model; the process is ended behind it, however it ends. */
export async function withVae<T>(
  terminal: Terminal,
  model: string,
  settings: EngineSettings,
  answers: ModelAnswers,
  work: (client: VaeClient, loaded: LoadedVae, source: VaeSource) => Promise<T>,
): Promise<T> {
  const source = await resolveVae(model, terminal.modelsFolder, answers);
  const pool = new EnginePool({ entry: terminal.inferenceEntry, log: () => undefined });
  const forget = terminal.onInterrupt(() => pool.dispose());
  const options = { signal: terminal.signal, onProgress: (progress: Parameters<Terminal['progress']>[0]) => terminal.progress(progress) };
  try {
    const client = pool.acquireVae(source, settings);
    let loaded: LoadedVae;
    try {
      loaded = await client.load(options);
    } catch (error) {
      if (!(error instanceof RpcError) || error.code !== 'undecided') throw error;
      const { questions } = await pool.inspectVae(source, settings, options);
      throw new Error(openQuestions(source.name, questions));
    }
    return await work(client, loaded, source);
  } finally {
    forget();
    pool.dispose();
  }
}

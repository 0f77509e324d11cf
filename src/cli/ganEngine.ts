/** A GAN as a command uses it: in the same process as in the editor, ended with the command. */

import type { GanClient } from '../engine/ganClient.ts';
import { EnginePool } from '../engine/pool.ts';
import { resolveGan } from '../models/gan/source.ts';
import type { GanSource, LoadedGan } from '../protocol/gan.ts';
import type { EngineSettings } from '../protocol/inference.ts';
import type { ModelAnswers } from '../protocol/question.ts';
import { RpcError } from '../protocol/rpc.ts';
import { openQuestions } from './openQuestions.ts';
import type { Terminal } from './terminal.ts';

/** Does work with a loaded model; the process is ended behind it, however it ends. */
export async function withGan<T>(
  terminal: Terminal,
  model: string,
  settings: EngineSettings,
  answers: ModelAnswers,
  work: (client: GanClient, loaded: LoadedGan, source: GanSource) => Promise<T>,
): Promise<T> {
  const source = await resolveGan(model, terminal.modelsFolder, answers);
  const pool = new EnginePool({ entry: terminal.inferenceEntry, log: () => undefined });
  const forget = terminal.onInterrupt(() => pool.dispose());
  const options = { signal: terminal.signal, onProgress: (progress: Parameters<Terminal['progress']>[0]) => terminal.progress(progress) };
  try {
    const client = pool.acquireGan(source, settings);
    let loaded: LoadedGan;
    try {
      loaded = await client.load(options);
    } catch (error) {
      if (!(error instanceof RpcError) || error.code !== 'undecided') throw error;
      const { questions } = await pool.inspectGan(source, settings, options);
      throw new Error(openQuestions(source.name, questions));
    }
    return await work(client, loaded, source);
  } finally {
    forget();
    pool.dispose();
  }
}

/** Opens sessions on the provider that was asked for, falling back to the CPU with the reason. */

import type { InferenceSession } from 'onnxruntime-node';
import type { EngineSettings, ProviderName, ProviderReport } from '../../protocol/inference.ts';
import type { SessionRequest } from '../../protocol/worker.ts';
import { hasCudaLibrary, type Engine } from './engine.ts';
import { engineMessage } from './failures.ts';

type Provider = ProviderReport['used'];

export interface OpenedSession {
  session: InferenceSession;
  provider: ProviderReport;
  /** Chosen by `auto` but not to be believed before a run on it has agreed with the CPU's. */
  unproven: boolean;
}

/** ONNX Runtime's names of the providers. */
const backends: Readonly<Record<Provider, string>> = { cpu: 'cpu', cuda: 'cuda', webgpu: 'webgpu', coreml: 'coreml', directml: 'dml' };

/** What `auto` tries before the CPU, in order. */
const automatic: readonly Provider[] = ['cuda', 'coreml', 'directml'];

/** CoreML and DirectML leave float32 or mistranslate operators on some models and drivers. */
const unproven: ReadonlySet<Provider> = new Set(['coreml', 'directml']);

/** What an engine has on this machine, learnt once for all its sessions. */
export interface Providers {
  version: string;
  supported: ReadonlySet<string>;
  /** Providers known not to work here whatever the model, and why. */
  unavailable: Map<Provider, string>;
}

const noCuda = 'cuda could not be loaded';
const nameAnother = 'the setting genlens.engine.path can name an engine that has it';

export function providersOf(engine: Engine): Providers {
  const supported = new Set(engine.api.listSupportedBackends().map(({ name }) => name));
  const unavailable: Providers['unavailable'] = new Map();
  if (supported.has(backends.cuda) && !hasCudaLibrary(engine))
    unavailable.set('cuda', `${noCuda}: this engine comes without it (${nameAnother})`);
  return { version: engine.api.env.versions.node ?? engine.api.env.versions.common, supported, unavailable };
}

/**
 * Tries the wanted providers in turn and ends at the CPU. Throws what the CPU throws: then the model itself cannot be opened.
 * `attempt` opens the model on one provider.
 */
export async function openOnProvider(
  requested: ProviderName,
  { version, supported, unavailable }: Providers,
  attempt: (provider: string) => Promise<InferenceSession>,
): Promise<OpenedSession> {
  const reasons: string[] = [];
  const report = (used: Provider): ProviderReport => ({
    requested,
    used,
    engineVersion: version,
    ...(reasons.length > 0 && { reason: reasons.join('; ') }),
  });
  const wanted = requested === 'auto' ? automatic.filter((provider) => supported.has(backends[provider])) : [requested];
  for (const provider of wanted) {
    if (provider === 'cpu') break;
    const known = unavailable.get(provider);
    if (known !== undefined || !supported.has(backends[provider])) {
      reasons.push(known ?? `${provider} is not in this build of ONNX Runtime (${version}, ${process.platform}-${process.arch})`);
      continue;
    }
    try {
      const session = await attempt(backends[provider]);
      return { session, provider: report(provider), unproven: requested === 'auto' && unproven.has(provider) };
    } catch (error) {
      const cause = engineMessage(error);
      const libraryMissing = provider === 'cuda' && /load shared library|Failed to load library/i.test(cause);
      if (libraryMissing)
        unavailable.set('cuda', `${noCuda}: CUDA or cuDNN is not on the library path, or of another version than the engine's`);
      reasons.push(unavailable.get(provider) ?? `${provider} cannot run this model here: ${cause}`);
    }
  }
  return { session: await attempt('cpu'), provider: report('cpu'), unproven: false };
}

/**
 * How sessions are made. Memory patterns are off: sizes change with every text, and planning for them took a third more memory at
 * the same speed. The arena stays: without it a run takes half as much time again. Custom operator libraries are never registered.
 */
export function sessionOptions(provider: string, request: Pick<SessionRequest, 'externalFolder' | 'shortRuns'>, settings: EngineSettings) {
  const entries = {
    ...(request.externalFolder !== undefined && { model_external_initializers_file_folder_path: request.externalFolder }),
    ...(request.shortRuns === true && { intra_op: { allow_spinning: '0' } }),
  };
  const options: InferenceSession.SessionOptions = {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    enableCpuMemArena: true,
    enableMemPattern: false,
    logSeverityLevel: 3,
    ...(settings.threads > 0 && { intraOpNumThreads: settings.threads }),
    ...(Object.keys(entries).length > 0 && { extra: { session: entries } }),
  };
  return options;
}

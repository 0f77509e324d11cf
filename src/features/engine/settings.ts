import type { PoolLimits } from '../../engine/pool.ts';
import type { EngineSettings } from '../../protocol/inference.ts';
import { settings } from '../../contributions.ts';
import { setting } from '../settings.ts';

const megabyte = 2 ** 20;

/** How the next process is started. */
export function engineSettings(): EngineSettings {
  const path = setting(settings.enginePath).trim();
  return {
    provider: setting(settings.executionProvider),
    threads: setting(settings.threads),
    memoryLimit: setting(settings.memoryLimit) * megabyte,
    ...(path && { enginePath: path }),
  };
}

/** How many processes live, and how long. */
export function poolLimits(): Pick<PoolLimits, 'poolMemory' | 'idleMinutes'> {
  return { poolMemory: setting(settings.poolMemory) * megabyte, idleMinutes: setting(settings.idleMinutes) };
}

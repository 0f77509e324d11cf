import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks `probe` again and again until it gives something else than undefined or false.
 * @throws after `timeout` ms, naming what was waited for.
 */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  timeout = 45_000,
): Promise<T> {
  const start = performance.now();
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (performance.now() - start > timeout) throw new Error(`Waited ${timeout / 1000} s in vain until ${what}.`);
    await delay(50);
  }
}

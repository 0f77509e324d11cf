import { readFileSync } from 'node:fs';

/** The most memory that a process has held, in bytes (Linux: VmHWM). */
export function peakBytes(pid: number | 'self'): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

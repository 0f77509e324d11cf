import { systemReason } from '../engine/systemError.ts';

/** An error about a path, in words; the path is not repeated by Node's own message. */
export function about(what: string, path: string, error: unknown): Error {
  return new Error(`${path}: cannot ${what}: ${systemReason(error)}`);
}

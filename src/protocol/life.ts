/** What an inference process and its owner say to each other about the process itself. */

/** Answered by the process's main thread, which is never blocked by a run: an answer shows that it lives. */
export interface InferenceLife {
  ping(params: Record<string, never>): ProcessStatus;
}

export interface ProcessStatus {
  /** Bytes of memory that the process holds (resident set). */
  residentBytes: number;
}

/** Answered by the owner. */
export interface InferenceOwner {
  /** The process met an error that it cannot go on after, and ends. */
  failed(params: { message: string }): void;
}

/** What an inference process is started for: it is its first argument, and chooses the service that it offers. */
export type ModelFamily = 'transformer' | 'vae' | 'gan' | 'diffusion' | 'training';

/** How an inference process ended, in words. */

export interface ExitFacts {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The last that it wrote to its standard error. */
  stderr: string;
  /** What it reported of itself before it ended. */
  failure?: string | undefined;
  /** Memory that it held when last asked, in bytes; 0 when it was never asked. */
  residentBytes: number;
}

export interface ProcessEnd {
  /** `asked`: its owner ended it; nothing is wrong. */
  code: 'asked' | 'crashed' | 'out-of-memory' | 'unresponsive';
  /** What happened, in a sentence. */
  cause: string;
  /** The cause, and what to do. */
  message: string;
}

/** An end that the owner wants, and why. */
export function askedEnd(reason: string): ProcessEnd {
  return { code: 'asked', cause: reason, message: reason };
}

/** A process that counts as hung after this many seconds without an answer. */
export function unresponsiveEnd(seconds: number): ProcessEnd {
  return withAdvice('unresponsive', `The inference process did not answer for ${seconds} s and was ended.`);
}

const memoryWords =
  /out of memory|bad_alloc|bad allocation|Array buffer allocation failed|Cannot allocate memory|ERR_WORKER_OUT_OF_MEMORY/i;

/** Ends of Windows processes that have a meaning (NTSTATUS). */
const windowsCodes: ReadonlyMap<number, { text: string; memory?: boolean }> = new Map([
  [0xc0000005, { text: 'access violation' }],
  [0xc000001d, { text: 'illegal instruction' }],
  [0xc0000017, { text: 'no memory', memory: true }],
  [0xc00000fd, { text: 'stack overflow' }],
  [0xc0000135, { text: 'a DLL is missing' }],
  [0xc000012d, { text: 'commit limit reached', memory: true }],
  [0xc0000409, { text: 'fail fast' }],
]);

/** Says what ended a process that nobody asked to end. */
export function describeExit({ code, signal, stderr, failure, residentBytes }: ExitFacts): ProcessEnd {
  if (failure !== undefined && !memoryWords.test(failure)) return withAdvice('crashed', `The inference process failed: ${failure}`);

  const held = residentBytes > 0 ? ` It held ${(residentBytes / 2 ** 30).toFixed(1)} GiB when last seen.` : '';
  const windows = code === null ? undefined : windowsCodes.get(code >>> 0);
  const how = signal ?? (windows ? `0x${((code ?? 0) >>> 0).toString(16)}, ${windows.text}` : `exit code ${code ?? 'unknown'}`);
  if (signal === 'SIGKILL')
    return withAdvice(
      'out-of-memory',
      `The inference process was killed (SIGKILL), most likely by the system because memory ran out.${held}`,
    );
  if (windows?.memory || memoryWords.test(failure ?? '') || memoryWords.test(stderr))
    return withAdvice('out-of-memory', `The inference process ran out of memory (${how}).${held}`);
  // Native code that cannot get memory aborts, without saying so as often as not.
  if (signal === 'SIGABRT' || code === 134)
    return withAdvice('out-of-memory', `The inference process aborted (${how}), as it does when memory runs out.${held}`);
  if (signal !== null && endedByOthers.has(signal))
    return withAdvice('crashed', `The inference process was ended from outside (${signal}).`);

  const last = lastWords(stderr);
  const said = last ? ` It last wrote: ${last}` : '';
  const what = signal !== null || windows ? 'crashed in native code' : 'ended by itself';
  return withAdvice('crashed', `The inference process ${what} (${how}).${said}`);
}

const endedByOthers: ReadonlySet<NodeJS.Signals> = new Set(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']);

function withAdvice(code: ProcessEnd['code'], cause: string): ProcessEnd {
  const advice =
    code === 'out-of-memory'
      ? 'Use a shorter text or a smaller model, or free memory; the next request starts a new process.'
      : 'The next request starts a new process.';
  return { code, cause, message: `${cause} ${advice}` };
}

/** The last line that names an error, else the last line: stack frames and a version may follow what matters. */
function lastWords(stderr: string): string | undefined {
  const lines = stderr.split('\n').map((line) => line.trim());
  const said =
    lines.findLast((line) => /\berror\b|Error:|fatal|exception/i.test(line) && !line.startsWith('at ')) ?? lines.findLast(Boolean);
  return said?.slice(0, 300);
}

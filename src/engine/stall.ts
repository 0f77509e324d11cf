import type { CallOptions, StreamOptions } from '../protocol/rpc.ts';

/**
 * Options for a call whose caller is told, through its progress, when nothing has been heard for `seconds`, neither progress nor an item.
 * Long silence may be a hang or only a large model, so it is for a person to decide: the message says that cancelling is safe. `stop`
 * ends the watch.
 */
export function watchForStall<Options extends CallOptions>(options: Options, seconds: number): { watched: Options; stop: () => void } {
  const { onProgress, onItem } = options as StreamOptions<unknown>;
  if (!onProgress || !(seconds > 0)) return { watched: options, stop: () => undefined };
  let quiet = 0;
  const timer = setInterval(() => {
    quiet += seconds;
    onProgress({
      message: `No sign of progress for ${Math.round(quiet)} s: the work may be too large for this machine, or hang. Cancel ends it and loses nothing else.`,
    });
  }, seconds * 1000);
  timer.unref();
  const heard = <T>(tell: (what: T) => void) => {
    return (what: T): void => {
      quiet = 0;
      timer.refresh();
      tell(what);
    };
  };
  const watched: Options = { ...options, onProgress: heard(onProgress), ...(onItem && { onItem: heard(onItem) }) };
  return { watched, stop: () => clearInterval(timer) };
}

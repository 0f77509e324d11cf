/** Draws tokens where the model runs. */

import { floatsOf } from '../../formats/elements.ts';
import { chooseToken } from '../../maths/decoding/choice.ts';
import { continuingFeeds } from '../../models/feeds.ts';
import { transferring } from '../../protocol/messages.ts';
import { RpcError, type StreamContext } from '../../protocol/rpc.ts';
import type { Drawn, DrawnToken, DrawRequest, KeptTensor, RawTensor } from '../../protocol/worker.ts';
import type { KeptTensors } from './keptTensors.ts';

/** Milliseconds between two messages at least: a frame of most screens. */
const messageEvery = 16;

type Run = (feeds: Readonly<Record<string, RawTensor>>, fetches: readonly string[]) => Promise<Record<string, RawTensor>>;

/**
 * @param run one run of the session
 * @param ended whether it has been told to end
 * @throws RpcError 'unknown-tensor'
 */
export async function drawTokens(
  request: DrawRequest,
  tensors: KeptTensors,
  run: Run,
  { item, ended }: Pick<StreamContext<readonly DrawnToken[]>, 'item'> & { ended: () => boolean },
): Promise<Drawn> {
  const { pairs, logitsOutput, logitsAxis, choosing, most } = request;
  const ends = new Set(request.ends);
  /** Ids of the text so far. */
  const before = new Set(request.ids);
  const fetches = [logitsOutput, ...pairs.map(({ output }) => output)];
  let { logits } = request;
  const vocabulary = logits.length;
  let cache = pairs.map(({ input }) => described(request.cache[input]!, tensors));
  let { length } = request.ids;
  let waiting: DrawnToken[] = [];
  let told = -Infinity;
  const tell = (): void => {
    item(
      transferring(
        waiting,
        waiting.map((token) => token.logits.buffer as ArrayBuffer),
      ),
    );
    waiting = [];
    told = performance.now();
  };
  try {
    for (let drawn = 1; ; drawn++) {
      const choice = choose(logits, before, request.place + drawn - 1, choosing);
      waiting.push({ ...choice, logits });
      const done = drawn === most || ends.has(choice.id) || ended();
      if (done || performance.now() - told >= messageEvery) tell();
      if (done) return { cache, length };
      const rows = Array.from({ length: request.batch }, () => [choice.id]);
      const { tensors: fed } = continuingFeeds(request.inputs, { rows, past: length, paddingId: 0 });
      const past = Object.fromEntries(cache.map(({ kept }, i) => [pairs[i]!.input, tensors.get(kept)]));
      const results = await run({ ...fed, ...past }, fetches);
      const short = pairs.find(({ output, lengthAxis }) => results[output]!.shape[lengthAxis] !== length + 1);
      if (short)
        throw new RpcError('context-full', `The cache "${short.output}" does not hold ${length + 1} tokens: the model takes no more.`);
      tensors.free(cache.map(({ kept }) => kept));
      cache = pairs.map(({ output }) => tensors.add(results[output]!));
      length++;
      before.add(choice.id);
      logits = lastLogits(results[logitsOutput]!, logitsAxis, vocabulary);
    }
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    tell();
    // The cache before the step that failed is still whole.
    return { cache, length, failed: { code: error.code, message: error.message } };
  }
}

function described(kept: number, tensors: KeptTensors): KeptTensor {
  const { type, shape, data } = tensors.get(kept);
  return { kept, type, shape, bytes: data.byteLength };
}

function choose(
  logits: Float32Array,
  before: ReadonlySet<number>,
  place: number,
  choosing: DrawRequest['choosing'],
): ReturnType<typeof chooseToken> {
  try {
    return chooseToken(logits, before, place, choosing);
  } catch (error) {
    throw error instanceof RangeError ? new RpcError('nan-logits', error.message) : error;
  }
}

/** Of the first sequence, in a buffer of its own: it is handed over, which takes ten times as long with one that the engine has made. */
function lastLogits({ type, shape, data }: RawTensor, axis: number | null, vocabulary: number): Float32Array {
  const row = axis === null ? 0 : shape[axis]! - 1;
  const floats = floatsOf(type, data.subarray(row * vocabulary, (row + 1) * vocabulary))!;
  return floats.buffer === data.buffer ? floats.slice() : floats;
}

/** Stacked caches taken apart, and what the file itself has in their place. */

import { elementCount } from '../../formats/elements.ts';
import { pairCache, type CachePair } from '../../models/cache.ts';
import type { OnnxModel } from '../../onnx/model.ts';
import { takeCachesApart, type StackedCache } from '../../onnx/stackedCaches.ts';
import type { ValueInfo } from '../../onnx/values.ts';
import type { LoadedModel, TensorInfo } from '../../protocol/inference.ts';
import type { RawTensor, SessionInfo } from '../../protocol/worker.ts';

/** What a file itself takes and gives, as far as its own words say it. */
export function declared({ graph }: OnnxModel): Pick<SessionInfo, 'inputs' | 'outputs'> {
  const infoOf = ({ name, type, shape }: ValueInfo): TensorInfo => ({
    name,
    type: type ?? 'not a tensor',
    shape: (shape ?? []).map((size) => size ?? '?'),
  });
  return { inputs: graph.inputs.filter(({ name }) => !graph.initializers.has(name)).map(infoOf), outputs: graph.outputs.map(infoOf) };
}

/** The file with its stacked caches taken apart; null where it has none. */
export function withCachesApart(bytes: Uint8Array, onnx: OnnxModel): ReturnType<typeof takeCachesApart> {
  const { inputs, outputs } = declared(onnx);
  const pairs = pairCache(inputs, outputs) ?? [];
  return takeCachesApart(
    bytes,
    onnx,
    pairs.map(({ input, output }) => ({ input: input.name, output: output.name })),
  );
}

/** Every cache input of the session, and the output that continues it; none where one has no output. */
export function cachePairs({
  report,
  session,
  stacked,
}: {
  report: Pick<LoadedModel, 'inputs' | 'outputs'>;
  session: SessionInfo;
  stacked: readonly StackedCache[];
}): readonly CachePair[] {
  const named = (infos: readonly TensorInfo[], name: string): TensorInfo => infos.find((info) => info.name === name)!;
  return (pairCache(report.inputs, report.outputs) ?? []).flatMap((pair) => {
    const whole = stacked.find(({ input }) => input === pair.input.name);
    if (!whole) return [pair];
    return whole.parts.map(({ input, output }) => ({ input: named(session.inputs, input), output: named(session.outputs, output) }));
  });
}

/** What the session is fed for tensors that the file itself takes. */
export function feedsApart(
  tensors: Readonly<Record<string, RawTensor>>,
  stacked: readonly StackedCache[],
): Readonly<Record<string, RawTensor>> {
  const fed = { ...tensors };
  for (const { input, sizes, parts } of stacked) {
    const whole = fed[input];
    if (!whole) continue;
    delete fed[input];
    const shape = whole.shape.slice(sizes.length);
    const size = elementCount(shape);
    parts.forEach(({ input: name }, i) => (fed[name] = { type: whole.type, shape, data: whole.data.slice(i * size, (i + 1) * size) }));
  }
  return fed;
}

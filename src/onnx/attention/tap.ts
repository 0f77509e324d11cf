import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { OnnxModel } from '../model.ts';

/**
 * Bytes that, appended to a model's own, make these tensors outputs of its graph: a ModelProto that holds only graph.output
 * entries, since protobuf merges a submessage that is given twice. Types are left to inference. Empty when there are no names.
 */
export function outputsChunk(names: readonly string[]): Uint8Array {
  const distinct = [...new Set(names)];
  if (distinct.length === 0) return new Uint8Array();
  const model = new BinaryWriter().tag(7, WireType.LengthDelimited).fork();
  for (const name of distinct) model.tag(12, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).string(name).join();
  return model.join().finish();
}

/** Those of the tensors that a run of the model does not give already: neither outputs nor inputs of its graph. */
export function untapped(model: OnnxModel, names: readonly string[]): string[] {
  const known = new Set([...model.graph.inputs, ...model.graph.outputs].map((value) => value.name));
  return [...new Set(names)].filter((name) => name !== '' && !known.has(name));
}

/** A model in which some nodes read other tensors than in the file. */

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { Field, merged } from './wire.ts';

const GRAPH = 7;
const NODE = 1;
const INPUT = 1;

/**
 * Copies a ModelProto, with other inputs for some nodes; everything else stays byte for byte as it stands.
 * @param replaced for a node, by its position among the graph's: the name that it reads instead of another
 */
export function rewired(file: Uint8Array, replaced: ReadonlyMap<number, ReadonlyMap<string, string>>): Uint8Array {
  let index = 0;
  return eachRaw(file, (field, raw) => {
    if (field.number !== GRAPH) return raw;
    const graph = eachRaw(field.bytes(), (inner, rawInner) => {
      if (inner.number !== NODE) return rawInner;
      const names = replaced.get(index++);
      return names === undefined ? rawInner : submessage(NODE, withInputs(inner.bytes(), names));
    });
    return submessage(GRAPH, graph);
  });
}

function withInputs(node: Uint8Array, names: ReadonlyMap<string, string>): Uint8Array {
  return eachRaw(node, (field, raw) => {
    const name = field.number === INPUT ? names.get(field.string()) : undefined;
    return name === undefined ? raw : new BinaryWriter().tag(INPUT, WireType.LengthDelimited).string(name).finish();
  });
}

/** Joins what `change` makes of each field; it is given the field, not read yet, and its bytes with the tag. */
function eachRaw(message: Uint8Array, change: (field: Field, raw: Uint8Array) => Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [];
  const field = new Field(message, 'a message');
  const ahead = new Field(message, 'a message');
  while (ahead.next()) {
    const start = field.position;
    ahead.skip();
    field.next();
    const body = field.position;
    pieces.push(change(field, message.subarray(start, ahead.position)));
    if (field.position === body) field.skip();
  }
  return merged(pieces);
}

function submessage(number: number, body: Uint8Array): Uint8Array {
  return merged([new BinaryWriter().tag(number, WireType.LengthDelimited).uint32(body.length).finish(), body]);
}

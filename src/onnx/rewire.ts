/** A model in which some nodes read other tensors than in the file, or are left out. */

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { readValueInfo } from './values.ts';
import { Field, merged } from './wire.ts';

const GRAPH = 7;
const NODE = 1;
const INPUT = 1;
const GRAPH_INPUT = 11;
const GRAPH_OUTPUT = 12;
const nothing = new Uint8Array();

/**
 * Copies a ModelProto, with other inputs for some nodes; everything else stays byte for byte as it stands.
 * @param replaced for a node, by its position among the graph's: the name that it reads instead of another
 * @param left what is left out: nodes by position, inputs and outputs of the graph by name
 */
export function rewired(
  file: Uint8Array,
  replaced: ReadonlyMap<number, ReadonlyMap<string, string>>,
  left: { removed: ReadonlySet<number>; undeclared: ReadonlySet<string> } = { removed: new Set(), undeclared: new Set() },
): Uint8Array {
  let index = 0;
  return eachRaw(file, (field, raw) => {
    if (field.number !== GRAPH) return raw;
    const graph = eachRaw(field.bytes(), (inner, rawInner) => {
      if (inner.number === GRAPH_INPUT || inner.number === GRAPH_OUTPUT)
        return left.undeclared.has(readValueInfo(inner.bytes()).name) ? nothing : rawInner;
      if (inner.number !== NODE) return rawInner;
      if (left.removed.has(index)) return (index++, nothing);
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

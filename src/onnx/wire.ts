/** Reading protobuf messages field by field, in place: nothing is copied, unknown fields are skipped. */

import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { OnnxError } from './error.ts';

/** The value of the field at hand. A value of another wire type than asked for is an error, never garbage. */
export class Field {
  readonly #reader: BinaryReader;
  readonly #what: string;
  number = 0;
  #wire: WireType = WireType.Varint;

  constructor(message: Uint8Array, what: string) {
    this.#reader = new BinaryReader(message);
    this.#what = what;
  }

  /** Steps to the next field, past the value of this one where it was not read. False at the message's end. */
  next(): boolean {
    if (this.#reader.pos >= this.#reader.len) return false;
    const [number, wire] = this.#reader.tag();
    this.number = number;
    this.#wire = wire;
    return true;
  }

  get position(): number {
    return this.#reader.pos;
  }

  skip(): void {
    this.#reader.skip(this.#wire, this.number);
  }

  /** A view of the bytes of a string, a submessage or a packed list. */
  bytes(): Uint8Array {
    this.#expect(WireType.LengthDelimited);
    return this.#reader.bytes();
  }

  string(): string {
    this.#expect(WireType.LengthDelimited);
    return this.#reader.string();
  }

  /** An int32, int64 or enum; beyond 2^53 it is rounded, which only bounds such as "to the end" are. */
  int(): number {
    this.#expect(WireType.Varint);
    return Number(this.#reader.int64());
  }

  float(): number {
    this.#expect(WireType.Bit32);
    return this.#reader.float();
  }

  /** Appends a repeated integer, packed or not. */
  ints(into: number[]): void {
    if (this.#wire !== WireType.LengthDelimited) into.push(this.int());
    else for (const packed = this.#packed(); packed.pos < packed.len;) into.push(Number(packed.int64()));
  }

  bigints(into: bigint[]): void {
    if (this.#wire !== WireType.LengthDelimited) into.push(BigInt(this.#reader.int64()));
    else for (const packed = this.#packed(); packed.pos < packed.len;) into.push(BigInt(packed.int64()));
  }

  floats(into: number[]): void {
    if (this.#wire !== WireType.LengthDelimited) into.push(this.float());
    else for (const packed = this.#packed(); packed.pos < packed.len;) into.push(packed.float());
  }

  doubles(into: number[]): void {
    if (this.#wire === WireType.Bit64) into.push(this.#reader.double());
    else for (const packed = this.#packed(); packed.pos < packed.len;) into.push(packed.double());
  }

  #packed(): BinaryReader {
    return new BinaryReader(this.bytes());
  }

  #expect(wire: WireType): void {
    if (this.#wire !== wire) {
      throw new OnnxError(
        `not an ONNX file, or a damaged one: field ${this.number} of ${this.#what} has wire type ${this.#wire}, not ${wire}`,
      );
    }
  }
}

/**
 * Calls `visit` for each field of a message, in the order of the bytes.
 * @throws OnnxError for bytes that are no protobuf message: cut short, a length past the end, an unknown wire type.
 */
export function eachField(message: Uint8Array, what: string, visit: (field: Field) => void): void {
  const field = new Field(message, what);
  try {
    while (field.next()) {
      const before = field.position;
      visit(field);
      if (field.position === before) field.skip();
    }
  } catch (error) {
    if (error instanceof OnnxError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new OnnxError(
      `not an ONNX file, or one cut short: ${what} of ${message.length} bytes cannot be read past byte ${Math.min(field.position, message.length)} (${reason})`,
    );
  }
}

/** A submessage that is given in pieces: protobuf merges them, which is what joining their bytes does. One piece is not copied. */
export function merged(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

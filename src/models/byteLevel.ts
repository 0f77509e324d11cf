/**
 * The alphabet of byte-level BPE (Radford et al. 2019, GPT-2): every byte is written as one printable character, the printable ones of
 * Latin-1 as themselves, the others as U+0100 and up.
 */

const byteOfCharacter = new Map<string, number>();
for (let byte = 0, other = 0x100; byte < 256; byte++) {
  const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  byteOfCharacter.set(String.fromCharCode(printable ? byte : other++), byte);
}

/** The bytes that a token of a byte-level vocabulary stands for; undefined when it is not written in that alphabet (a special token). */
export function bytesOfToken(token: string): Uint8Array | undefined {
  const bytes = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const byte = byteOfCharacter.get(token[i]!);
    if (byte === undefined) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}

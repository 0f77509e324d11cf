/** Text to tokens that know where in the text they are. */

import { readFile, stat } from 'node:fs/promises';
import type { TokenSpan } from '../protocol/inference.ts';
import { RpcError } from '../protocol/rpc.ts';
import { bytesOfToken } from './byteLevel.ts';
import { spansBySearch, spansOfBytes, utf16Offsets, type Span } from './offsets.ts';

export interface Tokenizer {
  /** Which implementation answers: Hugging Face's native one, or its JavaScript port where the native one does not load. */
  readonly implementation: 'native' | 'javascript';
  /** Tokens that the model's post-processor adds to every text ([CLS], [SEP], a start token). */
  readonly added: number;
  /** What a sequence of fixed length is filled up with. */
  readonly paddingId: number;
  /**
   * Tokens of a text, in order; spans are UTF-16 offsets into it. Pieces inside one character each have that character's span, added
   * tokens an empty one. A lone surrogate is read as U+FFFD, as UTF-8 has it.
   *
   * @param added whether the post-processor's tokens are wanted; by default they are
   */
  encode(text: string, added?: boolean): Promise<TokenSpan[]>;
  /** How many tokens `encode(text, false)` has. */
  count(text: string): Promise<number>;
  /** The token of an id, decoded as `encode` gives it; undefined where the vocabulary has no such id. */
  textOf(id: number): string | undefined;
  /** The text of tokens that follow each other, added and special ones included; bytes that make no character are U+FFFD. */
  decode(ids: readonly number[]): Promise<string>;
  /** The bytes of UTF-8 that a token stands for wherever it stands; undefined where its text depends on the tokens before it. */
  bytesOf(id: number): Uint8Array | undefined;
  /** The special tokens that end a text, by the names that these have in the vocabularies in use. */
  readonly endIds: readonly number[];
}

/** A tokenizer.json that cannot be used. */
function invalid(message: string): RpcError {
  return new RpcError('tokenizer-invalid', message);
}

/** The largest vocabularies in use take some 35 MB. */
const maximumBytes = 256 * 2 ** 20;

/** The fields of tokenizer.json that are read here. */
interface TokenizerJson {
  decoder?: { type?: string; decoders?: { type?: string }[] } | null;
  padding?: { pad_id?: number } | null;
  added_tokens?: { id: number; content: string; special?: boolean }[];
}

interface Encoded {
  ids: readonly number[];
  tokens: readonly string[];
  /** Where the implementation says so: offsets in code points. */
  offsets?: readonly (readonly number[])[];
}

interface Engine {
  implementation: Tokenizer['implementation'];
  encode(text: string, added: boolean): Promise<Encoded>;
  count(text: string): Promise<number>;
  tokenOf(id: number): string | null | undefined;
  decode(ids: readonly number[]): Promise<string>;
}

async function nativeEngine(json: string): Promise<Engine> {
  const module = await import('tokenizers');
  // A CommonJS module: a bundler may or may not have lifted its names.
  const { Tokenizer: Native } = 'Tokenizer' in module ? module : (module as { default: typeof module }).default;
  const tokenizer = Native.fromString(json);
  tokenizer.disableTruncation();
  tokenizer.disablePadding();
  return {
    implementation: 'native',
    encode: async (text, addSpecialTokens) => {
      const encoding = await tokenizer.encode(text, null, { addSpecialTokens });
      return { ids: encoding.getIds(), tokens: encoding.getTokens(), offsets: encoding.getOffsets() };
    },
    count: async (text) => (await tokenizer.encode(text, null, { addSpecialTokens: false })).getLength(),
    tokenOf: (id) => tokenizer.idToToken(id),
    decode: (ids) => tokenizer.decode([...ids], false),
  };
}

async function javascriptEngine(json: string): Promise<Engine> {
  const { Tokenizer: Portable } = await import('@huggingface/tokenizers');
  const tokenizer = new Portable(JSON.parse(json) as object, {});
  const encode = async (text: string, added: boolean): Promise<Encoded> => {
    const { ids, tokens } = tokenizer.encode(text, { add_special_tokens: added });
    return { ids, tokens };
  };
  return {
    implementation: 'javascript',
    encode,
    count: async (text) => (await encode(text, false)).ids.length,
    tokenOf: (id) => tokenizer.id_to_token(id),
    decode: async (ids) => (ids.length === 0 ? '' : tokenizer.decode([...ids], { skip_special_tokens: false })),
  };
}

function hasDecoder({ decoder }: TokenizerJson, wanted: 'ByteLevel' | 'ByteFallback'): boolean {
  return decoder?.type === wanted || decoder?.decoders?.some(({ type }) => type === wanted) === true;
}

/** Of <0x0A> and its like. */
function byteOfToken(token: string): number | undefined {
  const [, hex] = /^<0x([0-9A-Fa-f]{2})>$/.exec(token) ?? [];
  return hex === undefined ? undefined : parseInt(hex, 16);
}

/** Spans that never run backwards: added tokens, which have the offsets 0 to 0, stand empty behind the token before them. */
function spansFromOffsets(text: string, offsets: readonly (readonly number[])[]): Span[] {
  const unitAt = utf16Offsets(text);
  let reached = 0;
  return offsets.map(([from = 0, to = 0]) => {
    if (from === to) return { start: reached, end: reached };
    const span = { start: unitAt(from), end: unitAt(to) };
    reached = Math.max(reached, span.end);
    return span;
  });
}

/** Spans for an implementation that gives none: by bytes where they are exactly the text's, else by looking the pieces up. */
function alignTokens(text: string, tokens: readonly string[], byteLevel: boolean, special: ReadonlySet<string>): Span[] {
  const contents = tokens.map((token) =>
    special.has(token) ? (text.includes(token) ? new TextEncoder().encode(token) : new Uint8Array(0)) : bytesOfToken(token),
  );
  if (byteLevel && contents.every((bytes) => bytes !== undefined)) {
    const joined = Buffer.concat(contents);
    if (joined.equals(Buffer.from(text, 'utf8'))) {
      return spansOfBytes(
        text,
        contents.map(({ length }) => length),
      );
    }
  }
  const pieces = tokens.map((token, i) => {
    if (special.has(token)) return text.includes(token) ? token : '';
    if (byteLevel) return new TextDecoder().decode(contents[i]);
    return token
      .replace(/^##/, '')
      .replaceAll('\u2581', ' ')
      .replace(/<\/w>$/, '')
      .trim();
  });
  return spansBySearch(text, pieces);
}

/** A token as text: the bytes of a byte-level one decoded (U+FFFD for parts of characters), SentencePiece's blank as a blank. */
function decodeToken(token: string, byteLevel: boolean, special: ReadonlySet<string>): string {
  if (special.has(token)) return token;
  if (!byteLevel) return token.replaceAll('\u2581', ' ');
  const bytes = bytesOfToken(token);
  return bytes === undefined ? token : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

function paddingIdOf(json: TokenizerJson): number {
  const named = json.added_tokens?.find(({ content }) => /^(\[PAD\]|<pad>|<\|pad\|>|<\|endoftext\|>|<\/s>)$/i.test(content));
  return json.padding?.pad_id ?? named?.id ?? 0;
}

const endNames =
  /^(<\|endoftext\|>|<\/s>|<eos>|\[EOS\]|<\|eos\|>|<\|end_of_text\|>|<\|eot_id\|>|<\|im_end\|>|<end_of_turn>|<\|endofprompt\|>|<｜end▁of▁sentence｜>)$/i;

function endIdsOf({ added_tokens: added = [] }: TokenizerJson): number[] {
  return added.filter(({ content, special }) => special === true && endNames.test(content)).map(({ id }) => id);
}

/**
 * A tokenizer from the text of a tokenizer.json (Hugging Face format).
 *
 * @param where the file's path, for messages
 * @param prefer 'javascript' skips the native implementation
 * @throws RpcError 'tokenizer-invalid' when neither implementation can read it
 */
export async function createTokenizer(text: string, where: string, prefer: Tokenizer['implementation'] = 'native'): Promise<Tokenizer> {
  let json: TokenizerJson;
  try {
    json = JSON.parse(text) as TokenizerJson;
  } catch (error) {
    throw invalid(`${where} is not JSON: ${(error as Error).message}. Give the tokenizer.json that belongs to the model.`);
  }
  if (typeof json !== 'object' || json === null || !('model' in json)) {
    throw invalid(`${where} is not a Hugging Face tokenizer (it has no "model"). Give the tokenizer.json that belongs to the model.`);
  }
  const engine = await openEngine(text, where, prefer);
  const byteLevel = hasDecoder(json, 'ByteLevel');
  const byteFallback = hasDecoder(json, 'ByteFallback');
  // Beside another decoder a token's text may depend on its place.
  const onlyByteLevel = byteLevel && (json.decoder?.decoders?.length ?? 1) === 1;
  const special = new Set(json.added_tokens?.map(({ content }) => content));
  return {
    implementation: engine.implementation,
    added: (await engine.encode('', true)).ids.length,
    paddingId: paddingIdOf(json),
    endIds: endIdsOf(json),
    count: (content) => engine.count(content),
    decode: (ids) => engine.decode(ids),
    bytesOf: (id) => {
      if (!onlyByteLevel && !byteFallback) return undefined;
      const token = engine.tokenOf(id) ?? '';
      if (onlyByteLevel) return special.has(token) ? new TextEncoder().encode(token) : bytesOfToken(token);
      const byte = byteOfToken(token);
      return byte === undefined ? undefined : Uint8Array.of(byte);
    },
    textOf: (id) => {
      const token = engine.tokenOf(id);
      return token === null || token === undefined ? undefined : decodeToken(token, byteLevel, special);
    },
    encode: async (content, added = true) => {
      const { ids, tokens, offsets } = await engine.encode(content, added);
      const spans = offsets ? spansFromOffsets(content, offsets) : alignTokens(content, tokens, byteLevel, special);
      return ids.map((id, i) => ({ id, ...spans[i]!, text: decodeToken(tokens[i]!, byteLevel, special) }));
    },
  };
}

async function openEngine(json: string, where: string, prefer: Tokenizer['implementation']): Promise<Engine> {
  if (prefer === 'native') {
    try {
      return await nativeEngine(json);
    } catch {
      // No build for this platform, or a format newer than it: the JavaScript one says whether the file is at fault.
    }
  }
  try {
    return await javascriptEngine(json);
  } catch (error) {
    throw invalid(
      `${where} cannot be read as a tokenizer: ${(error as Error).message}. Give the tokenizer.json that belongs to the model.`,
    );
  }
}

/**
 * A tokenizer from a file.
 *
 * @throws RpcError 'tokenizer-invalid'
 */
export async function readTokenizer(path: string): Promise<Tokenizer> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > maximumBytes) throw invalid(`${path} has ${size} bytes; a tokenizer.json has at most ${maximumBytes}.`);
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof RpcError) throw error;
    throw invalid(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? (error as Error).message}).`);
  }
  return createTokenizer(text, path);
}

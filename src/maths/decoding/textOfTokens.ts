/** The text that tokens add, one by one. */

export interface Vocabulary {
  /** The text of tokens that follow each other: a character whose last bytes are missing comes out as U+FFFD. */
  decode(ids: readonly number[]): Promise<string>;
  /** The bytes of UTF-8 that a token stands for wherever it stands; undefined where its text depends on the tokens before it. */
  bytesOf?(id: number): Uint8Array | undefined;
}

/** Enough that a decoder which treats the first token of a text otherwise has another one before it. */
const contextTokens = 5;
/** U+FFFD at the end of a text that may be the beginning of a character: one, or as some decoders have it one for each of its bytes. */
const longestBeginning = 3;

/**
 * What a token adds is what its text has more than the text without it, in view of the tokens before: so byte-level vocabularies, blanks
 * at the beginning of words, and decoders that drop the first of them all come out right. While a character is not complete it adds nothing.
 *
 * Tokens that stand for bytes are put together here: that is faster, and some decoders make nothing but U+FFFD of all bytes in a row where
 * the last character is not complete, also of those that were.
 */
export class TextOfTokens {
  private readonly vocabulary: Vocabulary;
  private readonly bytes = new TextDecoder('utf-8', { ignoreBOM: true });
  /** The last tokens whose text is complete, those behind them, and how much of the text of these has been given out. */
  private known: readonly number[];
  private open: number[] = [];
  private given = 0;

  /** @param before tokens of the text that is continued; only the last ones are looked at */
  constructor(vocabulary: Vocabulary, before: readonly number[]) {
    this.vocabulary = vocabulary;
    this.known = before.slice(-contextTokens);
  }

  async push(id: number): Promise<string> {
    const bytes = this.vocabulary.bytesOf?.(id);
    if (bytes === undefined) return this.bytes.decode() + (await this.pushToken(id));
    const before = await this.flushTokens();
    this.remember([id]);
    return before + this.bytes.decode(bytes, { stream: true });
  }

  /** What is left of a character that is never completed. */
  async flush(): Promise<string> {
    return this.bytes.decode() + (await this.flushTokens());
  }

  private async pushToken(id: number): Promise<string> {
    this.open.push(id);
    const text = await this.openText();
    const unfinished = /\ufffd*$/.exec(text)![0].length;
    if (unfinished === 0 || unfinished > longestBeginning) return this.close(text);
    const complete = text.slice(0, text.length - unfinished);
    const added = complete.slice(this.given);
    this.given = Math.max(this.given, complete.length);
    return added;
  }

  private async flushTokens(): Promise<string> {
    return this.open.length > 0 ? this.close(await this.openText()) : '';
  }

  private async openText(): Promise<string> {
    const before = this.known.length > 0 ? await this.vocabulary.decode(this.known) : '';
    const after = await this.vocabulary.decode([...this.known, ...this.open]);
    return after.slice(before.length);
  }

  private close(text: string): string {
    const added = text.slice(this.given);
    this.remember(this.open);
    this.open = [];
    this.given = 0;
    return added;
  }

  private remember(ids: readonly number[]): void {
    this.known = [...this.known, ...ids].slice(-contextTokens);
  }
}

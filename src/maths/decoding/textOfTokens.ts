/** The text that tokens add, one by one. */

/** Decodes tokens as a tokenizer does it: a character whose last bytes are missing comes out as U+FFFD. */
export type Decode = (ids: readonly number[]) => Promise<string>;

/** Enough that a decoder which treats the first token of a text otherwise has another one before it. */
const contextTokens = 5;
/** U+FFFD at the end of a text that may be the beginning of a character: one, or as some decoders have it one for each of its bytes. */
const longestBeginning = 3;

/**
 * What a token adds is what its text has more than the text without it, in view of the tokens before: so byte-level vocabularies,
 * SentencePiece's bytes and blanks, and decoders that drop a first blank all come out right. While a character is not complete it adds
 * nothing.
 */
export class TextOfTokens {
  private readonly decode: Decode;
  /** The last tokens whose text is complete, those behind them, and how much of the text of these has been given out. */
  private known: readonly number[];
  private open: number[] = [];
  private given = 0;

  /** @param before tokens of the text that is continued; only the last ones are looked at */
  constructor(decode: Decode, before: readonly number[]) {
    this.decode = decode;
    this.known = before.slice(-contextTokens);
  }

  async push(id: number): Promise<string> {
    this.open.push(id);
    const text = await this.openText();
    const unfinished = /\ufffd*$/.exec(text)![0].length;
    if (unfinished > 0 && unfinished <= longestBeginning) {
      const complete = text.slice(0, text.length - unfinished);
      const added = complete.slice(this.given);
      this.given = Math.max(this.given, complete.length);
      return added;
    }
    return this.close(text);
  }

  /** What is left of a character that is never completed. */
  async flush(): Promise<string> {
    return this.open.length > 0 ? this.close(await this.openText()) : '';
  }

  private async openText(): Promise<string> {
    const before = this.known.length > 0 ? await this.decode(this.known) : '';
    const after = await this.decode([...this.known, ...this.open]);
    return after.slice(before.length);
  }

  private close(text: string): string {
    const added = text.slice(this.given);
    this.known = [...this.known, ...this.open].slice(-contextTokens);
    this.open = [];
    this.given = 0;
    return added;
  }
}

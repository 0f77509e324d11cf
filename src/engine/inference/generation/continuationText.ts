/** The text of a continuation as its tokens come, up to a stop string. */

import { StopStrings, type Released } from '../../../maths/decoding/stopStrings.ts';
import { TextOfTokens, type Vocabulary } from '../../../maths/decoding/textOfTokens.ts';

export class ContinuationText {
  private readonly tokens: TextOfTokens;
  private readonly stops: StopStrings;

  private constructor(tokens: TextOfTokens, stops: StopStrings) {
    this.tokens = tokens;
    this.stops = stops;
  }

  /** @param given tokens behind the prompt whose text is there already; what stops in it does not end the continuation */
  static async begin(
    vocabulary: Vocabulary,
    prompt: readonly number[],
    given: readonly number[],
    stops: readonly string[],
  ): Promise<ContinuationText> {
    const tokens = new TextOfTokens(vocabulary, prompt);
    let text = '';
    for (const id of given) text += await tokens.push(id);
    return new ContinuationText(tokens, new StopStrings(stops, text));
  }

  /** @param last no token follows: nothing is held back any more */
  async push(id: number, last: boolean): Promise<Released> {
    const released = this.stops.push(await this.tokens.push(id));
    return released.stopped || !last ? released : { ...released, added: released.added + (await this.flush()) };
  }

  /** What was held back, when nothing follows: the beginning of a stop string, or of a character. */
  async flush(): Promise<string> {
    const { added } = this.stops.push(await this.tokens.flush());
    return added + this.stops.flush();
  }

  get text(): string {
    return this.stops.text;
  }
}

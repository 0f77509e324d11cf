/** What a loss of a player of a GAN wants. */

import type { Span } from '../../maths/nesting.ts';

/** A loss of one of the players: where it stands, and which way it pushes D(G(z)). */
export interface Claim extends Span {
  readonly player: 'discriminator' | 'generator';
  /** Whether it is lower for a higher D(G(z)); null where only the label is known. */
  readonly raises: boolean | null;
  /** Where D(G(z)) would come to rest, of squared losses: -1, 0 or 1. */
  readonly rests: number | null;
  /** It goes the other way from some D(G(z)) on: that of squares. */
  readonly turns?: boolean;
  /** What a criterion of which nothing else is known is given as what D(G(z)) is to be. */
  readonly label: string | null;
  /** The function it stands in, and what that stands in. */
  readonly holder: string;
  readonly around: string;
  /** What the class that it stands in is made from. */
  readonly from: readonly string[];
}

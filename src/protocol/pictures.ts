/** Pictures as messages carry them. */

/** How a picture's numbers lie. */
export interface PictureShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** A picture in 256 levels, [channels, height, width]. */
export interface Picture {
  readonly name: string;
  readonly shape: PictureShape;
  readonly levels: Uint8Array;
}

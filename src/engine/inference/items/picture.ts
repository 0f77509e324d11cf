/** Picture files as a loaded model takes them. */

import { randomUUID } from 'node:crypto';
import { PictureError, type Picture } from '../../../formats/picture.ts';
import { inRange } from '../../../models/dataset.ts';
import { fitPicture, previewOf, readPicture, withChannels, type ImageShape } from '../../../models/pictures.ts';
import { wholeOf } from '../../../protocol/pictures.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import type { FittedPicture, KeptPicture, LoadedVae, PictureRequest } from '../../../protocol/vae.ts';
import { checkPart, checkWhole } from './inputs.ts';

type Model = Pick<LoadedVae, 'item' | 'range'>;

/** Of pixels, along the longer side of a preview. */
const mostPreview = 4_096;

/** Reads pictures for one model. One picture is kept decoded: a part of it is had without its file. */
export class Pictures {
  readonly #model: Model;
  /** In as many channels as the model takes. */
  #kept: { readonly id: string; readonly picture: Picture } | null = null;

  constructor(model: Model) {
    this.#model = model;
  }

  /** @throws RpcError 'data-invalid', 'bad-input' */
  read({ bytes, name = 'This picture', part, keep }: PictureRequest): FittedPicture & { kept?: KeptPicture } {
    const shape = this.#shape();
    const longest = keep && checkWhole('keep.preview', keep.preview, 1, mostPreview);
    try {
      const read = readPicture(bytes);
      const picture = withChannels(read, shape.channels);
      const fitted = this.#fitted(picture, part);
      if (longest === undefined) return fitted;
      const id = randomUUID();
      this.#kept = { id, picture };
      return { ...fitted, kept: { id, width: read.width, height: read.height, preview: previewOf(read, longest) } };
    } catch (error) {
      if (!(error instanceof PictureError)) throw error;
      throw new RpcError('data-invalid', `${name} cannot be read: ${error.message}`);
    }
  }

  /** @throws RpcError 'unknown-picture', 'bad-input' */
  part({ picture: id, part }: { picture: string; part: unknown }): FittedPicture {
    if (this.#kept?.id !== id) throw new RpcError('unknown-picture', `There is no picture ${id}; read its file again.`);
    return this.#fitted(this.#kept.picture, part);
  }

  forget({ picture: id }: { picture: string }): void {
    if (this.#kept?.id === id) this.#kept = null;
  }

  #fitted(picture: Picture, part: unknown): FittedPicture {
    const { low, high } = this.#model.range;
    const { levels, notices } = fitPicture(
      picture,
      this.#shape(),
      part === undefined ? wholeOf(picture) : checkPart('part', part, picture),
    );
    return { levels, values: inRange(levels, [low, high]), notices };
  }

  #shape(): ImageShape {
    const { item } = this.#model;
    if (item.kind === 'image') return item;
    throw new RpcError('data-invalid', `The model takes vectors of ${item.length} numbers, no pictures. Give it data as a .npy array.`);
  }
}

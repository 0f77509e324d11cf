/** Picture files as a loaded model takes them. */

import { PictureError } from '../../../formats/picture.ts';
import { inRange } from '../../../models/dataset.ts';
import { fitPicture, readPicture } from '../../../models/pictures.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import type { LoadedVae } from '../../../protocol/vae.ts';

/** @param name what it is called where it cannot be read @throws RpcError 'data-invalid' */
export function pictureFor(
  { item, range }: Pick<LoadedVae, 'item' | 'range'>,
  bytes: Uint8Array,
  name = 'This picture',
): { levels: Uint8Array; values: Float32Array; notices: readonly string[] } {
  if (item.kind !== 'image')
    throw new RpcError('data-invalid', `The model takes vectors of ${item.length} numbers, no pictures. Give it data as a .npy array.`);
  try {
    const { levels, notices } = fitPicture(readPicture(bytes), item);
    return { levels, values: inRange(levels, [range.low, range.high]), notices };
  } catch (error) {
    if (!(error instanceof PictureError)) throw error;
    throw new RpcError('data-invalid', `${name} cannot be read: ${error.message}`);
  }
}

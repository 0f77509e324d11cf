/** What a GAN takes of settings that were pasted. */

import type { LoadedGan } from '../../protocol/gan.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { GanSettings, PastedSettings } from '../../protocol/sampling.ts';

/**
 * @param name of the model, for messages
 * @throws RpcError 'setting-invalid' with the value that is nothing for it
 */
export function settingsFor(
  pasted: PastedSettings,
  name: string,
  { classes, prior }: Pick<LoadedGan, 'classes' | 'prior'>,
): Partial<GanSettings> {
  const { gan } = pasted;
  if (!gan) {
    const what = pasted.decoding
      ? 'a text’s (decoding)'
      : pasted.pictures
        ? 'an autoencoder’s (pictures)'
        : pasted.diffusion
          ? 'a diffusion model’s (diffusion)'
          : 'of no kind';
    throw refuse(`The settings on the clipboard are ${what}. Copy those of a GAN: {"gan": {...}}.`);
  }
  if (gan.from === 'walk')
    throw refuse(
      'from ("walk") is nothing that this panel draws: it walks between the samples that it shows. Paste the settings in the Sampling view, which draws walks.',
    );
  if (typeof gan.class === 'number' && gan.class >= classes.length)
    throw refuse(
      classes.length === 0
        ? `class (${gan.class}) is nothing that ${name} has: it is told no class. Leave it out, or write "each".`
        : `class (${gan.class}) is nothing that ${name} has: its ${classes.length} classes are 0 to ${classes.length - 1}, or "each".`,
    );
  if (typeof gan.truncation === 'number' && prior !== 'normal')
    throw refuse(
      `truncation (${gan.truncation}) is nothing that ${name} has: its z is drawn evenly between two ends. Leave it out, or write null.`,
    );
  return gan;
}

const refuse = (message: string): RpcError => new RpcError('setting-invalid', message);

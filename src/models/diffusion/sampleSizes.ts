/** Sizes of what a denoiser takes, behind the batch: from its graph, from its config.json, which must agree. */

import { sizesOf } from '../vae/sizes.ts';
import type { DenoiserConfig } from './configs.ts';
import { invalid } from './jsonFile.ts';
import type { DenoiserRoles } from './roles.ts';

/** @throws RpcError 'model-invalid' where neither says a size, or both say another one */
export function sampleSizes({ path, sample }: DenoiserRoles, config: DenoiserConfig | null): number[] {
  const stated = sizesOf(sample);
  const { in_channels: channels, sample_size: size } = config ?? {};
  const configured = [channels ?? null, ...(typeof size === 'number' ? [size, size] : (size ?? [null, null]))];
  if (stated && stated.length !== 3) return stated;
  const behind = sample.shape.slice(1);
  return configured.map((own, axis) => {
    const inGraph = behind[axis];
    if (typeof inGraph === 'number') {
      if (own !== null && own !== inGraph)
        throw invalid(
          `${path} takes ${axis === 0 ? 'channels' : 'a size'} of ${inGraph}, its config.json says ${own} (${axis === 0 ? 'in_channels' : 'sample_size'}). Correct ` +
            'one of them, or export the model again.',
        );
      return inGraph;
    }
    if (own !== null) return own;
    throw invalid(
      `${path} does not say the ${['channels', 'height', 'width'][axis]} of its sample ${sample.name} [${sample.shape.join(', ')}], and no config.json ` +
        `beside it does (${axis === 0 ? 'in_channels' : 'sample_size'}). Put it there.`,
    );
  });
}

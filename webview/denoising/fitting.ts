/** What is chosen, as far as a model takes it. */

import type { Condition, Conditioning, DiffusionSettings, LoadedDiffusion } from '../../src/protocol/diffusion.ts';

type Takes = Pick<LoadedDiffusion, 'conditioning' | 'withoutGuidance'>;

/** Guidance of a model that is not asked for any yet: what is drawn is to show it. */
const shownGuidance = 2;

export function fitting(settings: DiffusionSettings, { conditioning, withoutGuidance }: Takes): DiffusionSettings {
  const guidance = withoutGuidance === null ? settings.guidance : 1;
  return { ...settings, guidance, condition: conditionFor(settings.condition, conditioning) };
}

function conditionFor({ prompt, negative, label }: Condition, conditioning: Conditioning): Condition {
  if (conditioning.kind === 'none') return {};
  if (conditioning.kind === 'class') {
    const isKnown = typeof label === 'number' ? label < conditioning.count : label !== undefined;
    return { label: isKnown ? label! : 0 };
  }
  return { ...(prompt !== undefined && { prompt }), ...(negative !== undefined && { negative }) };
}

/** Of a model that is shown for the first time: told something, so that there is something to see. */
export function firstSettings(settings: DiffusionSettings, { conditioning, withoutGuidance }: Takes): DiffusionSettings {
  if (conditioning.kind !== 'caption' || settings.condition.prompt !== undefined) return settings;
  const { characters, styles } = conditioning;
  const [first, second] = [
    characters.find((each) => each === 'A') ?? characters[0],
    characters.find((each) => each === 'b') ?? characters[1],
  ];
  if (first === undefined || second === undefined) return settings;
  const prompt = [first, second, ...styles.slice(0, 1)].join(' ');
  return { ...settings, condition: { prompt }, guidance: withoutGuidance === null ? shownGuidance : 1 };
}

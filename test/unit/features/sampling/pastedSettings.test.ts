import { describe, expect, it } from 'vitest';
import { parseSettings, type SettingsKind } from '../../../../src/features/sampling/pastedSettings.ts';
import { defaultDecoding } from '../../../../src/protocol/generation.ts';
import { RpcError } from '../../../../src/protocol/rpc.ts';
import { defaultGan, defaultPictures, firstDiffusion } from '../../../../src/protocol/sampling.ts';

describe('settings from the clipboard', () => {
  const failure = (json: string, kind?: SettingsKind): string => {
    try {
      parseSettings(json, kind);
    } catch (error) {
      return error instanceof RpcError && error.code === 'setting-invalid' ? error.message : String(error);
    }
    return 'none';
  };

  it('are taken with their model or alone, whole or in part', () => {
    expect(parseSettings(JSON.stringify({ model: 'm', decoding: defaultDecoding }))).toEqual({ model: 'm', decoding: defaultDecoding });
    expect(parseSettings('{"temperature": 1.5}')).toEqual({ decoding: { temperature: 1.5 } });
    expect(parseSettings('{"decoding": {}}')).toEqual({ decoding: {} });
    expect(parseSettings(JSON.stringify({ model: 'v', pictures: defaultPictures }))).toEqual({ model: 'v', pictures: defaultPictures });
    expect(parseSettings('{"count": 9}')).toEqual({ pictures: { count: 9 } });
    expect(parseSettings(JSON.stringify({ model: 'g', gan: defaultGan }))).toEqual({ model: 'g', gan: defaultGan });
    expect(parseSettings(JSON.stringify({ model: 'd', diffusion: firstDiffusion }))).toEqual({ model: 'd', diffusion: firstDiffusion });
    expect(parseSettings('{"guidance": 3, "count": 9}')).toEqual({ diffusion: { guidance: 3, count: 9 } });
    expect(parseSettings('{"truncation": 0.5, "count": 9}')).toEqual({ gan: { truncation: 0.5, count: 9 } });
  });

  it('are refused with the field at fault', () => {
    expect(failure('my secret 7')).toMatch(/^What is on the clipboard is no JSON\. Copy settings from a view/);
    expect(failure('{"temprature": 1}')).toContain('decoding.temprature (1) is wrong: there is no such field.');
    expect(failure('{"topP": 1.2}')).toContain('decoding.topP (1.2) is wrong: it must be 1 or less.');
    expect(failure('{"decoding": {"stop": [1]}}')).toContain('decoding.stop.0 (1) is wrong: it must be of the type string.');
    expect(failure('{"decoding": {"method": "best"}}')).toContain('("best") is wrong: it must be "sample" or "greedy" or "beam".');
    expect(failure('{"decoding": {"repetitionPenalty": 0}}')).toContain('(0) is wrong: it must be more than 0.');
    expect(failure('{"decoding": {"stop": [""]}}')).toContain('("") is wrong: it must be at least 1 long.');
    expect(failure('{"seed": -1}')).toContain('decoding.seed (-1) is wrong: it must be 0 or more.');
    expect(failure('{"truncation": 0.01}')).toContain('gan.truncation (0.01) is wrong');
    expect(failure('{"class": "A"}')).toContain('gan.class ("A") is wrong: must be "each" or the number of a class.');
    expect(failure('{"walk": {"way": "round"}}')).toContain('gan.walk');
    expect(failure('{"diffusion": {"run": {"steps": 0}}}')).toContain('diffusion.run.steps (0) is wrong: it must be 1 or more.');
    expect(failure('{"condition": {"promt": "A b"}}')).toContain('diffusion.condition.promt ("A b") is wrong: there is no such field.');
    expect(failure('[]')).not.toBe('none');
    expect(failure('null')).toContain('the whole (null) is wrong');
  });

  it('stand alone for those of a view that has one kind alone', () => {
    expect(parseSettings('{"seed": 5}', 'gan')).toEqual({ gan: { seed: 5 } });
    expect(parseSettings('{"decoding": {"seed": 5}}', 'gan')).toEqual({ decoding: { seed: 5 } });
    expect(failure('{"temperature": 1}', 'gan')).toMatch(/gan\.temperature \(1\) is wrong: there is no such field\. .*\{"gan":/);
  });
});

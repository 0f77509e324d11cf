import { readWithin } from '../inputFile.ts';

const maximumSettingsBytes = 2 ** 20;

/** Settings as they stand in a file: under their key, beside others, where the view has copied them. {} where no file is given. */
export async function readSettingsFile(path: string | undefined, key: 'decoding' | 'pictures' | 'gan' | 'diffusion'): Promise<unknown> {
  if (path === undefined) return {};
  const text = (await readWithin(path, maximumSettingsBytes)).toString('utf8');
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is not JSON: ${(error as Error).message}`);
  }
  return typeof given === 'object' && given !== null && key in given ? (given as Record<string, unknown>)[key] : given;
}

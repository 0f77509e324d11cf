import { describe, expect, it } from 'vitest';
import { holds } from '../../setup/dependencies.ts';

const wanted = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/lit': { version: '3.3.3' },
    'node_modules/@esbuild/linux-x64': { version: '0.28.2', optional: true },
    'node_modules/@esbuild/win32-x64': { version: '0.28.2', optional: true },
  },
};
const installed = {
  packages: { 'node_modules/lit': { version: '3.3.3' }, 'node_modules/@esbuild/linux-x64': { version: '0.28.2' } },
};

describe('whether node_modules holds the lock', () => {
  it('does without the packages of other platforms', () => {
    expect(holds(installed, wanted)).toBe(true);
  });

  it('does not when a package is missing', () => {
    expect(holds({ packages: {} }, wanted)).toBe(false);
  });

  it.each(['node_modules/lit', 'node_modules/@esbuild/linux-x64'])('does not when %s has another version', (place) => {
    expect(holds({ packages: { ...installed.packages, [place]: { version: '0.0.1' } } }, wanted)).toBe(false);
  });
});

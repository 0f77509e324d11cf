import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLatentState } from '../../../../src/features/latent/latentState.ts';
import type { LatentViewState } from '../../../../src/protocol/latent.ts';
import { initialState } from '../../../../webview/latent/viewState.ts';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const place = fc.tuple(finite, finite);
const whole = fc.nat(1_000_000_000);
const pixels = fc.nat(1_000_000);
const text = fc.string({ maxLength: 300 });
const states: fc.Arbitrary<LatentViewState> = fc.record({
  model: fc.option(text),
  data: fc.option(text),
  projection: fc.record({ method: fc.constantFrom('dimensions', 'pca', 'umap'), dimensions: fc.tuple(whole, whole) }),
  colouring: fc.option(
    fc.oneof(
      fc.record({ by: fc.constant('label' as const), label: text }),
      fc.record({ by: fc.constantFrom('elbo', 'reconstruction', 'kl', 'error') }),
    ),
  ),
  lit: fc.option(whole),
  viewport: fc.option(fc.record({ centre: place, scale: place })),
  place: fc.option(place),
  item: fc.option(whole),
  path: fc.option(fc.tuple(place, place)),
  spherical: fc.boolean(),
  manifold: fc.boolean(),
  part: fc.option(
    fc.record({ x: pixels, y: pixels, width: fc.integer({ min: 1, max: 1_000_000 }), height: fc.integer({ min: 1, max: 1_000_000 }) }),
  ),
});

describe('parseLatentState', () => {
  it('reads whatever the panel can be in, as it was', () => {
    expect(parseLatentState(initialState)).toEqual(initialState);
    fc.assert(
      fc.property(states, (state) => {
        const kept: unknown = JSON.parse(JSON.stringify(state));
        expect(parseLatentState(kept)).toEqual(kept);
      }),
    );
  });

  it('is null or a state of anything else', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(parseLatentState(value)).toBeNull();
      }),
    );
    // One part of a state is something else.
    fc.assert(
      fc.property(
        states,
        fc.constantFrom(...(Object.keys(initialState) as (keyof LatentViewState)[])),
        fc.anything(),
        (state, key, value) => {
          const read = parseLatentState({ ...state, [key]: value });
          if (read !== null) expect(parseLatentState(read)).toEqual(read);
        },
      ),
    );
  });

  it.each([
    ['no place', { place: [NaN, 1] }],
    [
      'a place that is endless',
      {
        path: [
          [0, 0],
          [Infinity, 0],
        ],
      },
    ],
    ['half an item', { item: 1.5 }],
    ['an item below nothing', { item: -1 }],
    ['a way of laying out that is not known', { projection: { method: 'tsne', dimensions: [0, 1] } }],
    ['a name that is endless', { model: 'x'.repeat(5_000) }],
    ['a part of a picture that has no width', { part: { x: 0, y: 0, width: 0, height: 1 } }],
    ['a part too little', { spherical: undefined }],
  ])('is null of %s', (_, change) => {
    expect(parseLatentState({ ...initialState, ...change })).toBeNull();
  });

  it('leaves out what another version knows', () => {
    expect(parseLatentState({ ...initialState, later: 1 })).toEqual(initialState);
  });
});

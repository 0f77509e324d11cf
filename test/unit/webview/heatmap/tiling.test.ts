import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planTile, planWhole, pooling, suffices } from '../../../../webview/shared/heatmap/tiling.ts';
import { resolveViewport, visibleCells } from '../../../../webview/shared/heatmap/viewport.ts';

describe('tiling', () => {
  const sizes = fc.record({ width: fc.integer({ min: 50, max: 1500 }), height: fc.integer({ min: 50, max: 1500 }) });
  const grids = fc.record({ rows: fc.integer({ min: 1, max: 4096 }), columns: fc.integer({ min: 1, max: 4096 }) });
  const wishes = fc.record({
    query: fc.double({ min: 0, max: 4096, noNaN: true }),
    key: fc.double({ min: 0, max: 4096, noNaN: true }),
    scale: fc.double({ min: 0.01, max: 64, noNaN: true }),
  });

  it('asks for all that shows, within the map, never for more texels than cells or device pixels', () => {
    fc.assert(
      fc.property(grids, sizes, wishes, fc.constantFrom(1, 1.25, 1.5, 2), (grid, size, wish, ratio) => {
        const viewport = resolveViewport(wish, grid, size);
        const plan = planTile(viewport, grid, size, ratio);
        const seen = visibleCells(viewport, grid, size);
        expect(plan.queryStart).toBeLessThanOrEqual(seen.queryStart);
        expect(plan.keyEnd).toBeGreaterThanOrEqual(seen.keyEnd);
        expect(plan.queryEnd).toBeLessThanOrEqual(grid.rows);
        expect(plan.rows).toBeLessThanOrEqual(plan.queryEnd - plan.queryStart);
        expect(plan.rows).toBeLessThanOrEqual(Math.max(1, (plan.queryEnd - plan.queryStart) * viewport.scale * ratio + 1e-5));
        expect(suffices(plan, viewport, grid, size, ratio)).toBe(true);
      }),
    );
  });

  it('is pixel for pixel when a cell is a device pixel, and pools when it is less', () => {
    const grid = { rows: 1000, columns: 1000 };
    const whole = planTile({ query: 0, key: 0, scale: 0.5 }, grid, { width: 500, height: 500 }, 2);
    expect([whole.rows, whole.columns, ...pooling(whole)]).toEqual([1000, 1000, 1, 1]);
    const pooled = planTile({ query: 0, key: 0, scale: 0.4 }, grid, { width: 400, height: 400 }, 1);
    expect([pooled.rows, ...pooling(pooled)]).toEqual([400, 3, 3]);
  });

  it('stays with a tile while panning inside its margin, and leaves it when zoom or place ask for another', () => {
    const grid = { rows: 1000, columns: 1000 };
    const size = { width: 400, height: 400 };
    const plan = planTile({ query: 300, key: 300, scale: 4 }, grid, size, 1);
    expect(suffices(plan, { query: 340, key: 260, scale: 4 }, grid, size, 1)).toBe(true);
    expect(suffices(plan, { query: 360, key: 300, scale: 4 }, grid, size, 1)).toBe(false);
    expect(suffices(plan, { query: 310, key: 310, scale: 0.9 }, grid, size, 1)).toBe(false);
  });

  it('lays a coarse whole under the finer tiles', () => {
    expect(planWhole({ rows: 2048, columns: 1024 }, 512)).toEqual({
      queryStart: 0,
      queryEnd: 2048,
      keyStart: 0,
      keyEnd: 1024,
      rows: 512,
      columns: 256,
    });
  });
});

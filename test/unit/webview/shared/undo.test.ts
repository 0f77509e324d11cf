import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Undo } from '../../../../webview/shared/undo.ts';

it('goes back change by change, and forth again until something else is changed', () => {
  let now = 0;
  const undo = new Undo<string>(() => (now += 5_000));
  expect([undo.canUndo, undo.canRedo, undo.undo('a')]).toEqual([false, false, null]);
  undo.changes('seed', 'a');
  undo.changes('class', 'b');
  expect(undo.undo('c')).toBe('b');
  expect(undo.undo('b')).toBe('a');
  expect([undo.canUndo, undo.canRedo]).toEqual([false, true]);
  expect(undo.redo('a')).toBe('b');
  expect(undo.redo('b')).toBe('c');
  expect(undo.redo('c')).toBeNull();
  expect(undo.undo('c')).toBe('b');
  undo.changes('seed', 'b');
  expect(undo.canRedo).toBe(false);
  expect(undo.undo('d')).toBe('b');
});

it('takes changes of one thing for one while they follow each other', () => {
  let now = 0;
  const undo = new Undo<number>(() => now);
  for (const [what, at] of [
    ['move', 0],
    ['move', 900],
    ['move', 1_800],
    ['walk', 1_900],
    ['move', 2_000],
    ['move', 3_100],
  ] as const) {
    now = at;
    undo.changes(what, at);
  }
  expect([undo.undo(-1), undo.undo(-1), undo.undo(-1), undo.undo(-1), undo.undo(-1)]).toEqual([3_100, 2_000, 1_900, 0, null]);
  // What was gone back from is not gone on with.
  undo.changes('move', 7);
  expect(undo.undo(8)).toBe(7);
});

it('is where it was after as many steps back and forth, however many changes there were', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), (count) => {
      let now = 0;
      const undo = new Undo<number>(() => (now += 2_000));
      for (let state = 0; state < count; state++) undo.changes('it', state);
      let [at, back] = [count, 0];
      for (let state = undo.undo(at); state !== null; state = undo.undo(at)) [at, back] = [state, back + 1];
      expect(back).toBe(Math.min(100, count));
      for (let state = undo.redo(at); state !== null; state = undo.redo(at)) at = state;
      expect(at).toBe(count);
    }),
  );
});

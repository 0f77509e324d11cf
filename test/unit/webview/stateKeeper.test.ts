import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { AttentionViewState } from '../../../src/protocol/attention.ts';
import { StateKeeper } from '../../../webview/shared/stateKeeper.ts';
import { initialView } from '../../../webview/attention/viewState.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const state = (head: number): AttentionViewState => ({ ...initialView, chosen: { kind: 'head', site: 0, head } });

it('sends a change at once, of many in a moment the last, and the next one at once again', () => {
  const memory = { getState: () => null, setState: vi.fn() };
  const save = vi.fn();
  const keeper = new StateKeeper(memory, save);
  keeper.keep(state(1));
  expect(save.mock.calls).toEqual([[state(1)]]);
  for (const head of [2, 3, 4]) keeper.keep(state(head));
  expect(save).toHaveBeenCalledTimes(1);
  expect(memory.setState).toHaveBeenLastCalledWith(state(4));
  vi.runAllTimers();
  expect(save.mock.calls).toEqual([[state(1)], [state(4)]]);
  keeper.keep(state(5));
  expect(save).toHaveBeenLastCalledWith(state(5));
});

import { describe, expect, it } from 'vitest';
import { PanelStore } from '../../../../src/features/attention/panelStore.ts';
import type { PanelState } from '../../../../src/features/attention/subject.ts';

/** The editor's storage, as far as the store uses it. */
function memento() {
  const values = new Map<string, unknown>();
  return {
    keys: () => [...values.keys()],
    get: <T>(key: string, otherwise?: T) => (values.has(key) ? (values.get(key) as T) : otherwise) as T,
    update: async (key: string, value: unknown) => void values.set(key, JSON.parse(JSON.stringify(value))),
  };
}
const state = (title: string, text = 'x'): PanelState => ({ title, subject: { kind: 'prompt', text }, view: null, digest: null });

describe('PanelStore', () => {
  it('gives back what was stored last', () => {
    const store = new PanelStore(memento());
    store.set('a', state('Attention: one'));
    store.set('a', state('Attention: two'));
    expect(store.get('a')).toEqual(state('Attention: two'));
    expect(store.get('b')).toBeNull();
  });

  it('finds the newest state of a title that no open panel has', () => {
    const store = new PanelStore(memento());
    for (const id of ['a', 'b', 'c']) store.set(id, state('Attention: x.py'));
    store.set('d', state('Attention: y.py'));
    expect(store.idOf('Attention: x.py', new Set())).toBe('c');
    expect(store.idOf('Attention: x.py', new Set(['c']))).toBe('b');
    expect(store.idOf('Attention: z.py', new Set())).toBeNull();
  });

  it('keeps the newest hundred', () => {
    const store = new PanelStore(memento());
    for (let i = 0; i < 120; i++) store.set(`id${i}`, state('t'));
    store.set('id30', state('again'));
    expect([store.get('id19'), store.get('id20')?.title, store.get('id30')?.title, store.get('id119')?.title]).toEqual([
      null,
      't',
      'again',
      't',
    ]);
  });
});

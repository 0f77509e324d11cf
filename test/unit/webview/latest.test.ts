import { describe, expect, it } from 'vitest';
import { Latest } from '../../../webview/shared/latest.ts';

/** Answers when it is told to. */
function desk(): {
  latest: Latest<number, string>;
  asked: number[];
  taken: [string, number][];
  failures: unknown[];
  answer: (value: string | Error) => Promise<void>;
} {
  const asked: number[] = [];
  const taken: [string, number][] = [];
  const failures: unknown[] = [];
  let waiting: { resolve: (value: string) => void; reject: (error: Error) => void } | null = null;
  const latest = new Latest<number, string>(
    (request) => {
      if (waiting) throw new Error('two requests at once');
      asked.push(request);
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
      });
    },
    (answer, request) => void taken.push([answer, request]),
    (error) => void failures.push(error),
  );
  const answer = async (value: string | Error): Promise<void> => {
    const current = waiting;
    waiting = null;
    if (value instanceof Error) current?.reject(value);
    else current?.resolve(value);
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { latest, asked, taken, failures, answer };
}

describe('Latest', () => {
  it('asks one at a time, and of those that wait the newest', async () => {
    const { latest, asked, taken, answer } = desk();
    for (const request of [1, 2, 3, 4]) latest.ask(request);
    expect(asked).toEqual([1]);
    await answer('one');
    expect(asked).toEqual([1, 4]);
    await answer('four');
    expect(taken).toEqual([
      ['one', 1],
      ['four', 4],
    ]);
    latest.ask(5);
    expect(asked).toEqual([1, 4, 5]);
  });

  it('goes on after a failure, with what was asked meanwhile', async () => {
    const { latest, asked, taken, failures, answer } = desk();
    latest.ask(1);
    latest.ask(2);
    await answer(new Error('no'));
    expect(failures).toEqual([new Error('no')]);
    expect(asked).toEqual([1, 2]);
    await answer('two');
    expect(taken).toEqual([['two', 2]]);
    latest.ask(3);
    await answer(new Error('again'));
    latest.ask(4);
    await answer('four');
    expect(taken.at(-1)).toEqual(['four', 4]);
    expect(failures).toHaveLength(2);
  });

  it('tells of an answer that cannot be taken', async () => {
    const failures: unknown[] = [];
    const latest = new Latest<number, string>(
      () => Promise.resolve('odd'),
      () => {
        throw new Error('not to be taken');
      },
      (error) => failures.push(error),
    );
    latest.ask(1);
    await new Promise((resolve) => setTimeout(resolve));
    expect(failures).toEqual([new Error('not to be taken')]);
  });

  it('forgets what waits and what is under way', async () => {
    const { latest, asked, taken, failures, answer } = desk();
    latest.ask(1);
    latest.ask(2);
    latest.forget();
    await answer('one');
    expect(asked).toEqual([1]);
    expect(taken).toEqual([]);
    latest.ask(3);
    latest.forget();
    latest.ask(4);
    await answer(new Error('of 3'));
    expect(failures).toEqual([]);
    expect(asked).toEqual([1, 3, 4]);
    await answer('four');
    expect(taken).toEqual([['four', 4]]);
  });
});

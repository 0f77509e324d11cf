import { describe, expect, it } from 'vitest';
import { Paced } from '../../../../webview/shared/training/paced.ts';

/** Work whose answers the test gives, on the test's own clock. */
function paced() {
  const clock = { now: 0 };
  const asked: { request: string; signal: AbortSignal; answer: (value: string) => void; fail: (error: unknown) => void }[] = [];
  const answers: string[] = [];
  const errors: unknown[] = [];
  const subject = new Paced<string, string>(
    (request, { signal }) => new Promise((answer, fail) => asked.push({ request, signal: signal!, answer, fail })),
    (answer) => answers.push(answer),
    (error) => errors.push(error),
    { now: () => clock.now },
  );
  return { subject, clock, asked, answers, errors };
}
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('long work', () => {
  it('is done one at a time, and rests three times as long as it took', async () => {
    const { subject, clock, asked, answers } = paced();
    subject.ask('a', false);
    subject.ask('b', false);
    expect(asked.map(({ request }) => request)).toEqual(['a']);
    clock.now = 100;
    asked[0]!.answer('A');
    await settle();
    clock.now = 399;
    subject.ask('c', false);
    expect(asked).toHaveLength(1);
    clock.now = 400;
    subject.ask('d', false);
    expect(asked.map(({ request }) => request)).toEqual(['a', 'd']);
    expect(answers).toEqual(['A']);
  });

  it('gives way to what is urgent, whose answer alone is taken', async () => {
    const { subject, asked, answers, errors } = paced();
    subject.ask('a', false);
    subject.ask('b', true);
    expect(asked[0]!.signal.aborted).toBe(true);
    asked[0]!.fail(new Error('aborted'));
    asked[1]!.answer('B');
    await settle();
    expect({ answers, errors }).toEqual({ answers: ['B'], errors: [] });
  });

  it('is dropped when it is stopped, and tells of its failures', async () => {
    const { subject, asked, answers, errors } = paced();
    subject.ask('a', false);
    subject.stop();
    asked[0]!.answer('A');
    await settle();
    subject.ask('b', true);
    asked[1]!.fail(new Error('b failed'));
    await settle();
    expect({ answers, errors }).toEqual({ answers: [], errors: [new Error('b failed')] });
  });
});

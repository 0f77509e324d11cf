import { beforeEach, describe, expect, it, vi } from 'vitest';
import { joinCells } from '../../../../src/python/source/cells.ts';
import { FormulaFinder } from '../../../../src/features/formulas/finder.ts';
import { stillToRead } from '../../../../src/features/formulas/list/stillToRead.ts';
import { meantAt } from '../../../../src/features/formulas/lookup.ts';
import { parseMarkRequest } from '../../../../src/features/formulas/markRequest.ts';
import type { Finding } from '../../../../src/protocol/python.ts';

function finding(start: number, end: number, holder: [string, number] | null = null): Finding {
  return {
    start,
    end,
    formula: null,
    latex: `${start}`,
    equality: 'exact',
    remarks: [],
    variables: [],
    parts: [],
    calls: null,
    isPart: false,
    diagnostics: [],
    holder: holder && { name: holder[0], start: holder[1], end: holder[1] + holder[0].length },
  };
}

describe('the cells of a notebook as one text', () => {
  it('come one after the other, those that are no Python left out', () => {
    const joined = joinCells([
      { language: 'python', text: 'a = 1' },
      { language: 'r', text: 'b <- 2' },
      { language: 'python', text: '%%bash\nls' },
      { language: 'python', text: '%%time\nc = 3\n' },
      { language: 'python', text: '' },
      { language: 'python', text: '%matplotlib inline\nd = a' },
    ]);
    expect(joined).toEqual({ text: 'a = 1\n%%time\nc = 3\n\n\n%matplotlib inline\nd = a\n', starts: [0, null, null, 6, 20, 21] });
  });
});

describe('what a place means', () => {
  const findings = [finding(10, 50, ['loss', 4]), finding(20, 30, ['loss', 4]), finding(60, 70, ['other', 55])];
  const nowhere = { start: 90, end: 95 };

  it('is what is around it, the innermost first', () => {
    expect(meantAt(findings, 25, nowhere)).toEqual({ by: 'place', findings: [findings[1], findings[0]] });
    expect(meantAt(findings, 50, nowhere)).toEqual({ by: 'place', findings: [findings[0]] });
  });

  it('is first what is wrong there, which may stand before the formula', () => {
    const wrong = { ...finding(60, 70), diagnostics: [{ start: 25, end: 28 }] } as Finding;
    const all = [...findings.slice(0, 2), wrong];
    expect(meantAt(all, 26, nowhere)).toEqual({ by: 'place', findings: [wrong, findings[1], findings[0]] });
    expect(meantAt([wrong], 26, nowhere)).toEqual({ by: 'place', findings: [wrong] });
    expect(meantAt([wrong], 30, nowhere)).toBeNull();
    expect(meantAt([wrong], 65, nowhere)).toEqual({ by: 'place', findings: [wrong] });
  });

  it('is on the name of a function all that it holds', () => {
    expect(meantAt(findings, 6, { start: 0, end: 40 })).toEqual({ by: 'function', findings: [findings[0], findings[1]] });
    expect(meantAt(findings, 55, nowhere)).toEqual({ by: 'function', findings: [findings[2]] });
  });

  it('is elsewhere on the line of a formula that formula: it is a part of a statement', () => {
    expect(meantAt(findings, 72, { start: 58, end: 75 })).toEqual({ by: 'place', findings: [findings[2]] });
  });

  it('is nothing elsewhere', () => {
    for (const offset of [0, 52, 71]) expect(meantAt(findings, offset, nowhere)).toBeNull();
  });
});

describe('finding the formulas of a text', () => {
  const source = (version: string, uri = 'a') => ({ uri, version, text: `text ${version}` });
  const all = async () => [];

  it('reads each text once, also for those who ask meanwhile', async () => {
    const formulas = vi.fn(async ({ text }: { text: string }) => [finding(0, text.length)]);
    const finder = new FormulaFinder({ formulas, unread: all });
    const [first, second] = await Promise.all([finder.of(source('1')), finder.of(source('1'))]);
    expect(second).toBe(first);
    expect(await finder.of(source('1'))).toBe(first);
    expect(await finder.of(source('2'))).not.toBe(first);
    expect(await finder.of(source('2', 'b'))).toHaveLength(1);
    expect(formulas.mock.calls.map(([params]) => params)).toEqual([
      { key: 'a', text: 'text 1' },
      { key: 'a', text: 'text 2' },
      { key: 'b', text: 'text 2' },
    ]);
  });

  it('gives up a text that was edited, and of those that came meanwhile reads only the newest', async () => {
    const newest = [finding(0, 1)];
    const reading: string[] = [];
    const formulas = ({ text }: { text: string }, { signal }: { signal?: AbortSignal } = {}) =>
      new Promise<Finding[]>((resolve, reject) => {
        reading.push(text);
        if (text === 'text 3') resolve(newest);
        else signal?.addEventListener('abort', () => reject(new Error('given up')));
      });
    const finder = new FormulaFinder({ formulas, unread: all });
    const first = finder.of(source('1'));
    await vi.waitFor(() => expect(reading).toEqual(['text 1']));
    const others = [finder.of(source('2')), finder.of(source('3'))];
    expect(await Promise.all([first, ...others])).toEqual([newest, newest, newest]);
    expect(reading).toEqual(['text 1', 'text 3']);
  });

  it('goes on with what there was no time for, and tells what was found so far', async () => {
    const unread = vi
      .fn<() => Promise<{ start: number; end: number }[]>>()
      .mockResolvedValueOnce([{ start: 1, end: 2 }])
      .mockResolvedValue([]);
    const formulas = vi
      .fn<() => Promise<Finding[]>>()
      .mockResolvedValueOnce([finding(0, 1)])
      .mockResolvedValue([finding(0, 1), finding(1, 2)]);
    const finder = new FormulaFinder({ formulas, unread });
    const parts: unknown[] = [];
    finder.onKnown((known) => parts.push(known));
    expect(await finder.of(source('1'))).toHaveLength(2);
    expect(parts).toEqual([{ uri: 'a', version: '1', findings: [finding(0, 1)], unread: [{ start: 1, end: 2 }] }]);
    expect(formulas).toHaveBeenCalledTimes(2);
  });

  it('does not go on for ever', async () => {
    const formulas = vi.fn(async () => []);
    const finder = new FormulaFinder({ formulas, unread: async () => [{ start: 0, end: 1 }] });
    expect(await finder.of(source('1'))).toEqual([]);
    expect(formulas.mock.calls.length).toBeLessThan(50);
  });

  it('reads for a place what is around it, unless all is known', async () => {
    const formulas = vi.fn(async ({ within }: { within?: unknown }) => (within ? [finding(0, 1)] : [finding(0, 1), finding(2, 3)]));
    const finder = new FormulaFinder({ formulas, unread: all });
    expect(await finder.at(source('1'), { start: 7, end: 7 })).toHaveLength(1);
    expect(formulas).toHaveBeenLastCalledWith({ key: 'a', text: 'text 1', within: { start: 7, end: 7 } });
    await finder.of(source('1'));
    expect(await finder.at(source('1'), { start: 7, end: 7 })).toHaveLength(2);
    expect(formulas).toHaveBeenCalledTimes(2);
    expect(await finder.at(source('2'), { start: 7, end: 7 })).toHaveLength(1);
  });

  it('asks for a place again while what is there is not read, and somebody waits', async () => {
    const formulas = vi.fn(async () => [finding(0, 1)]);
    const unread = vi
      .fn<() => Promise<{ start: number; end: number }[]>>()
      .mockResolvedValueOnce([{ start: 5, end: 9 }])
      .mockResolvedValueOnce([{ start: 8, end: 9 }])
      .mockResolvedValue([{ start: 5, end: 9 }]);
    const finder = new FormulaFinder({ formulas, unread });
    await finder.at(source('1'), { start: 7, end: 7 });
    expect(formulas).toHaveBeenCalledTimes(2);
    await finder.at(source('1'), { start: 7, end: 7 }, AbortSignal.abort());
    expect(formulas).toHaveBeenCalledTimes(3);
    expect(await finder.at(source('1'), { start: 7, end: 7 })).toHaveLength(1);
    expect(formulas.mock.calls.length).toBeLessThan(50);
  });

  describe('with what is wrong with them', () => {
    const wrong = { ...finding(0, 1), diagnostics: [{ rule: 'a' }] } as unknown as Finding;
    const read = vi.fn(async ({ checked }: { key: string; text: string; checked?: boolean }) => [checked ? wrong : finding(0, 1)]);

    beforeEach(() => void read.mockClear());

    it('goes on where reading them ended, and gives it to everybody from then on', async () => {
      const finder = new FormulaFinder({ formulas: read, unread: all });
      const told: unknown[] = [];
      finder.onKnown((known) => told.push(known));
      const [found, one, other] = await Promise.all([finder.of(source('1')), finder.check(source('1')), finder.check(source('1'))]);
      expect([found[0]?.diagnostics, one, other]).toEqual([[], [wrong], [wrong]]);
      expect(read.mock.calls).toHaveLength(2);
      expect(told).toEqual([{ uri: 'a', version: '1', findings: [wrong], unread: [] }]);
      expect(await finder.check(source('1'))).toBe(one);
      expect(await finder.of(source('1'))).toBe(one);
      expect(await finder.at(source('1'), { start: 0, end: 0 })).toBe(one);
      expect(read.mock.calls).toHaveLength(2);
    });

    it('is told and known part by part where it takes long', async () => {
      const unread = vi.fn(async ({ checked }: { checked?: boolean }) =>
        checked && unread.mock.calls.length < 3 ? [{ start: 0, end: 1 }] : [],
      );
      const finder = new FormulaFinder({ formulas: read, unread });
      const known: Promise<unknown>[] = [];
      finder.onKnown(() => known.push(finder.at(source('1'), { start: 0, end: 0 })));
      await finder.check(source('1'));
      expect(await Promise.all(known)).toEqual([[wrong], [wrong]]);
    });

    it('is given up for a newer text', async () => {
      const formulas = ({ text, checked }: { text: string; checked?: boolean }, { signal }: { signal?: AbortSignal } = {}) =>
        new Promise<Finding[]>((resolve, reject) => {
          if (!checked || text === 'text 2') resolve([wrong]);
          else signal?.addEventListener('abort', () => reject(new Error('given up')));
        });
      const finder = new FormulaFinder({ formulas, unread: all });
      const told: unknown[] = [];
      finder.onKnown(({ version }) => told.push(version));
      const first = finder.check(source('1'));
      await finder.of(source('1'));
      await Promise.resolve();
      expect(await Promise.all([finder.check(source('2')), first])).toEqual([[wrong], null]);
      expect(told).toEqual(['2']);
    });

    it('is asked for again where that failed', async () => {
      const formulas = vi.fn(read).mockResolvedValueOnce([]).mockRejectedValueOnce(new Error('ended'));
      const finder = new FormulaFinder({ formulas, unread: all });
      await expect(finder.check(source('1'))).rejects.toThrow('ended');
      expect(await finder.check(source('1'))).toEqual([wrong]);
    });
  });

  it('asks again where reading failed', async () => {
    const formulas = vi.fn<() => Promise<Finding[]>>().mockRejectedValueOnce(new Error('ended')).mockResolvedValue([]);
    const finder = new FormulaFinder({ formulas, unread: all });
    await expect(finder.of(source('1'))).rejects.toThrow('ended');
    expect(await finder.of(source('1'))).toEqual([]);
  });

  it('forgets the texts that were not asked for longest', async () => {
    const formulas = vi.fn(async () => []);
    const finder = new FormulaFinder({ formulas, unread: all });
    for (let index = 0; index < 16; index++) await finder.of(source('1', `${index}`));
    await finder.of(source('1', '0'));
    await finder.of(source('1', 'new'));
    expect(formulas).toHaveBeenCalledTimes(17);
    await finder.of(source('1', '0'));
    expect(formulas).toHaveBeenCalledTimes(17);
    await finder.of(source('1', '1'));
    expect(formulas).toHaveBeenCalledTimes(18);
  });
});

describe('a list that is not complete', () => {
  it('says how many lines are still to be read, each counted once', () => {
    const text = 'a\nbb\ncc\ndd\n';
    expect(stillToRead(text, [])).toBe('');
    expect(stillToRead(text, [{ start: 2, end: 5 }])).toBe('1 of 4 lines are still to be read.');
    const nested = [
      { start: 0, end: 8 },
      { start: 2, end: 4 },
      { start: 5, end: 7 },
      { start: 8, end: 11 },
    ];
    expect(stillToRead(text, nested)).toBe('4 of 4 lines are still to be read.');
    expect(stillToRead('x\n'.repeat(2_000), [{ start: 0, end: 2_400 }])).toBe('1,200 of 2,000 lines are still to be read.');
  });
});

describe('a request to show terms', () => {
  const request = { uri: 'file:///a.py', version: '3', marks: [{ colour: '#7cb7ff', spans: [{ start: 1, end: 2 }] }] };

  it('is taken as it was written', () => {
    expect(parseMarkRequest(request)).toEqual(request);
  });

  it.each([
    null,
    'x',
    [],
    { ...request, uri: 1 },
    { ...request, version: null },
    { ...request, marks: {} },
    { ...request, marks: [{ colour: 'red; background: url(http://a)', spans: [] }] },
    { ...request, marks: [{ colour: '#7cb7ff' }] },
  ])('is not taken from anybody: %j', (value) => {
    expect(parseMarkRequest(value)).toBeNull();
  });

  it('loses spans that are none, and what is too much', () => {
    const spans = [
      { start: 2, end: 1 },
      { start: -1, end: 4 },
      { start: 0.5, end: 2 },
      null,
      { start: 1, end: 1e300 },
      { start: 3, end: 4 },
    ];
    expect(parseMarkRequest({ ...request, marks: [{ colour: '#7cb7ff', spans }] })?.marks[0]?.spans).toEqual([{ start: 3, end: 4 }]);
    const many = {
      ...request,
      marks: Array.from({ length: 500 }, () => ({ colour: '#7cb7ff', spans: Array(500).fill({ start: 1, end: 2 }) })),
    };
    const taken = parseMarkRequest(many);
    expect(taken?.marks.length).toBeLessThan(100);
    expect(taken?.marks[0]?.spans.length).toBeLessThan(100);
  });
});

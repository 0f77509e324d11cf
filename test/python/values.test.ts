import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits, readingExpression } from '../../src/features/formulas/debugging/expression.ts';
import { parseReply } from '../../src/features/formulas/debugging/reply.ts';
import type { PathStep, ProgramValue, ValuePath } from '../../src/protocol/terms.ts';
import { root } from '../setup/paths.ts';
import { Adapter } from './adapter.ts';

const code = readFileSync(path.join(root, 'src/features/formulas/debugging/readValues.py'), 'utf8');
const program = path.join(import.meta.dirname, 'values.py');
const line = readFileSync(program, 'utf8').split('\n').indexOf("    print('stopped')") + 1;

let adapter: Adapter;
let frameId: number;
beforeAll(async () => {
  adapter = new Adapter();
  ({ frameId } = await adapter.stopAt(program, line));
});
afterAll(async () => adapter.end());

async function readAll(paths: readonly ValuePath[]): Promise<ProgramValue[]> {
  const answer = await adapter.ask('evaluate', { expression: readingExpression(code, paths), frameId, context: 'clipboard' });
  return parseReply(answer, paths).values.map(([, value]) => value);
}

const attribute = (name: string): PathStep => ({ attribute: name });
const index = (key: string | number): PathStep => ({ index: key });
const one = async (name: string, ...steps: PathStep[]): Promise<ProgramValue> => (await readAll([[name, ...steps]]))[0]!;
const whyNot = async (...steps: Parameters<typeof one>): Promise<string> => {
  const value = await one(...steps);
  return value.kind === 'unread' ? value.why : `is read: ${value.kind}`;
};

describe('the values of a program that debugpy has stopped', () => {
  it('are read where they are stored: names, attributes, items', async () => {
    expect(await one('logvar')).toEqual({
      ...{ kind: 'array', library: 'numpy', dtype: 'float32', shape: [1, 2], values: Float64Array.of(0, NaN), sampled: false },
    });
    expect(await one('model', attribute('beta'))).toEqual({ kind: 'number', type: 'float', value: 0.5 });
    expect(await one('model', attribute('rate'))).toEqual({ kind: 'number', type: 'float', value: 0.1 });
    expect(await one('model', attribute('inner'), attribute('width'))).toEqual({ kind: 'number', type: 'int', value: 3 });
    expect(await one('losses', index(0))).toMatchObject({ kind: 'array', shape: [2] });
    expect(await one('losses', index(-1))).toEqual({ kind: 'number', type: 'int', value: 3 });
    expect(await one('table', index('k'))).toMatchObject({ kind: 'array', dtype: 'int64', shape: [], values: Float64Array.of(3) });
    expect(await one('table', index(1))).toEqual({ kind: 'number', type: 'float', value: 2.5 });
    expect(await one('point', attribute('y'))).toEqual({ kind: 'number', type: 'int', value: 2 });
    expect(await one('space', attribute('q'))).toEqual({ kind: 'number', type: 'bool', value: 1 });
    expect(await one('np', attribute('pi'))).toEqual({ kind: 'number', type: 'float', value: Math.PI });
    expect(await one('scale')).toMatchObject({ kind: 'array', dtype: 'float32', values: Float64Array.of(2) });
    expect(await one('numbers')).toEqual({ kind: 'numbers', values: [1, 2, 3] });
    expect(await one('how')).toEqual({ kind: 'text', value: 'mean' });
    expect(await one('nothing')).toEqual({ kind: 'none' });
    expect(await one('half')).toMatchObject({ dtype: 'float16', values: Float64Array.of(1, Infinity) });
    expect(await one('swapped')).toMatchObject({ dtype: 'float64', values: Float64Array.of(1.5, -2) });
  });

  it('are not asked for where that would run code', async () => {
    expect(await whyNot('model', attribute('raises'))).toBe('is a property, which runs code when it is read');
    expect(await whyNot('model', attribute('counts'))).toBe('is a property, which runs code when it is read');
    expect(await whyNot('model', attribute('method'))).toBe('is computed when it is read');
    expect(await whyNot('told', attribute('kept'))).toBe('is looked up by code of `Told`');
    expect(await whyNot('told')).toBe('is of the class `Told`, whose numbers are not read');
    expect(await whyNot('guess', attribute('x'))).toBe('is looked up by code of `Guess`');
    expect(await whyNot('derived')).toBe('is of the class `Own`, whose numbers are not read');
    expect(await whyNot('number')).toBe('is of the class `Number`, whose numbers are not read');
    for (const place of [0, 1]) expect(await whyNot('strange', index(place), index('q'))).toMatch(/^is looked up by code of /);
  });

  it('are said to be missing, or no numbers', async () => {
    expect(await whyNot('nowhere')).toBe('is not set here');
    expect(await whyNot('model', attribute('gamma'))).toBe('is not set');
    expect(await whyNot('losses', index(7))).toBe('is not there');
    expect(await whyNot('table', index('x'))).toBe('is not there');
    expect(await whyNot('words')).toContain('which is no kind of number');
    expect(await whyNot('huge')).toBe('is too large a number');
    expect(await whyNot('logvar', index(0))).toBe('is an element of an array');
    expect(await whyNot('logvar', attribute('base'))).toBe('is an attribute of an array');
  });

  it('are read up to a limit: of what is larger a part, from all over it', async () => {
    const [big, turned] = await readAll([['big'], ['turned']]);
    expect(big).toMatchObject({ shape: [1000, 1000], sampled: true });
    expect(turned).toMatchObject({ dtype: 'float32', shape: [1000, 100, 30], sampled: true });
    if (big?.kind !== 'array' || turned?.kind !== 'array') throw new Error('both are arrays');
    for (const { values } of [big, turned]) {
      expect(values.length).toBeGreaterThan(1_000);
      expect(values.length).toBeLessThanOrEqual(4_096);
    }
    expect(Math.max(...turned.values)).toBeGreaterThan(2_800_000);
    expect(turned.values.length * 8).toBeLessThan(limits.value);
  });

  it('are read together, and one that fails takes no other along', async () => {
    const values = await readAll([['logvar'], ['nowhere'], ['model', attribute('raises')], ['big'], ['model', attribute('beta')]]);
    expect(values.map(({ kind }) => kind)).toEqual(['array', 'unread', 'unread', 'array', 'number']);
  });

  it('have done nothing, and set nothing', async () => {
    await adapter.ask('evaluate', { expression: '1', frameId, context: 'watch' });
    const names = await adapter.ask('evaluate', {
      expression: "','.join(sorted(set(globals()) | set(locals())))",
      frameId,
      context: 'watch',
    });
    expect(String(names['result'])).not.toMatch(/\b(?:own|read|here|builtins)\b/);
    await adapter.ask('continue', { threadId: 1 });
    expect(await adapter.outputUntil(/happened/)).toContain('happened []');
  });
});

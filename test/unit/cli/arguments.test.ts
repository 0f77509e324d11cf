import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/cli/arguments.ts';
import { UsageError } from '../../../src/cli/usage.ts';

const parse = (line: string): unknown => parseCommandLine(line.split(' ').filter((word) => word !== ''));

describe('parseCommandLine', () => {
  it('reads all of attention', () => {
    expect(parse('attention m.onnx --file a.py --out x --layer 2 --head 0 --json --provider cuda --threads 3 --memory 100')).toEqual({
      command: 'attention',
      model: 'm.onnx',
      input: { file: 'a.py' },
      out: 'x',
      html: undefined,
      layer: 2,
      head: 0,
      json: true,
      settings: { provider: 'cuda', threads: 3, memoryLimit: 100 * 2 ** 20 },
    });
  });

  it('reads all of sample', () => {
    const settings = { provider: 'auto', threads: 0, memoryLimit: 4096 * 2 ** 20 };
    expect(parse('sample m --prompt x --n 3 --seed 7 --settings s.json --out o --json --answer prior=unit --answer range=0..1')).toEqual({
      ...{ command: 'sample', model: 'm', input: { text: 'x' }, count: 3, seed: 7, settingsFile: 's.json', out: 'o', json: true, settings },
      answers: { prior: 'unit', range: '0..1' },
      diffusion: {},
    });
    expect(parse('sample m')).toEqual({
      ...{
        command: 'sample',
        model: 'm',
        input: undefined,
        count: undefined,
        seed: undefined,
        settingsFile: undefined,
        out: undefined,
        json: false,
        answers: {},
        diffusion: {},
        settings,
      },
    });
    expect(
      parse('sample m --steps 4 --sampler ddim --guidance 2.5 --label cat --init i.npy --noise n.npy --trajectory t.npy'),
    ).toMatchObject({
      diffusion: { steps: 4, sampler: 'ddim', guidance: 2.5, label: 'cat', init: 'i.npy', noise: 'n.npy', trajectory: 't.npy' },
    });
    expect(parse('sample m --file -')).toMatchObject({ input: { file: '-' } });
    expect(parse('help sample')).toEqual({ command: 'help', topic: 'sample' });
    for (const [line, words] of [
      ['sample', 'MODEL is missing'],
      ['sample m --prompt x --file y', 'exclude each other'],
      ['sample m --steps 1.5', '--steps takes a whole number of at least 1, not "1.5"'],
      ['sample m --guidance=', '--guidance takes a number, not ""'],
      ['sample m --init=', '--init needs the name of a file'],
      ['sample m --sampler=', '--sampler needs a name'],
      ['sample m --n 0', '--n takes a whole number of at least 1, not "0"'],
      ['sample m --seed -1', 'seed'],
      ['sample m --settings=', '--settings needs the name of a file'],
      ['sample m --text x', 'text'],
    ] as const)
      expect(() => parse(line)).toThrow(words);
  });

  it('reads all of formulas', () => {
    const plain = { command: 'formulas', output: 'text', quiet: false, ignored: false, failOn: null, severities: new Map() };
    expect(parse('formulas a.py - folder --json')).toEqual({ ...plain, paths: ['a.py', '-', 'folder'], output: 'json' });
    expect(parse('formulas a.py')).toEqual({ ...plain, paths: ['a.py'] });
    expect(parse('formulas a.py -q --fail-on info')).toEqual({ ...plain, paths: ['a.py'], quiet: true, failOn: 'info' });
    expect(parse('formulas a.py --sarif --ignored --rule mask-keeps-weight=off --rule mask-keeps-weight=hint')).toEqual({
      ...plain,
      ...{ paths: ['a.py'], output: 'sarif', ignored: true, severities: new Map([['mask-keeps-weight', 'hint']]) },
    });
    expect(parse('formulas --help')).toEqual({ command: 'help', topic: 'formulas' });
    expect(parse('help formulas')).toEqual({ command: 'help', topic: 'formulas' });
    expect(parse('help toString')).toEqual({ command: 'help', topic: 'general' });
    expect(() => parse('formulas --json')).toThrow(new UsageError('PATH is missing', 'formulas'));
    expect(() => parse('formulas a.py --layer 2')).toThrow(UsageError);
  });

  it('has defaults, and takes an empty text', () => {
    expect(parseCommandLine(['attention', '--text', '', '--out=x', 'm'])).toMatchObject({
      input: { text: '' },
      layer: undefined,
      json: false,
      settings: { provider: 'auto', threads: 0 },
    });
    expect(parse('inspect m')).toMatchObject({ command: 'inspect', model: 'm', json: false });
  });

  it('writes weights, a report, or both', () => {
    expect(parse('attention m --text a --html r.html')).toMatchObject({ out: undefined, html: 'r.html' });
    expect(parse('attention m --text a --html r.html --out x --layer 1')).toMatchObject({ out: 'x', html: 'r.html', layer: 1 });
  });

  it('knows help and version', () => {
    expect(parse('--help')).toEqual({ command: 'help', topic: 'general' });
    expect(parse('attention --help')).toEqual({ command: 'help', topic: 'attention' });
    expect(parse('inspect -h m')).toEqual({ command: 'help', topic: 'inspect' });
    expect(parse('--version')).toEqual({ command: 'version' });
  });

  it.each([
    ['', 'a command is missing'],
    ['attend m', 'no command "attend"'],
    ['inspect', 'MODEL is missing'],
    ['inspect a b', 'also "b"'],
    ['attention m --out x', 'one of --text, --file and --inputs'],
    ['attention m --text a --file b --out x', '--text and --file exclude each other'],
    ['attention m --text a', '--out DIR or --html FILE is needed'],
    ['attention m --text a --html=', '--html needs the name of a file'],
    ['attention m --text a --html r.html --layer 1', '--layer is about what --out writes'],
    ['attention m --text a --html r.html --json', '--json is about what --out writes'],
    ['attention m --text a --out x --layer -1', 'layer'],
    ['attention m --text a --out x --head 1.5', '--head takes a whole number'],
    ['attention m --text a --out x --heads 1', '--heads'],
    ['attention m --text a --out', '--out'],
    ['formulas a.py --json --sarif', '--json and --sarif exclude each other'],
    ['formulas a.py --sarif -q', '--quiet is about lines of text, not about --sarif'],
    ['formulas a.py --ignored', '--ignored is about what --sarif prints'],
    ['formulas a.py --fail-on error', '--fail-on takes warning, info or hint, not "error"'],
    ['formulas a.py --rule mask=off', 'there is no rule "mask"; there are '],
    ['formulas a.py --rule toString=off', 'there is no rule "toString"'],
    ['formulas a.py --rule mask-keeps-weight=error', '--rule takes ID=off, ID=hint, ID=info or ID=warning, not "mask-keeps-weight=error"'],
    ['formulas a.py --rule mask-keeps-weight', 'not "mask-keeps-weight"'],
    ['inspect m --provider tpu', 'not "tpu"'],
    ['inspect m --memory 0', 'at least 1'],
  ])('refuses "%s"', (line, message) => {
    expect(() => parse(line)).toThrow(UsageError);
    expect(() => parse(line)).toThrow(message);
  });
});

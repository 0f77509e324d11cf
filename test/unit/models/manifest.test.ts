import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../../src/models/manifest.ts';

const hash = 'a'.repeat(64);
const good = {
  schemaVersion: 1,
  name: 'tiny-model',
  family: 'transformer',
  title: 'Tiny model',
  description: '',
  files: { 'model.onnx': hash, 'tokenizer.json': hash },
  model: 'model.onnx',
  tokenizer: 'tokenizer.json',
  context: 512,
  inputs: [{ name: 'ids', type: 'int64', shape: ['batch', 'sequence'] }],
  outputs: [{ name: 'logits', type: 'float32', shape: ['batch', 'sequence', 320] }],
  licence: 'MIT',
  metrics: { bitsPerByte: 1.2 },
};

const parse = (change: object): unknown => parseManifest(JSON.stringify({ ...good, ...change }), '/models/tiny/manifest.json');

describe('parseManifest', () => {
  it('reads a manifest, and one without what is optional', () => {
    expect(parse({})).toEqual(good);
    expect(parse({ tokenizer: undefined, context: undefined })).not.toHaveProperty('context');
  });

  it.each([
    [{ schemaVersion: 2 }, 'schemaVersion (2)'],
    [{ name: 'Tiny Model' }, 'name ("Tiny Model")'],
    [{ family: 'perceptron' }, 'family ("perceptron")'],
    [{ title: undefined }, 'title (missing)'],
    [{ context: 0 }, 'context (0)'],
    [{ context: '512' }, 'context ("512")'],
    [{ files: { 'model.onnx': hash.toUpperCase(), 'tokenizer.json': hash } }, 'files.model.onnx'],
    [{ files: { '../model.onnx': hash } }, '../model.onnx'],
    [{ model: '/etc/passwd' }, 'model ("/etc/passwd")'],
    [{ model: 'a\\..\\..\\b' }, 'no ".."'],
    [{ model: 'C:model.onnx' }, 'model ("C:model.onnx")'],
    [{ model: 'other.onnx' }, 'not among `files`'],
    [{ tokenizer: 'constructor' }, 'not among `files`'],
    [{ inputs: [{ name: 'ids', type: 'int64', shape: [-1] }] }, 'inputs.0.shape.0 (-1)'],
    [{ outputs: {} }, 'outputs ({})'],
    [{ metrics: 3 }, 'metrics (3)'],
  ])('names the field that is wrong, and its value: %j', (change, message) => {
    expect(() => parse(change)).toThrow(message);
    expect(() => parse(change)).toThrow('/models/tiny/manifest.json');
  });

  it('says what is no manifest at all', () => {
    expect(() => parseManifest('{', 'm.json')).toThrow('m.json is not JSON');
    expect(() => parseManifest('[]', 'm.json')).toThrow('the whole ([])');
    expect(() => parseManifest('null', 'm.json')).toThrow('m.json');
  });
});

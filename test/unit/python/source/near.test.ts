import { describe, expect, it } from 'vitest';
import { piecesNear } from '../../../../src/python/source/near.ts';
import { piecesOf } from '../../../../src/python/source/pieces.ts';

const near = (text: string, at: string): string[] => {
  const start = text.indexOf(at);
  return piecesNear(text, piecesOf(text), { start, end: start }).map((piece) => text.slice(piece.start, piece.end).split('\n')[0]!);
};

const text = [
  'import torch',
  'def log(x):',
  '    return torch.log(x)',
  '@torch.jit.script',
  '@other(',
  '    1)',
  'def kl(p, q):',
  '    return p * (log(p) - log(q))',
  'class Model(Base):',
  '    def loss(self, p):',
  '        return kl(p, self.q)',
  'async def serve():',
  '    pass',
  'total = 0',
  '',
].join('\n');

describe('the pieces that one place needs', () => {
  it('are what it names, what that names, and all that is no definition', () => {
    expect(near(text, 'p * (')).toEqual(['import torch', 'def log(x):', '@torch.jit.script', 'total = 0']);
    expect(near(text, 'self.q')).toEqual(['import torch', 'def log(x):', '@torch.jit.script', 'class Model(Base):', 'total = 0']);
    expect(near(text, 'torch.log')).toEqual(['import torch', 'def log(x):', 'total = 0']);
    expect(near(text, 'pass')).toEqual(['import torch', 'async def serve():', 'total = 0']);
  });

  it('are all definitions of a name', () => {
    const twice = 'def f():\n    1\ndef f():\n    2\ndef g():\n    f()\n';
    expect(near(twice, '    1')).toEqual(['def f():', 'def f():']);
    expect(near(twice, '    f()')).toEqual(['def f():', 'def f():', 'def g():']);
  });
});

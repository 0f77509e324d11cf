/** Roles that losses of generative adversarial networks have, the names that code gives them, and what tells that they are such. */

import { score } from './encodings.ts';
import type { Evidence, Requirement, Role } from './reading.ts';
import { term } from './term.ts';

/** Names of what a discriminator says of generated and of real examples, and of what it was given. */
export const fakeWords = [
  ...[
    'fake',
    'fakes',
    'gen',
    'generated',
    'generator',
    'synthetic',
    'synth',
    'netg',
    'net g',
    'g z',
    'g noise',
    'gz',
    'dgz',
    'd gz',
    'd g z',
  ],
  ...['forged', 'made', 'forgery', 'g output', 'fk', 'g out', 'generation', 'generations', 'fooled', 'dis fake', 'fake b', 'fake a'],
];
export const realWords = [
  'real',
  'reals',
  'true',
  'dx',
  'd x',
  'genuine',
  'x real',
  'real x',
  'authentic',
  'd real',
  'rl',
  'data',
  'dis real',
  'truth',
];
/** Names of a discriminator. */
export const discriminatorWords = [
  'd',
  'disc',
  'discriminator',
  'discr',
  'dis',
  'netd',
  'net d',
  'critic',
  'adversary',
  'validity',
  'discs',
  'discriminators',
];

const discriminatorContexts = [
  ...[
    'd loss',
    'loss d',
    'dloss',
    'lossd',
    'err d',
    'errd',
    'disc loss',
    'loss disc',
    'dis loss',
    'loss dis',
    'd cost',
    'disc cost',
    'l d',
    'd step',
    ...['d hinge', 'hinge d', 'd wasserstein', 'wasserstein d', 'd wgan', 'wgan d'],
  ],
  ...[
    'discriminator',
    'disc',
    'discr',
    'dis',
    'critic',
    'discriminator loss',
    'critic loss',
    'train d',
    'train disc',
    'netd',
    'net d',
    'update d',
  ],
];
const generatorContexts = [
  ...['g', 'nonsaturating', 'non saturating', 'nonsat', 'saturating', 'hinge g', 'fool', 'fooling'],
  ...[
    'g loss',
    'loss g',
    'gloss',
    'lossg',
    'err g',
    'errg',
    'gen loss',
    'loss gen',
    'g cost',
    'gen cost',
    'l g',
    'g step',
    'train g',
    'update g',
  ],
  ...[
    'generator',
    'gen',
    'netg',
    'generator loss',
    'adv loss',
    'loss adv',
    'adversarial loss',
    'loss gan',
    'gan loss',
    'adv',
    'adversarial',
    'g adv',
  ],
];
const adversarialContexts = [
  'gan',
  'ganloss',
  'wgan',
  'dcgan',
  'adversarial',
  'stylegan',
  'biggan',
  'vqgan',
  'lsgan',
  'gans',
  'sagan',
  'hingegan',
  'wgangp',
];

/** What is learned with rewards is made from generated experience too, and is no discriminator's. */
const rewardWords = ['value', 'values', 'reward', 'rewards', 'return', 'returns', 'advantage', 'advantages', 'entropy', 'actor', 'target'];

const of = (role: string, words: readonly string[], not: readonly string[] = []): Requirement => ({ role, words, not });
const toldBy = (context: readonly string[]): Requirement => ({ context });

/** That the two roles `real` and `fake` are a discriminator's. */
export const isDiscriminators: Evidence = [
  [of('real', ['r', 'dr', 'd r']), of('fake', ['f', 'df', 'd f'])],
  [of('real', realWords, ['fake']), of('fake', fakeWords)],
  [of('real', discriminatorWords), of('fake', discriminatorWords)],
  [toldBy(discriminatorContexts)],
  [of('fake', fakeWords), toldBy(adversarialContexts)],
  [of('real', realWords), toldBy(adversarialContexts)],
  [{ role: 'real', judgedBeside: 'fake' }],
];

/** The same, where the value is the hinge loss and nothing else: the name of the loss is enough. */
export const isHingeLoss: Evidence = [...isDiscriminators, [toldBy(['hinge', 'hinge loss', 'hinge d', 'd hinge'])]];

/** The same, where the value says less. */
export const isSurelyDiscriminators: Evidence = [
  // With targets changed places it may as well be what the generator wants.
  [of('real', realWords, ['fake']), of('fake', fakeWords, ['real']), toldBy(discriminatorContexts)],
  [of('real', discriminatorWords), of('fake', discriminatorWords), toldBy([...discriminatorContexts, ...adversarialContexts])],
  [{ role: 'real', judgedBeside: 'fake', of: 'noise' }],
];

/** That `real` alone, or `fake` alone, is what the discriminator's loss asks of. */
export const isDiscriminatorsOfReal: Evidence = [
  [of('real', realWords, fakeWords), of('real', discriminatorWords)],
  [of('real', realWords, fakeWords), toldBy([...discriminatorContexts, ...adversarialContexts])],
];
/** The same of the hinge loss: nothing else in a loss of this kind has the margin. */
const isHingeInAdversarial: Requirement[] = [
  toldBy([
    'gan loss',
    'ganloss',
    'gan criterion',
    'adversarial loss',
    'adv loss',
    'hinge gan',
    'gan hinge',
    'hinge gan loss',
    'hinge loss gan',
  ]),
  { context: [], not: ['generator', 'gen loss', 'g loss', 'loss g', 'gen', 'g'] },
];
export const isHingeOfReal: Evidence = [...isDiscriminatorsOfReal, [of('real', [], fakeWords), ...isHingeInAdversarial]];

export const isDiscriminatorsOfFake: Evidence = [[of('fake', fakeWords, ['real']), toldBy(discriminatorContexts)]];

export const isHingeOfFake: Evidence = [...isDiscriminatorsOfFake, [of('fake', [], realWords), ...isHingeInAdversarial]];

/**
 * That `fake` is what a discriminator says of generated examples, and the loss is the generator's. What it was given may have been made
 * from real ones.
 */
export const isGenerators: Evidence = [
  [of('fake', ['fake', 'fakes', 'dgz', 'd g z', 'dg z'], ['feat', 'features', 'image', 'images', 'img', 'imgs', ...rewardWords])],
  [of('fake', fakeWords), of('fake', discriminatorWords)],
  [of('fake', fakeWords), toldBy([...generatorContexts, ...adversarialContexts])],
  [of('fake', discriminatorWords, ['real']), toldBy(generatorContexts)],
  [{ role: 'fake', judgedOf: 'noise' }, of('fake', [], rewardWords), { context: [], not: ['actor', 'policy', 'agent', 'reward'] }],
];

/** The same, where the discriminator's loss has such a term too. */
export const isGeneratorsAlone: Evidence = isGenerators.map((all) => [
  ...all,
  { context: [], not: [...discriminatorContexts, 'd', 'discriminate'] },
]);

/** The same, said by what the value is called or where it is computed. */
export const isSurelyGenerators: Evidence = [
  [
    of('fake', [...fakeWords, ...discriminatorWords], ['real']),
    toldBy([
      'g loss',
      'loss g',
      'gen loss',
      'loss gen',
      'generator loss',
      'err g',
      'errg',
      'lossg',
      'gloss',
      'generator',
      'lsgan g',
      'gan g',
    ]),
  ],
];

/** A probability that the discriminator gives, held as such or as a logit. */
export const realProbability: Role = {
  id: 'real',
  shape: 'B',
  domain: 'unit',
  encodings: score,
  words: realWords,
  not: ['fake', 'label', 'labels'],
};
export const fakeProbability: Role = {
  id: 'fake',
  shape: 'B',
  domain: 'unit',
  encodings: score,
  words: fakeWords,
  not: ['real', 'label', 'labels', 'valid'],
};
/** A score of any size. */
export const realScore: Role = { id: 'real', shape: 'B', domain: 'real', words: realWords, not: ['fake', 'label', 'labels'] };
export const fakeScore: Role = { id: 'fake', shape: 'B', domain: 'real', words: fakeWords, not: ['real', 'label', 'labels', 'valid'] };

export const realTarget: Role = {
  id: 'realTarget',
  shape: '',
  domain: 'unit',
  literal: true,
  absent: 1,
  named: true,
  words: ['real label', 'real labels', 'valid', 'ones', 'smooth', 'smoothing', 'label', 'y real', 'real target', 'target real', 'labels'],
  not: ['fake'],
};
export const fakeTarget: Role = {
  id: 'fakeTarget',
  shape: '',
  domain: 'unit',
  absent: 0,
  named: true,
  words: ['fake label', 'fake labels', 'zeros', 'y fake', 'fake target', 'target fake', 'label', 'labels'],
  not: ['real', 'valid'],
};

export const realTerm = term(
  'real',
  'D(x)',
  'discriminator on real examples',
  'What it says of examples of the data: near 1, or high, where it takes them for real.',
  '[batch]',
);
export const fakeTerm = term(
  'fake',
  'D(G(z))',
  'discriminator on generated examples',
  'What it says of what the generator made.',
  '[batch]',
);
export const realTargetTerm = term('realTarget', 's', 'target for real examples', '1, or somewhat less where labels are smoothed.');
export const fakeTargetTerm = term('fakeTarget', 'f', 'target for generated examples', '0, or somewhat more where labels are smoothed.');

/** Of a part of a loss: 1 where code leaves it out. */
export const partWeight = (id: string, words: readonly string[]): Role => ({
  id,
  shape: '',
  domain: 'positive',
  words,
  literal: true,
  absent: 1,
});

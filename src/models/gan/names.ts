/** What exporters call the tensors of a GAN. */

/** The words of a name: "classLabel_in" is class, label, in. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '');
}

const any =
  (...wanted: string[]) =>
  (name: string): boolean =>
    wordsOf(name).some((word) => wanted.includes(word));

export const namesNoise = any('z', 'noise', 'latent', 'latents', 'code', 'seed', 'eps');
export const namesClass = any(
  ...['class', 'classes', 'label', 'labels', 'y', 'c', 'cls', 'cond', 'condition', 'character', 'digit', 'category', 'target', 'onehot'],
);
export const namesScore = any('score', 'scores', 'validity', 'logit', 'logits', 'adv', 'real', 'd', 'critic', 'prob', 'probability');
export const namesPicture = any('image', 'images', 'picture', 'img', 'sample', 'samples', 'x', 'fake', 'output', 'out');

/** Of a file: which of the two it is called. */
export const namesGenerator = (path: string): boolean => /(^|[^a-z])(g|gen|generator|netg)([^a-z]|$)|generator/i.test(path);
export const namesDiscriminator = (path: string): boolean =>
  /(^|[^a-z])(d|dis|disc|netd|critic)([^a-z]|$)|discriminator|critic/i.test(path);

/** What networks give, by their last layer. */

import { argumentsOf, unwrap, type Node } from '../../expression/node.ts';

export type Kind = 'probabilities' | 'log-probabilities' | 'logits';

const most = 40;

const passing = /^(?:Flatten|Unflatten|Dropout\w*|Identity|Squeeze|Rearrange|Reshape|View|Input|InputLayer)$/;
const linear = /^(?:Lazy)?(?:Linear|Bilinear|Conv(?:Transpose)?[123][dD]|Dense|Conv[123]DTranspose|SpectralNorm)$/;
const activations: Readonly<Record<string, Kind>> = {
  Sigmoid: 'probabilities',
  Softmax: 'probabilities',
  Softmax2d: 'probabilities',
  LogSoftmax: 'log-probabilities',
  LogSigmoid: 'log-probabilities',
  sigmoid: 'probabilities',
  softmax: 'probabilities',
  log_softmax: 'log-probabilities',
};

/** null where the code does not tell. */
export function kindOfModule(module: Node, depth = 0): Kind | null {
  if (module.op !== 'opaque' || depth > most) return null;
  const name = String(module.attributes['callee']).split('.').at(-1)!;
  const given = argumentsOf(module);
  if (name === 'Sequential') return ofLayers(given, depth);
  if (/^(?:Functional)?Model$/.test(name)) return ofOutput(keywordOf(module, 'outputs') ?? given[1], depth);
  if (name in activations) return activations[name]!;
  if (/^(?:spectral_norm|weight_norm|SpectralNormalization)$/.test(name) && given[0]) return kindOfModule(unwrap(given[0]), depth + 1);
  // Keras' may have an activation of their own: Activation('softmax'), Dense(10, activation='softmax').
  const own = name === 'Activation' ? given[0] : keywordOf(module, 'activation');
  if (own) {
    const activation = String(unwrap(own).attributes['name']).replaceAll('"', '').split('.').at(-1)!;
    if (activation in activations) return activations[activation]!;
    if (!/^(?:none|linear)$/.test(activation)) return null;
  }
  // A second number given to Keras' Dense is an activation too.
  if (name === 'Dense' && given.length - keywordsOf(module).length > 1) return null;
  return linear.test(name) ? 'logits' : null;
}

function ofLayers(given: readonly Node[], depth: number): Kind | null {
  for (const layer of given.flatMap((one) => (unwrap(one).op === 'stack' ? unwrap(one).args : [one])).toReversed()) {
    const inner = unwrap(layer);
    if (inner.op === 'opaque' && passing.test(String(inner.attributes['callee']).split('.').at(-1)!)) continue;
    return kindOfModule(inner, depth + 1);
  }
  return null;
}

/** `keras.Model(inputs, Dense(1)(x))`: what the last call gives. */
function ofOutput(output: Node | undefined, depth: number): Kind | null {
  const inner = output && unwrap(output);
  if (!inner || inner.op !== 'opaque') return inner ? (squashed[inner.op] ?? null) : null;
  if (inner.attributes['bound'] !== true || inner.args.length < 2) return null;
  const module = unwrap(inner.args[0]!);
  if (passing.test(String(module.attributes['callee']).split('.').at(-1)!)) return ofOutput(inner.args[1], depth + 1);
  return kindOfModule(module, depth + 1);
}

const squashed: Readonly<Record<string, Kind>> = { sigmoid: 'probabilities', softmax: 'probabilities', logSoftmax: 'log-probabilities' };

const keywordsOf = ({ attributes }: Node): readonly string[] =>
  String(attributes['keywords'] ?? '')
    .split(' ')
    .filter(Boolean);

/** What a call was given by a name. */
export function keywordOf(call: Node, name: string): Node | undefined {
  const keywords = keywordsOf(call);
  const at = keywords.indexOf(name);
  return at < 0 ? undefined : call.args[call.args.length - keywords.length + at];
}

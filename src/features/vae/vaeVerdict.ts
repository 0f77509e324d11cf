import { inWords } from '../../models/dataset.ts';
import type { Likelihood } from '../../maths/vae/likelihood.ts';
import type { LoadedVae, VaeInspection } from '../../protocol/vae.ts';
import { counted, millions } from '../models/verdict.ts';

/** What was added, in one sentence, and what is left out. */
export function vaeVerdict(name: string, model: LoadedVae): { readonly summary: string; readonly message: string } {
  const { latent, item, likelihood, parameters } = model;
  const summary = [
    counted(latent, 'latent dimension'),
    inWords(item),
    likelihood ? likelihoodInWords(likelihood) : 'no likelihood',
    `${millions(parameters)} parameters`,
  ].join(', ');
  const without = withoutIn(model);
  return { summary, message: `${name} was added: ${summary}.${without === null ? '' : ` ${without}`}` };
}

function likelihoodInWords(likelihood: Likelihood): string {
  if (likelihood.kind === 'bernoulli') return `Bernoulli of ${likelihood.given}`;
  if (likelihood.kind === 'discretised-logistic') return `logistic over ${likelihood.levels} levels`;
  const { deviation } = likelihood;
  return typeof deviation === 'number'
    ? `Gaussian of deviation ${Number(deviation.toPrecision(3))}`
    : 'Gaussian with a deviation of its own';
}

/** What a model does not give; null: it gives all. */
function withoutIn({ encoder, likelihood }: LoadedVae): string | null {
  if (!encoder) return 'Without an encoder it is sampled alone.';
  if (!encoder.spread) return 'Its encoder gives a place and no spread, so that there is no KL and no ELBO.';
  return likelihood ? null : 'Without a likelihood there are pictures and places, and no ELBO.';
}

/** What a model that was tried gave that no model may; null: nothing. */
export function flawOf({ probes }: VaeInspection): string | null {
  for (const part of ['decoder', 'encoder'] as const)
    for (const [output, { least, greatest }] of Object.entries(probes[part]))
      if (!Number.isFinite(least) || !Number.isFinite(greatest))
        return `Its ${part} was tried, and the output ${output} gave ${Number.isFinite(least) ? greatest : least}. Export it again from weights that are numbers.`;
  return null;
}

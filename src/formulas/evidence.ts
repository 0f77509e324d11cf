/** The evidence lower bound of one example in a run: every term has its value there. Not looked for in code. */

import type { Formula } from './formula.ts';
import { term } from './term.ts';

export const evidenceOfRun: Formula = {
  id: 'evidence_of_run',
  family: 'VAE',
  name: 'ELBO of this picture',
  claim: 'bound',
  latex: String.raw`\term{elbo}{\mathrm{ELBO}(x)}=\term{reconstruction}{\mathbb E_{q(z\mid x)}\bigl[\log p(x\mid z)\bigr]}-\term{kl}{D_{\mathrm{KL}}\bigl(q(z\mid x)\,\|\,p(z)\bigr)}`,
  lines: [
    String.raw`\term{z}{z}=\term{mean}{\mu(x)}+\term{deviation}{\sigma(x)}\odot\term{noise}{\varepsilon}`,
    String.raw`\term{evidence}{\log p(x)}=\term{elbo}{\mathrm{ELBO}(x)}+\term{gap}{D_{\mathrm{KL}}\bigl(q(z\mid x)\,\|\,p(z\mid x)\bigr)}`,
  ],
  terms: [
    term(
      'elbo',
      String.raw`\mathrm{ELBO}(x)`,
      'evidence lower bound',
      'What the model is trained to raise: never above log p(x) in expectation.',
      'number',
      'nats',
    ),
    term(
      'reconstruction',
      String.raw`\mathbb E_q[\log p(x\mid z)]`,
      'reconstruction',
      'Log-probability of the picture when z is drawn from q, mean over the draws.',
      'number',
      'nats',
    ),
    term(
      'kl',
      String.raw`D_{\mathrm{KL}}(q\|p)`,
      'divergence from the prior',
      'What q says of the picture beyond the prior; exact for a diagonal Gaussian.',
      'number',
      'nats',
    ),
    term('z', 'z', 'latent', 'The first draw from q(z|x): it is decoded beside the picture.', '[latent]', 'dimensionless'),
    term('mean', String.raw`\mu(x)`, 'mean', 'Of q(z|x), as the encoder gives it.', '[latent]', 'dimensionless'),
    term('deviation', String.raw`\sigma(x)`, 'deviation', 'Of q(z|x): half the log-variance, exponentiated.', '[latent]', 'dimensionless'),
    term('noise', String.raw`\varepsilon`, 'noise', 'Drawn from N(0, I) by seed and place.', '[latent]', 'dimensionless'),
    term(
      'evidence',
      String.raw`\log p(x)`,
      'log evidence',
      'Log-probability of the picture under the model, by quadrature over two latent dimensions or by importance sampling.',
      'number',
      'nats',
    ),
    term(
      'gap',
      String.raw`D_{\mathrm{KL}}(q\|p(z\mid x))`,
      'gap',
      'How far q is from the true posterior: log p(x) less the ELBO.',
      'number',
      'nats',
    ),
    term(
      'amortisation',
      String.raw`\Delta_{\mathrm{am}}`,
      'amortisation gap',
      'What a Gaussian fitted to this picture alone would win over the encoder’s.',
      'number',
      'nats',
    ),
    term(
      'family',
      String.raw`\Delta_{\mathrm{fam}}`,
      'family gap',
      'What no diagonal Gaussian can win: the true posterior is another.',
      'number',
      'nats',
    ),
  ],
  source: { paper: 'Kingma and Welling 2013, Auto-Encoding Variational Bayes', place: 'eq. 1 to 3', arxiv: '1312.6114' },
  steps: [
    {
      id: 'gaps',
      title: 'Where the gap comes from',
      words: [
        'The gap is the divergence of the encoder’s Gaussian from the true posterior. A part of it is the encoder’s: it has one network for all pictures. The rest is the family’s: the posterior is no diagonal Gaussian.',
      ],
      latex: [
        String.raw`\term{gap}{D_{\mathrm{KL}}\bigl(q\,\|\,p(z\mid x)\bigr)}=\term{amortisation}{\Delta_{\mathrm{amortisation}}}+\term{family}{\Delta_{\mathrm{family}}}`,
      ],
      claim: 'estimate',
      source: {
        paper: 'Cremer, Li and Duvenaud 2018, Inference Suboptimality in Variational Autoencoders',
        place: 'section 3',
        arxiv: '1801.03558',
      },
    },
  ],
};

/** What a VAE of points in the plane is trained on, in a run: every term has its value at a step. Not looked for in code. */

import type { Formula } from './formula.ts';
import { term } from './term.ts';

const nats = (id: string, symbol: string, name: string, meaning: string) => term(id, symbol, name, meaning, 'number', 'nats');

/** With beta 1 or more. */
export const objectiveOfRun: Formula = {
  id: 'objective_of_run',
  family: 'VAE',
  name: 'Objective of this step',
  claim: 'bound',
  latex: String.raw`\term{loss}{\mathcal L_\beta}=\term{reconstruction}{-\mathbb E_{q(z\mid x)}\bigl[\log p(x\mid z)\bigr]}+\term{beta}{\beta}\,\term{kl}{D_{\mathrm{KL}}\bigl(q(z\mid x)\,\|\,p(z)\bigr)}`,
  lines: [
    String.raw`\term{evidence}{\mathbb E\log p(x)}=\term{elbo}{\mathrm{ELBO}}+\term{gap}{\mathbb E\,D_{\mathrm{KL}}\bigl(q(z\mid x)\,\|\,p(z\mid x)\bigr)}`,
    String.raw`\term{rate}{R}+\term{distortion}{D}=\term{entropy}{H}+\term{slack}{\Delta}`,
  ],
  terms: [
    nats('loss', String.raw`\mathcal L_\beta`, 'loss', 'What each step lowers: the mean over the points.'),
    nats(
      'reconstruction',
      String.raw`-\mathbb E\log p(x|z)`,
      'reconstruction',
      'Cost of a point when z is drawn from q: minus its log-density under a Gaussian around what z is decoded to.',
    ),
    term('beta', String.raw`\beta`, 'weight of the divergence', 'Above 1 less is kept in z; below 1 more, and the loss bounds nothing.'),
    nats(
      'kl',
      String.raw`D_{\mathrm{KL}}(q\|p)`,
      'divergence from the prior',
      'What q says of a point beyond the prior; exact for two diagonal Gaussians.',
    ),
    nats('evidence', String.raw`\mathbb E\log p(x)`, 'log evidence', 'By quadrature over the plane of z, mean over the points.'),
    nats('elbo', String.raw`\mathrm{ELBO}`, 'evidence lower bound', 'Minus the loss at β = 1: never above log p(x) in expectation.'),
    nats('gap', String.raw`D_{\mathrm{KL}}(q\|p(z|x))`, 'gap', 'How far q is from the true posterior: log p(x) less the ELBO, 0 or more.'),
    nats('rate', 'R', 'rate', 'The mean divergence from the prior over points drawn afresh: what z costs.'),
    nats('distortion', 'D', 'distortion', 'The mean reconstruction over these points.'),
    nats('entropy', 'H', 'entropy of the data', 'Of the mixture, worked out; no −ELBO falls below it in expectation.'),
    nats('slack', String.raw`\Delta`, 'slack', 'R + D − H, from the same points: E[log p_data(x) − ELBO(x)], 0 or more in expectation.'),
  ],
  source: {
    paper: 'Higgins et al. 2017, beta-VAE: Learning Basic Visual Concepts with a Constrained Variational Framework',
    place: 'eq. 4',
  },
  steps: [
    {
      id: 'rate-distortion',
      title: 'Where the run lies in the rate-distortion plane',
      words: [
        'R + D is minus the ELBO, and cannot be below the entropy of the data. At which R a run ends is what $\\beta$ chooses: it is minus the slope of the best curve there.',
      ],
      latex: [String.raw`\term{rate}{R}+\term{distortion}{D}\ \ge\ \term{entropy}{H}`],
      claim: 'bound',
      source: { paper: 'Alemi et al. 2018, Fixing a Broken ELBO', place: 'section 3', arxiv: '1711.00464' },
    },
  ],
};

/** With beta below 1. */
export const weightedObjectiveOfRun: Formula = {
  ...objectiveOfRun,
  id: 'weighted_objective_of_run',
  claim: 'definition',
  note: 'With β below 1 the loss is no bound: it may lie below −log p(x). The ELBO, without the weight, is one still.',
};

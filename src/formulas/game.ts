/** What the players of a small GAN are trained on, in a run: every term has its value for one batch. Not looked for in code. */

import type { GanLoss } from '../maths/adversarial/optimum.ts';
import type { Formula, Source, Step, Term } from './formula.ts';
import { term } from './term.ts';

const goodfellow: Source = { paper: 'Goodfellow et al. 2014, Generative Adversarial Networks', place: 'eq. 1', arxiv: '1406.2661' };

/** How a loss writes its parts. */
interface Parts {
  readonly name: string;
  readonly unit: string;
  /** Costs at real points, at generated ones, and the generator's; in LaTeX. */
  readonly real: string;
  readonly fake: string;
  readonly generator: string;
  readonly meaning: { readonly real: string; readonly fake: string; readonly generator: string };
  /** What the discriminator's loss is at its best. */
  readonly best: { readonly latex: string; readonly words: string; readonly claim: Step['claim']; readonly source?: Source };
  readonly source: Source;
}

const ofLog = {
  unit: 'nats',
  real: String.raw`-\mathbb E_x\bigl[\log D(x)\bigr]`,
  fake: String.raw`-\mathbb E_z\bigl[\log(1-D(G(z)))\bigr]`,
  best: {
    latex: String.raw`\term{dBest}{\mathcal L_D(D^*)}=\log 4-2\,\term{divergence}{\mathrm{JSD}(p_d\,\|\,p_g)},\qquad D^*=\frac{p_d}{p_d+p_g}`,
    words:
      'With the best discriminator the game measures the Jensen–Shannon divergence: JSD comes from the two densities at fresh points, the loss from this batch with D* in the place of D.',
    claim: 'limit',
    source: { ...goodfellow, place: 'theorem 1' },
  },
} as const;
const ofLogMeanings = {
  real: 'What real points cost the discriminator: nothing where it is sure of them.',
  fake: 'What generated points cost it: nothing where it is sure that they are none.',
};

const parts: Readonly<Record<GanLoss, Parts>> = {
  minimax: {
    ...ofLog,
    name: 'Minimax game of this batch',
    generator: String.raw`\mathbb E_z\bigl[\log(1-D(G(z)))\bigr]`,
    meaning: { ...ofLogMeanings, generator: 'The discriminator’s own term with the other sign: flat where the discriminator is sure.' },
    source: goodfellow,
  },
  'non-saturating': {
    ...ofLog,
    name: 'Non-saturating game of this batch',
    generator: String.raw`-\mathbb E_z\bigl[\log D(G(z))\bigr]`,
    meaning: { ...ofLogMeanings, generator: 'Steep where the discriminator is sure: the generator is taken furthest where it is worst.' },
    source: { ...goodfellow, place: 'section 3' },
  },
  hinge: {
    name: 'Hinge game of this batch',
    unit: 'dimensionless',
    real: String.raw`\mathbb E_x\bigl[\max(0,1-D(x))\bigr]`,
    fake: String.raw`\mathbb E_z\bigl[\max(0,1+D(G(z)))\bigr]`,
    generator: String.raw`-\mathbb E_z\bigl[D(G(z))\bigr]`,
    meaning: {
      real: 'What real points cost the discriminator: nothing above a score of 1.',
      fake: 'What generated points cost it: nothing below −1.',
      generator: 'Minus the mean score of generated points.',
    },
    best: {
      latex: String.raw`\term{dBest}{\mathcal L_D(D^*)}=2-2\,\mathrm{TV}(p_d,p_g),\qquad D^*=\operatorname{sign}(p_d-p_g)`,
      words: 'With the best discriminator the loss is 2 less twice the total variation distance.',
      claim: 'limit',
      source: { paper: 'Lim and Ye 2017, Geometric GAN', arxiv: '1705.02894' },
    },
    source: { paper: 'Lim and Ye 2017, Geometric GAN', arxiv: '1705.02894' },
  },
  'least-squares': {
    name: 'Least-squares game of this batch',
    unit: 'dimensionless',
    real: String.raw`\tfrac12\mathbb E_x\bigl[(D(x)-1)^2\bigr]`,
    fake: String.raw`\tfrac12\mathbb E_z\bigl[D(G(z))^2\bigr]`,
    generator: String.raw`\tfrac12\mathbb E_z\bigl[(D(G(z))-1)^2\bigr]`,
    meaning: {
      real: 'Half the squared distance of scores of real points from 1.',
      fake: 'Half the squared distance of scores of generated points from 0.',
      generator: 'Half the squared distance of their scores from 1: never flat, however sure the discriminator is.',
    },
    best: {
      latex: String.raw`\term{dBest}{\mathcal L_D(D^*)}=\tfrac12\int\frac{p_d\,p_g}{p_d+p_g},\qquad D^*=\frac{p_d}{p_d+p_g}`,
      words: 'With targets 1 and 0 the best score is the same fraction as that of log losses, as a score and not as a probability.',
      claim: 'limit',
      source: { paper: 'Mao et al. 2017, Least Squares Generative Adversarial Networks', place: 'eq. 5', arxiv: '1611.04076' },
    },
    source: { paper: 'Mao et al. 2017, Least Squares Generative Adversarial Networks', place: 'eq. 2', arxiv: '1611.04076' },
  },
  wasserstein: {
    name: 'Wasserstein game of this batch',
    unit: 'dimensionless',
    real: String.raw`-\mathbb E_x\bigl[D(x)\bigr]`,
    fake: String.raw`\mathbb E_z\bigl[D(G(z))\bigr]`,
    generator: String.raw`-\mathbb E_z\bigl[D(G(z))\bigr]`,
    meaning: {
      real: 'Minus the mean score of real points: scores have no zero of their own.',
      fake: 'The mean score of generated points.',
      generator: 'Minus that.',
    },
    best: {
      latex: String.raw`\min_{\|D\|_L\le1}\mathcal L_D=-W_1(p_d,p_g)`,
      words:
        'Among discriminators that are nowhere steeper than 1 the best one gives the earth mover’s distance. It is a potential of the whole plane, not a value that is right at a point; and this discriminator is only as flat as clipping or the penalty makes it.',
      claim: 'bound',
      source: { paper: 'Arjovsky, Chintala and Bottou 2017, Wasserstein GAN', place: 'eq. 2', arxiv: '1701.07875' },
    },
    source: { paper: 'Arjovsky, Chintala and Bottou 2017, Wasserstein GAN', place: 'eq. 3', arxiv: '1701.07875' },
  },
};

/** Penalties that are in force. */
export interface Penalties {
  readonly r1: boolean;
  readonly gp: boolean;
}

const known = new Map<string, Formula>();

/** Both players' losses, with the penalties in force, and how far the discriminator is from its best: the same object each time. */
export function gameOfRun(loss: GanLoss, penalties: Penalties): Formula {
  const key = `${loss} ${penalties.r1} ${penalties.gp}`;
  const formula = known.get(key) ?? made(loss, penalties);
  known.set(key, formula);
  return formula;
}

function made(loss: GanLoss, penalties: Penalties): Formula {
  const { name, unit, real, fake, generator, meaning, best, source } = parts[loss];
  const quantity = (id: string, symbol: string, title: string, words: string): Term => term(id, symbol, title, words, 'number', unit);
  const r1 = String.raw`+\term{r1}{\tfrac{\gamma}{2}\,\mathbb E_x\bigl[\|\nabla_xD(x)\|^2\bigr]}`;
  const gp = String.raw`+\term{gp}{\lambda\,\mathbb E_{\hat x}\bigl[(\|\nabla_{\hat x}D(\hat x)\|-1)^2\bigr]}`;
  const hasBest = loss !== 'wasserstein';
  return {
    ...{ id: `game_${loss.replace('-', '_')}`, family: 'GAN', name, claim: 'definition', source },
    latex: String.raw`\term{dLoss}{\mathcal L_D}=\term{real}{${real}}\,\term{fake}{${fake.startsWith('-') ? fake : `+${fake}`}}${penalties.r1 ? r1 : ''}${penalties.gp ? gp : ''}`,
    lines: [
      String.raw`\term{gLoss}{\mathcal L_G}=\term{generator}{${generator}}`,
      ...(hasBest
        ? [
            String.raw`\term{gap}{V(D^*)-V(D)}=\int(p_d+p_g)\,\term{excess}{${loss === 'minimax' || loss === 'non-saturating' ? String.raw`D_{\mathrm{KL}}\bigl(D^*\,\|\,D\bigr)` : String.raw`\Delta(D^*,D)`}}`,
          ]
        : []),
    ],
    terms: [
      quantity('dLoss', String.raw`\mathcal L_D`, 'discriminator’s loss', 'What its steps lower.'),
      quantity('real', String.raw`\mathcal L_x`, 'of real points', meaning.real),
      quantity('fake', String.raw`\mathcal L_{G(z)}`, 'of generated points', meaning.fake),
      ...(penalties.r1
        ? [
            quantity(
              'r1',
              'R_1',
              'R1',
              'Half γ times the mean squared slope of D at real points (Mescheder et al. 2018, arXiv:1801.04406).',
            ),
          ]
        : []),
      ...(penalties.gp
        ? [
            quantity(
              'gp',
              'GP',
              'gradient penalty',
              'Squared distance of the slope from 1 between real and generated points (Gulrajani et al. 2017, arXiv:1704.00028).',
            ),
          ]
        : []),
      quantity('gLoss', String.raw`\mathcal L_G`, 'generator’s loss', 'What its steps lower.'),
      quantity('generator', String.raw`\mathbb E_z`, 'of its own batch', meaning.generator),
      ...(hasBest
        ? [
            quantity(
              'gap',
              String.raw`\Delta V`,
              'what D loses against D*',
              'Over fresh points of both kinds: the mean of what they cost more than with D*.',
            ),
            quantity(
              'excess',
              String.raw`\int\Delta`,
              'the same over the plane',
              'An integral over a raster, a computation that shares no point with the other; what is finer than its cells is lost.',
            ),
            quantity(
              'dBest',
              String.raw`\mathcal L_D(D^*)`,
              'at the best discriminator',
              'The loss of this batch with D* in the place of D, without penalties.',
            ),
          ]
        : []),
      ...(loss === 'minimax' || loss === 'non-saturating'
        ? [
            quantity(
              'divergence',
              String.raw`\mathrm{JSD}`,
              'Jensen–Shannon divergence',
              'How far the two densities are apart, 0 to log 2: a mean over fresh points of both, where p_g is that of the mesh of z.',
            ),
          ]
        : []),
    ],
    steps: [
      {
        id: 'best',
        title: hasBest ? 'At the best discriminator' : 'At the best potential',
        words: [best.words],
        latex: [best.latex],
        claim: best.claim,
        ...(best.source && { source: best.source }),
      },
    ],
  };
}

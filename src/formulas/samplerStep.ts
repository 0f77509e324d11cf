/** One evaluation of a sampler, in a run: every term has its value and, where it is a tensor, its picture. Not looked for in code. */

import type { PredictionType } from '../maths/samplers/settings.ts';
import type { Formula, Source, Step, Term } from './formula.ts';
import { term } from './term.ts';

/** `mixed`: of the clean sample and the noise that are predicted; `linear`: of x, the clean sample and what earlier evaluations left. */
export interface StepForm {
  readonly kind: 'mixed' | 'linear';
  /** As the sampler is called from a terminal. */
  readonly sampler: string;
  readonly title: string;
  readonly prediction: PredictionType;
  readonly exploding: boolean;
  readonly hasEarlier: boolean;
  readonly hasFresh: boolean;
  readonly guided: boolean;
  readonly rescaled: boolean;
}

const sources: Readonly<Record<string, Source>> = {
  ddpm: { paper: 'Ho et al. 2020, Denoising Diffusion Probabilistic Models', place: 'eq. 7', arxiv: '2006.11239' },
  ddim: { paper: 'Song et al. 2021, Denoising Diffusion Implicit Models', place: 'eq. 12', arxiv: '2010.02502' },
  pndm: { paper: 'Liu et al. 2022, Pseudo Numerical Methods for Diffusion Models on Manifolds', arxiv: '2202.09778' },
  'dpm-solver-multistep': { paper: 'Lu et al. 2022, DPM-Solver++', arxiv: '2211.01095' },
  'dpm-solver-singlestep': { paper: 'Lu et al. 2022, DPM-Solver++', arxiv: '2211.01095' },
  unipc: { paper: 'Zhao et al. 2023, UniPC', arxiv: '2302.04867' },
  deis: { paper: 'Zhang and Chen 2023, Fast Sampling of Diffusion Models with Exponential Integrator', arxiv: '2204.13902' },
  'flow-match-euler': { paper: 'Lipman et al. 2023, Flow Matching for Generative Modeling', arxiv: '2210.02747' },
};
const karras: Source = {
  paper: 'Karras et al. 2022, Elucidating the Design Space of Diffusion-Based Generative Models',
  arxiv: '2206.00364',
};

const tensor = (id: string, symbol: string, name: string, meaning: string): Term =>
  term(id, symbol, name, meaning, 'as x', 'the unit of x');
const rate = (id: string, symbol: string, name: string, meaning: string): Term => term(id, symbol, name, meaning);

const next = tensor('next', "x'", 'x after the step', 'What the next evaluation is given.');
const x = tensor('x', 'x_t', 'x before the step', 'The clean sample and noise, mixed.');
const clean = tensor(
  'clean',
  String.raw`\hat x_0`,
  'predicted clean sample',
  'What the model says that x is made of, as the sampler uses it.',
);
const noise = tensor('noise', String.raw`\hat\epsilon`, 'predicted noise', 'The other part of x, in standard deviations.');
const fresh = rate('freshRate', 's', 'rate of fresh noise', 'What standard normal noise is multiplied by that is drawn for this step.');

const known = new Map<string, Formula>();

/** The update, with steps that say where its parts come from: the same object each time. */
export function stepOfRun(form: StepForm): Formula {
  const key = JSON.stringify(form);
  const formula = known.get(key) ?? made(form);
  known.set(key, formula);
  return formula;
}

function made(form: StepForm): Formula {
  const { kind, sampler, title, hasEarlier, hasFresh, guided } = form;
  const drawn = hasFresh ? String.raw`+\term{freshRate}{s}\,\xi` : '';
  const earlier = hasEarlier ? String.raw`+\sum_k\term{earlier}{c_k}\,h_k` : '';
  const isMixed = kind === 'mixed';
  return {
    ...{ id: `step_of_${sampler}`, family: 'Diffusion', name: `Step of ${title}`, claim: 'definition' },
    source: sources[sampler] ?? karras,
    latex: isMixed
      ? String.raw`\term{next}{x'}=\term{cleanRate}{\sqrt{\bar\alpha'}}\,\term{clean}{\hat x_0}+\term{noiseRate}{\sqrt{1-\bar\alpha'-s^2}}\,\term{noise}{\hat\epsilon}${drawn}`
      : String.raw`\term{next}{x'}=\term{xRate}{a}\,\term{x}{x_t}+\term{cleanRate}{b}\,\term{clean}{\hat x_0}${earlier}${drawn}`,
    ...(!isMixed && {
      note: 'Every step of a sampler is a sum of arrays that it has; these are the numbers that they are multiplied by in this one.',
    }),
    lines: [],
    terms: [
      next,
      ...(isMixed ? [] : [rate('xRate', 'a', 'rate of x', 'What x before the step is multiplied by.')]),
      rate(
        'cleanRate',
        isMixed ? String.raw`\sqrt{\bar\alpha'}` : 'b',
        'rate of the clean sample',
        isMixed ? 'The signal rate that the step goes to.' : 'What the predicted clean sample is multiplied by.',
      ),
      ...(isMixed
        ? [
            rate(
              'noiseRate',
              String.raw`\sqrt{1-\bar\alpha'-s^2}`,
              'rate of the noise',
              'The rest of the noise that x is to have after the step.',
            ),
          ]
        : []),
      ...(hasEarlier
        ? [term('earlier', 'c_k', 'rates of what came before', 'What arrays are multiplied by that earlier evaluations left.', '[arrays]')]
        : []),
      ...(hasFresh ? [fresh] : []),
      ...[x, clean, noise],
      rate('alpha', String.raw`\alpha_t`, 'signal rate', 'What the clean sample is multiplied by in x.'),
      rate('sigma', String.raw`\sigma_t`, 'noise rate', 'What the noise is multiplied by in x.'),
      tensor('output', outputs[form.prediction], 'output of the model', 'Guided, where there is guidance.'),
      ...(guided
        ? [
            tensor('conditional', String.raw`o_c`, 'output with the condition', 'Of the second half of the batch.'),
            tensor('unguided', String.raw`o_\varnothing`, 'output without it', 'What guidance leads away from.'),
            rate('guidance', 'w', 'guidance', 'At 1 it is the conditional output.'),
            ...(form.rescaled
              ? [rate('rescale', String.raw`\varphi`, 'rescale', 'Share that is scaled to the deviation of the conditional output.')]
              : []),
          ]
        : []),
    ],
    steps: [cleanStep(form), mixture, ...(guided ? [guidance(form)] : [])],
  };
}

const outputs: Readonly<Record<PredictionType, string>> = {
  epsilon: String.raw`\epsilon_\theta`,
  v_prediction: String.raw`v_\theta`,
  sample: String.raw`x_\theta`,
  flow_prediction: String.raw`u_\theta`,
};

const velocities: Source = {
  paper: 'Salimans and Ho 2022, Progressive Distillation for Fast Sampling of Diffusion Models',
  place: 'appendix D',
  arxiv: '2202.00512',
};

function cleanStep({ prediction, exploding }: StepForm): Step {
  const [start, alpha, sigma, output] = [
    String.raw`\term{x}{x_t}`,
    String.raw`\term{alpha}{\alpha_t}`,
    String.raw`\term{sigma}{\sigma_t}`,
    String.raw`\term{output}{${outputs[prediction]}}`,
  ];
  const written: Readonly<Record<PredictionType, readonly [latex: string, words: string, source: Source | null]>> = {
    epsilon: [
      String.raw`\frac{${start}-${sigma}\,${output}}{${alpha}}`,
      'The model gives the noise; the rest of x is the clean sample.',
      null,
    ],
    v_prediction: [
      exploding
        ? String.raw`\frac{${start}}{1+\term{sigma}{\sigma_t}^2}-\frac{${sigma}}{\sqrt{1+\term{sigma}{\sigma_t}^2}}\,${output}`
        : String.raw`${alpha}\,${start}-${sigma}\,${output}`,
      'The model gives the velocity, alpha noise less sigma clean sample: x and it are both, rotated.',
      velocities,
    ],
    sample: [output, 'The model gives the clean sample itself.', null],
    flow_prediction: [
      String.raw`${start}-${sigma}\,${output}`,
      'The model gives the way from the clean sample to the noise; back along it lies the clean sample.',
      sources['flow-match-euler']!,
    ],
  };
  const [latex, words, source] = written[prediction];
  return {
    ...{ id: 'clean', title: 'From the model’s output to the clean sample', words: [words], claim: 'identity' },
    latex: [String.raw`\term{clean}{\hat x_0}=${latex}`],
    ...(source && { source }),
  };
}

const mixture: Step = {
  ...{ id: 'mixture', title: 'What x is made of', claim: 'identity' },
  words: [
    'Noising draws from $q(x_t\\mid x_0)=\\mathcal N(\\alpha_tx_0,\\sigma_t^2I)$. The predicted noise is what is left of x without the clean sample before that is clipped.',
  ],
  latex: [String.raw`\term{x}{x_t}=\term{alpha}{\alpha_t}\,\term{clean}{\hat x_0}+\term{sigma}{\sigma_t}\,\term{noise}{\hat\epsilon}`],
  source: { paper: 'Ho et al. 2020, Denoising Diffusion Probabilistic Models', place: 'eq. 4', arxiv: '2006.11239' },
};

function guidance({ rescaled, prediction }: StepForm): Step {
  const away = String.raw`\term{unguided}{o_\varnothing}`;
  const plain = String.raw`${away}+\term{guidance}{w}\bigl(\term{conditional}{o_c}-${away}\bigr)`;
  return {
    ...{ id: 'guidance', title: 'Guidance', claim: 'definition' },
    words: [
      'The model is asked with the condition and without it; the sampler is given a point on the line through both. What it samples so is not $p(x)^{1-w}p(x\\mid c)^w$.',
    ],
    latex: [
      String.raw`\term{output}{${outputs[prediction]}}=${rescaled ? String.raw`\Bigl(1-\term{rescale}{\varphi}+\term{rescale}{\varphi}\frac{\mathrm{sd}(o_c)}{\mathrm{sd}(o)}\Bigr)o,\quad o=` : ''}${plain}`,
    ],
    source: rescaled
      ? {
          paper: 'Lin et al. 2024, Common Diffusion Noise Schedules and Sample Steps Are Flawed',
          place: 'section 3.4',
          arxiv: '2305.08891',
        }
      : { paper: 'Ho and Salimans 2022, Classifier-Free Diffusion Guidance', place: 'eq. 6', arxiv: '2207.12598' },
  };
}

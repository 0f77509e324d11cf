/** What a small denoiser is trained on and sampled by, in a run: every term has its value there. Not looked for in code. */

import type { Formula, Step } from './formula.ts';
import { term } from './term.ts';

/** The sampler's step, as it is written: of a kind that these formulas tell apart. */
export type UpdateKind = 'ddim' | 'ddpm' | 'euler' | 'heun' | 'other';

const song = { paper: 'Song et al. 2021, Denoising Diffusion Implicit Models', place: 'eq. 12', arxiv: '2010.02502' };
const karras = { paper: 'Karras et al. 2022, Elucidating the Design Space of Diffusion-Based Generative Models', arxiv: '2206.00364' };

const updates: Readonly<Record<UpdateKind, { latex: string; words: string; source?: Step['source'] }>> = {
  ddim: {
    latex: String.raw`\term{next}{x_{t'}}=\sqrt{\bar\alpha_{t'}}\,\term{clean}{\hat x_0}+\sqrt{1-\bar\alpha_{t'}-s^2}\;\term{predicted}{\epsilon_\theta(x_t,t)}+s\,z`,
    words:
      'The predicted clean point, with the predicted noise put back at the next level; $s$ is eta times the deviation of DDPM’s noise.',
    source: song,
  },
  ddpm: {
    latex: String.raw`\term{next}{x_{t'}}=\frac{\sqrt{\bar\alpha_{t'}}\,\beta}{1-\bar\alpha_t}\,\term{clean}{\hat x_0}+\frac{\sqrt{\alpha}\,(1-\bar\alpha_{t'})}{1-\bar\alpha_t}\,\term{noisy}{x_t}+\sqrt{\tilde\beta}\,z,\qquad\term{predicted}{\epsilon_\theta(x_t,t)}`,
    words: "The mean of $q(x_{t'}\\mid x_t,x_0)$ with the predicted clean point in the place of $x_0$, and the posterior’s noise.",
    source: { paper: 'Ho et al. 2020, Denoising Diffusion Probabilistic Models', place: 'eq. 7', arxiv: '2006.11239' },
  },
  euler: {
    latex: String.raw`\term{next}{\frac{x_{t'}}{\sqrt{\bar\alpha_{t'}}}}=\frac{\term{noisy}{x_t}}{\sqrt{\bar\alpha_t}}+\Bigl(\tfrac{\sigma_{t'}}{\alpha_{t'}}-\tfrac{\sigma_t}{\alpha_t}\Bigr)\term{predicted}{\epsilon_\theta(x_t,t)}`,
    words: 'Euler’s step of the probability flow: along the predicted noise, by how much less noise there is for the signal.',
    source: { ...karras, place: 'algorithm 2' },
  },
  heun: {
    latex: String.raw`\term{next}{\frac{x_{t'}}{\sqrt{\bar\alpha_{t'}}}}=\frac{\term{noisy}{x_t}}{\sqrt{\bar\alpha_t}}+\Bigl(\tfrac{\sigma_{t'}}{\alpha_{t'}}-\tfrac{\sigma_t}{\alpha_t}\Bigr)\tfrac12\bigl(\term{predicted}{\epsilon_\theta(x_t,t)}+\epsilon_\theta(x_{t'},t')\bigr)`,
    words: 'Euler’s step first; then the same with the mean of the noise at both ends. Each is an evaluation.',
    source: { ...karras, place: 'algorithm 1' },
  },
  other: {
    latex: String.raw`\term{next}{x_{t'}}=\Phi\bigl(\term{noisy}{x_t},\;\term{predicted}{\epsilon_\theta(x_t,t)},\;\text{earlier evaluations}\bigr)`,
    words: 'A solver of higher order: from the predictions until now, their change by log SNR is taken into the step.',
  },
};

const known = new Map<UpdateKind, Formula>();

/** The loss with its floor, the noised point, and the step of the sampler that is chosen: the same object each time. */
export function denoisingOfRun(update: UpdateKind): Formula {
  const formula = known.get(update) ?? made(update);
  known.set(update, formula);
  return formula;
}

function made(update: UpdateKind): Formula {
  const { latex, words, source } = updates[update];
  return {
    ...{ id: `denoising_${update}`, family: 'Diffusion', name: 'Loss of the denoiser, and a step of its sampler', claim: 'identity' },
    source: { paper: 'Ho et al. 2020, Denoising Diffusion Probabilistic Models', place: 'eq. 14', arxiv: '2006.11239' },
    latex: String.raw`\begin{aligned}\term{loss}{\mathbb E\,\bigl|\epsilon-\epsilon_\theta(x_t,t)\bigr|^2}&=\term{floor}{\mathbb E\,\bigl|\epsilon-\mathbb E[\epsilon\mid x_t]\bigr|^2}\\&\quad+\term{above}{\sigma_t^2\,\mathbb E\,\bigl|s_\theta-\nabla\log p_t\bigr|^2}\end{aligned}`,
    lines: [
      String.raw`x_t=\term{alpha}{\sqrt{\bar\alpha_t}}\;x_0+\term{sigma}{\sqrt{1-\bar\alpha_t}}\;\epsilon`,
      String.raw`q(x_t\mid x_0)=\mathcal N\bigl(\sqrt{\bar\alpha_t}\,x_0,\;(1-\bar\alpha_t)\,I\bigr)`,
      String.raw`\term{clean}{\hat x_0}=\frac{\term{noisy}{x_t}-\sigma_t\,\term{predicted}{\epsilon_\theta(x_t,t)}}{\alpha_t}`,
    ],
    terms: [
      term(
        'loss',
        String.raw`\mathcal L`,
        'loss',
        'Mean squared error of the predicted noise, of one coordinate, over all levels of the training.',
      ),
      term(
        'floor',
        String.raw`\mathcal L^*`,
        'floor',
        'What the best denoiser has too: the noise that x does not tell. By quadrature over the mixture.',
      ),
      term('above', String.raw`\Delta`, 'above the floor', 'How far the learned score is from the true one, as the loss weighs it.'),
      term('alpha', String.raw`\alpha_t`, 'signal', 'What is left of the clean point.'),
      term('sigma', String.raw`\sigma_t`, 'noise', 'Deviation of the noise; squares of both sum to 1.'),
      term('noisy', 'x_t', 'point', 'The first of the points that flow, where it is now.', '[2]'),
      term('predicted', String.raw`\epsilon_\theta`, 'predicted noise', 'What the denoiser takes for the noise in it.', '[2]'),
      term('clean', String.raw`\hat x_0`, 'predicted clean point', 'What is left without that noise.', '[2]'),
      term('next', "x_{t'}", 'after the step', 'Where the sampler takes it.', '[2]'),
    ],
    steps: [{ id: 'update', title: 'The sampler’s step', words: [words], latex: [latex], claim: 'definition', ...(source && { source }) }],
  };
}

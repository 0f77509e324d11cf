/** The schedule of the run, and how x moves along it. */

import { html, type TemplateResult } from 'lit';
import type { EvaluationOfRun } from '../../src/protocol/diffusion.ts';
import { evaluationChart } from './chart.ts';
import type { DenoisingDesk } from './desk.ts';
import { lengthOf, type Moment } from './moment.ts';
import type { Trajectory } from './session.ts';

interface Curve {
  readonly name: string;
  readonly unit: string;
  readonly value: (rates: { readonly alpha: number; readonly sigma: number }, told: EvaluationOfRun | undefined) => number;
}

const ofSchedule: readonly Curve[] = [
  {
    ...{ name: 'Signal', unit: 'ᾱ, of the variance' },
    value: ({ alpha, sigma }) => alpha ** 2 / (alpha ** 2 + sigma ** 2),
  },
  { ...{ name: 'Log SNR', unit: 'λ, nats' }, value: ({ alpha, sigma }) => 2 * Math.log(alpha / sigma) },
  { ...{ name: 'Noise', unit: 'σ, times a standard normal' }, value: ({ sigma }) => sigma },
];

export function curves(panel: DenoisingDesk, trajectory: Trajectory, moment: Moment): TemplateResult {
  const { run, evaluations, from } = trajectory;
  const { item } = moment;
  const all = run
    ? Array.from(run.timesteps, (_, index) => ({ index, alpha: run.alphas[index]!, sigma: run.sigmas[index]! }))
    : evaluations;
  const known = all.filter(({ index }) => index >= from);
  const ofMovement: readonly Curve[] = [
    { ...{ name: 'Length of x', unit: '‖x‖' }, value: (_, told) => (told ? lengthOf(told, 'x', item) : NaN) },
    { ...{ name: 'Length of the step', unit: '‖Δx‖' }, value: (_, told) => (told ? lengthOf(told, 'step', item) : NaN) },
    { ...{ name: 'Turn', unit: 'cosine between two steps' }, value: (_, told) => told?.turns[item] ?? NaN },
  ];
  const chart = ({ name, unit, value }: Curve): TemplateResult =>
    evaluationChart({
      ...{ name, unit, from, last: moment.count - 1, now: Math.min(moment.evaluation, moment.count - 1) },
      points: known.map((rates) => ({ step: rates.index, value: value(rates, evaluations[rates.index - from]) })),
    });
  return html`<section class="denoising-section" aria-labelledby="denoising-curves">
    <h2 id="denoising-curves">Schedule and movement, by evaluation</h2>
    <div class="denoising-charts">${[...ofSchedule, ...ofMovement].map(chart)}</div>
  </section>`;
}

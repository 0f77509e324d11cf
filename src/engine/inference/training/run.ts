/** A training under way: steps are sent to the thread that runs models a few at a time, and what they gave is told to the owner. */

import { RpcError, type StreamContext } from '../../../protocol/rpc.ts';
import type {
  Checkpoint,
  CoefficientChange,
  Coefficients,
  LossPoint,
  NotFinite,
  Reporting,
  TrainingEnd,
  TrainingItem,
  TrainRequest,
} from '../../../protocol/training.ts';
import type { RawTensor } from '../../../protocol/worker.ts';
import type { Runtime } from '../../worker/client.ts';
import { floatTensor } from '../floatTensor.ts';
import { beginning, checkCoefficients, checkReporting, checkRequest } from './checks.ts';
import { firstNotFinite, holdsNoNumber, type Failed } from './failure.ts';
import type { Graphs } from './graphs.ts';
import { lossesOf, LossPoints } from './lossPoints.ts';
import { Pace } from './pace.ts';
import { planOf, type Plan } from './plan.ts';
import { programOf } from './programs.ts';
import { termOf } from './terms.ts';

type State = Readonly<Record<string, RawTensor>>;

export class TrainingRun {
  private readonly runtime: Runtime;
  private readonly graphs: Graphs;
  private readonly plan: Plan;
  private readonly request: TrainRequest;
  private readonly losses = new LossPoints();
  private readonly pace = new Pace();
  private schedule: readonly CoefficientChange[];
  private reporting: Reporting;
  private state: State;
  /** Steps done. */
  private step: number;
  /** Steps done or under way. */
  private sent: number;
  private stopping = false;

  private constructor(runtime: Runtime, graphs: Graphs, plan: Plan, request: TrainRequest) {
    const { from, schedule, reporting } = request;
    this.runtime = runtime;
    this.graphs = graphs;
    this.plan = plan;
    this.request = request;
    this.schedule = schedule;
    this.reporting = reporting;
    const tensors = Object.entries(beginning(plan.program, graphs.folder, request.setup.seed, from));
    this.state = Object.fromEntries(tensors.map(([name, data]) => [name, floatTensor(data, name.endsWith('.step') ? [] : [data.length])]));
    this.step = this.sent = from?.step ?? 0;
  }

  /** @throws RpcError as TrainingService's `train` */
  static async open(runtime: Runtime, graphs: Graphs, request: TrainRequest): Promise<TrainingRun> {
    checkRequest(programOf(request.setup.model), request);
    return new TrainingRun(runtime, graphs, await planOf(graphs, request.setup), request);
  }

  /** @throws RpcError 'coefficient-invalid', 'setting-invalid' */
  change(coefficients: Coefficients | undefined, reporting: Reporting | undefined): CoefficientChange {
    const changed = { step: this.sent, coefficients: { ...this.coefficientsAt(this.sent), ...coefficients } };
    checkCoefficients(this.plan.program, changed.coefficients);
    if (reporting) {
      checkReporting(reporting);
      this.reporting = reporting;
    }
    if (coefficients) this.schedule = [...this.schedule.filter(({ step }) => step < this.sent), changed];
    this.pace.wake();
    return changed;
  }

  pause(): void {
    this.stopping = true;
    this.pace.wake();
  }

  /** @throws RpcError 'cancelled' by the signal, and what the runtime says */
  async run(context: StreamContext<TrainingItem>): Promise<TrainingEnd> {
    const { signal } = context;
    const item = (value: TrainingItem): void => context.item(value);
    const wake = (): void => this.pace.wake();
    signal.addEventListener('abort', wake);
    try {
      if (!this.request.from) item({ kind: 'checkpoint', checkpoint: this.checkpoint() });
      for (;;) {
        if (signal.aborted) throw new RpcError('cancelled', 'Cancelled.');
        if (this.step === this.request.until) return { why: 'until', checkpoint: this.checkpoint() };
        if (this.stopping) return { why: 'paused', checkpoint: this.checkpoint() };
        const count = await this.pace.steps(this.most(), this.reporting.stepsPerSecond);
        if (count === 0) continue;
        const failed = await this.advance(Math.min(count, this.most()), item);
        if (failed) return { why: 'not-finite', checkpoint: this.checkpoint(), failure: await this.told(failed) };
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }

  /** Steps until something has to be done between two of them. */
  private most(): number {
    const { checkpointsEvery } = this.reporting;
    const ends = [
      this.request.until ?? Infinity,
      (Math.floor(this.step / checkpointsEvery) + 1) * checkpointsEvery,
      this.schedule.find(({ step }) => step > this.step)?.step ?? Infinity,
    ];
    return Math.min(...ends) - this.step;
  }

  private async advance(count: number, item: (item: TrainingItem) => void): Promise<Failed | undefined> {
    const { program, phases } = this.plan;
    const begins = this.step;
    const coefficients = this.coefficientsAt(begins);
    const steps = Array.from({ length: count }, (_, i) => this.plan.runsOf(begins + i, coefficients)).flat();
    this.sent = begins + count;
    const running = this.runtime.iterate({ state: this.state, phases, steps });
    // The next numbers are drawn while these steps are done.
    // As many as a whole message takes: these may be fewer, where something has to be done behind them.
    const next = Math.max(count, this.pace.atOnce(this.reporting.stepsPerSecond));
    this.plan.prepare(this.sent, Math.min(next, (this.request.until ?? Infinity) - this.sent), this.coefficientsAt(this.sent));
    const { state, outputs } = await this.pace.timed(count, running);

    const perStep = outputs.length / count;
    const each = Array.from({ length: count }, (_, i) => lossesOf(program, coefficients, outputs.slice(i * perStep, (i + 1) * perStep)));
    const wrong = each.findIndex((losses) =>
      Object.values(losses)
        .flat()
        .some((value) => !Number.isFinite(value)),
    );
    const failed =
      wrong >= 0 || holdsNoNumber(state) ? await firstNotFinite(this.runtime, this.plan, this.state, steps, perStep) : undefined;
    const done = failed ? failed.done : count;
    this.state = failed?.state ?? state;
    this.step = this.sent = begins + done;
    this.tell(begins, each.slice(0, done), item);
    return failed;
  }

  private tell(begins: number, losses: readonly Record<string, number[]>[], item: (item: TrainingItem) => void): void {
    const { lossesEvery, checkpointsEvery, picturesPerSecond } = this.reporting;
    const points = losses
      .map((each, i) => this.losses.add(begins + i + 1, each, lossesEvery))
      .filter((point): point is LossPoint => point !== undefined);
    if (points.length > 0) item({ kind: 'losses', points });
    if (losses.length > 0 && this.step % checkpointsEvery === 0) item({ kind: 'checkpoint', checkpoint: this.checkpoint() });
    if (losses.length === 0 || !this.pace.pictureIsDue(picturesPerSecond)) return;
    const parameters = Object.keys(this.plan.program.networks).map((network) => [
      network,
      this.state[`${network}.parameters`]!.data as Float32Array,
    ]);
    item({
      kind: 'picture',
      step: this.step,
      parameters: Object.fromEntries(parameters) as Record<string, Float32Array>,
      stepsPerSecond: this.pace.stepsPerSecond,
    });
  }

  private told({ run, before, after, outputs }: Failed): Promise<NotFinite> {
    const phase = this.plan.program.phases[run.phase]!;
    return termOf(this.graphs, phase, { step: this.step, before, after, feeds: run.feeds, outputs });
  }

  private coefficientsAt(step: number): Coefficients {
    return this.schedule.findLast((change) => change.step <= step)!.coefficients;
  }

  private checkpoint(): Checkpoint {
    const tensors = Object.entries(this.state).map(([name, { data }]) => [name, data as Float32Array]);
    return { step: this.step, tensors: Object.fromEntries(tensors) as Record<string, Float32Array> };
  }
}

import { mixtureOfPoints, type MixtureShape } from '../../maths/mixtures/mixture.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { TrainingData } from '../../protocol/training.ts';
import { drawnData, type DataChoice } from '../../protocol/trainingRun.ts';

/** The data that was chosen. @throws RpcError 'data-invalid' */
export function chosenData({ name, points, bandwidth }: DataChoice, mixtures: Readonly<Record<string, MixtureShape>>): TrainingData {
  if (name === drawnData) {
    try {
      mixtureOfPoints(points.flat(), bandwidth);
    } catch (error) {
      throw new RpcError('data-invalid', `What was drawn cannot be trained on: ${(error as Error).message} Draw a point at least.`);
    }
    return { kind: 'points', points, bandwidth };
  }
  const mixture = Object.hasOwn(mixtures, name) ? mixtures[name] : undefined;
  if (!mixture)
    throw new RpcError('data-invalid', `There is no data “${name}”; there are ${[...Object.keys(mixtures), drawnData].join(', ')}.`);
  return { kind: 'mixture', mixture };
}

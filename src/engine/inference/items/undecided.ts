import type { ModelQuestion } from '../../../protocol/question.ts';
import { RpcError } from '../../../protocol/rpc.ts';

/** Says what a model needs that neither its files nor the user have told. */
export function undecided(name: string, questions: readonly ModelQuestion[]): RpcError {
  const asked = questions
    .filter(({ needed }) => needed)
    .map(({ text }) => text)
    .join(' ');
  return new RpcError('undecided', `${name} does not say all that is needed to run it. ${asked} Answer this when the model is added.`);
}

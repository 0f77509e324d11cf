import type { Failure } from '../../protocol/attention.ts';
import { messageOf } from '../../protocol/errors.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { Subject } from './subject.ts';

type Actions = Failure['actions'];

/** What can be done about an error, by its code. */
export const actionsByCode: Readonly<Record<string, Actions>> = {
  cancelled: ['retry'],
  empty: ['retry'],
  'document-gone': [],
  'no-head': ['retry'],
  untrusted: ['retry'],
  memory: ['openSettings', 'retry'],
  'no-engine': ['openSettings', 'showLog'],
  'no-attention': ['chooseModel', 'showLog'],
  'no-tokenizer': ['chooseModel', 'showLog'],
  'wrong-tokenizer': ['chooseModel', 'showLog'],
  'hash-mismatch': ['chooseModel', 'showLog'],
  'external-data-missing': ['chooseModel', 'retry'],
  'external-data-outside': ['chooseModel', 'showLog'],
  'model-too-large': ['chooseModel', 'showLog'],
  'unsupported-type': ['chooseModel', 'showLog'],
  'model-missing': ['chooseModel', 'openSettings'],
  'model-invalid': ['chooseModel', 'showLog'],
  'model-unreadable': ['chooseModel', 'retry'],
  'model-changed': ['retry', 'chooseModel'],
  'manifest-invalid': ['chooseModel', 'showLog'],
  'tokenizer-invalid': ['chooseModel', 'showLog'],
  'input-missing': ['chooseModel', 'showLog'],
};

/** Whatever else goes wrong may be gone at a second try. */
const otherwise: Actions = ['retry', 'showLog'];

/** Codes with which an inference process's end rejects what it was doing. */
const endings: ReadonlySet<string> = new Set(['crashed', 'out-of-memory', 'unresponsive']);

/** An error as the panel shows it. */
export function failureOf(error: unknown): Failure {
  return { message: messageOf(error), actions: actionsByCode[codeOf(error) ?? ''] ?? otherwise };
}

/** There is nothing to run in what was asked for. */
export function emptyText(kind: Subject['kind'], title: string): RpcError {
  const messages: Readonly<Record<Subject['kind'], string>> = {
    editor: `${title} is empty. Write or paste some text into it and try again.`,
    selection: `Only white space is selected in ${title}. Select some text, or nothing for the text around the cursor, and try again.`,
    prompt: 'The prompt is empty. Give a text of at least one character.',
  };
  return new RpcError('empty', messages[kind]);
}

export function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

export const isCancelled = (error: unknown): boolean => codeOf(error) === 'cancelled';

/** The inference process ended in the middle of the work. */
export const isProcessEnd = (error: unknown): boolean => endings.has(codeOf(error) ?? '');

/** What adding a model of the user's own has in common, whatever family it is of: trust, the files, and another try. */

import { basename } from 'node:path';
import * as vscode from 'vscode';
import { messageOf } from '../../protocol/errors.ts';
import type { QuestionsUnder } from '../../models/openQuestions.ts';
import type { ModelAnswers } from '../../protocol/question.ts';
import { pickPaths, type PathsWanted } from '../pathPicking.ts';
import { withLateNotification, type Work } from '../progress.ts';
import { back } from '../steps.ts';
import { askQuestions } from './askQuestions.ts';
import { answersOf } from './questions.ts';

/**
 * Asks for the files until they are added or the user leaves.
 *
 * @param add gives the id of what was added; `back`: other files are wanted; undefined: nothing was added
 */
export async function addOwn(
  wanted: PathsWanted,
  add: (paths: readonly string[], abort: AbortController) => Promise<string | typeof back | undefined>,
): Promise<string | undefined> {
  if (!vscode.workspace.isTrusted) {
    const manage = 'Manage Workspace Trust…';
    const message = 'Models of your own run in trusted workspaces only. Trust this workspace to add one.';
    if ((await vscode.window.showInformationMessage(message, manage)) === manage)
      await vscode.commands.executeCommand('workbench.trust.manage');
    return undefined;
  }
  const again = wanted.files ? 'Choose Other Files…' : 'Choose Another Folder…';
  for (;;) {
    let name = 'The model';
    const abort = new AbortController();
    try {
      const paths = await pickPaths(wanted);
      if (!paths) return undefined;
      name = paths.map((path) => basename(path)).join(' and ');
      const outcome = await add(paths, abort);
      if (outcome !== back) return outcome;
    } catch (error) {
      if (abort.signal.aborted) return undefined;
      const message = messageOf(error);
      if ((await vscode.window.showErrorMessage(`${name} was not added. ${message}`, again)) !== again) return undefined;
    }
  }
}

/** What is loaded to see whether it runs. */
interface Loadable<Loaded> {
  load(work: Work): Promise<Loaded>;
  end(reason: string): void;
}

export interface Examined<Loaded> {
  /** Of the files, and of the model. */
  readonly name: string;
  readonly title: string;
  readonly questions: QuestionsUnder;
  readonly client: (answers: ModelAnswers) => Loadable<Loaded>;
}

/** Asks what the files leave open, and loads the model with the answers. */
export async function askAndLoad<Loaded>(
  { name, title, questions, client: clientOf }: Examined<Loaded>,
  abort: AbortController,
): Promise<{ readonly answers: ModelAnswers; readonly model: Loaded } | typeof back | undefined> {
  const answered = await askQuestions(questions, name);
  if (answered === undefined || answered === back) return answered;
  const answers = answersOf(answered);
  const client = clientOf(answers);
  const model = await withLateNotification(`Loading ${title}`, abort, (work) => client.load(work)).catch((error: unknown) => {
    client.end('The model was not added.');
    throw error;
  });
  return { answers, model };
}

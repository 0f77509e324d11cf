import * as vscode from 'vscode';
import { messageOf } from '../../protocol/errors.ts';
import type { LoadedModel } from '../../protocol/inference.ts';
import { sourceFromFile } from '../../models/registry.ts';
import type { Engine } from '../engine/engine.ts';
import { withLateNotification } from '../progress.ts';
import type { AddedModels } from './added.ts';
import { verdictOn } from './verdict.ts';

/** Adds an .onnx file that the user picks, once it has been loaded and its attention found. Returns its id, or undefined if none was added. */
export async function addModel(added: AddedModels, engine: Engine): Promise<string | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({
      title: 'Add an ONNX Model',
      openLabel: 'Add Model',
      filters: { 'ONNX models': ['onnx'] },
      canSelectMany: false,
    })) ?? [];
  if (!file) return undefined;
  if (file.scheme !== 'file') {
    void vscode.window.showErrorMessage(
      `${file.toString()} is not on the disk of the machine that Genlens runs on. Copy the model and its tokenizer.json there and add it again.`,
    );
    return undefined;
  }
  const source = await sourceFromFile(file.fsPath);
  const client = engine.client(source);
  const abort = new AbortController();
  let model: LoadedModel;
  try {
    model = await withLateNotification(`Loading ${source.name}`, abort, (work) => client.load(work));
  } catch (error) {
    if (!abort.signal.aborted) void vscode.window.showErrorMessage(`${source.name} was not added. ${messageOf(error)}`);
    return undefined;
  }
  const verdict = verdictOn(source, model);
  if (!verdict.usable) {
    client.end('The model was not added.');
    void vscode.window.showWarningMessage(verdict.message);
    return undefined;
  }
  await added.add({ path: source.path, summary: verdict.summary });
  void vscode.window.showInformationMessage(verdict.message);
  return source.id;
}

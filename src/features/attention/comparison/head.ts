import { posix } from 'node:path';
import * as vscode from 'vscode';
import { messageOf } from '../../../protocol/errors.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import { log } from '../../log/log.ts';

/** What is used of the API of the editor's own Git extension, as its version 1 has it. */
interface GitApi {
  readonly state: 'uninitialized' | 'initialized';
  readonly onDidChangeState: vscode.Event<'uninitialized' | 'initialized'>;
  getRepository(uri: vscode.Uri): Repository | null;
}
interface Repository {
  readonly rootUri: vscode.Uri;
  readonly state: { readonly HEAD: { readonly commit?: string } | undefined };
  show(ref: string, path: string): Promise<string>;
}
interface GitExtension {
  readonly enabled: boolean;
  getAPI(version: 1): GitApi;
}

/** So long the editor may take to look for repositories. */
const patienceMs = 10_000;

const noHead = (message: string): RpcError => new RpcError('no-head', message);

/**
 * A document's text in the commit at HEAD, with the line breaks that the document has.
 *
 * @throws RpcError 'no-head' when it has none, with the reason
 */
export async function textAtHead(document: vscode.TextDocument): Promise<string> {
  const name = posix.basename(document.uri.path);
  const or = 'or compare with another file';
  if (document.uri.scheme !== 'file')
    throw noHead(`“${name}” is no file on this machine’s disk, so no commit has it. Save it into a repository, ${or}.`);
  const git = await gitApi();
  const repository = git.getRepository(document.uri);
  if (!repository) throw noHead(`“${name}” is in no Git repository that is open in this window. Open its repository’s folder, ${or}.`);
  if (repository.state.HEAD?.commit === undefined)
    throw noHead(`The repository ${repository.rootUri.fsPath} has no commit yet. Commit “${name}”, ${or}.`);
  let text: string;
  try {
    text = await repository.show('HEAD', document.uri.fsPath);
  } catch (error) {
    log().warn(`git show HEAD:${document.uri.fsPath}: ${messageOf(error)}`);
    throw noHead(`“${name}” is not in the commit at HEAD: it is new, was renamed, or is ignored. Commit it, ${or}.`);
  }
  // Git may keep other line breaks than it checks out, and the editor shows no byte order mark.
  const lines = text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
  return document.eol === vscode.EndOfLine.CRLF ? lines.replaceAll('\n', '\r\n') : lines;
}

async function gitApi(): Promise<GitApi> {
  const extension = vscode.extensions.getExtension<GitExtension>('vscode.git');
  if (!extension) {
    if (!vscode.workspace.isTrusted)
      throw noHead('The editor’s Git is off in an untrusted workspace. Trust the workspace to compare with HEAD.');
    throw noHead('The editor’s Git extension (vscode.git) is disabled or missing. Enable it to compare with HEAD.');
  }
  let api: GitApi;
  try {
    const git = await extension.activate();
    if (!git.enabled) throw new Error('it is not enabled');
    api = git.getAPI(1);
  } catch (error) {
    throw noHead(`The editor’s Git does not work: ${messageOf(error)}. Install Git, and see that git.enabled is on, to compare with HEAD.`);
  }
  await initialized(api);
  return api;
}

/** Resolves when the repositories of the window are known; after a while in any case. */
async function initialized(api: GitApi): Promise<void> {
  if (api.state === 'initialized') return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      listening.dispose();
      resolve();
    };
    const timer = setTimeout(done, patienceMs);
    const listening = api.onDidChangeState((state) => state === 'initialized' && done());
  });
}

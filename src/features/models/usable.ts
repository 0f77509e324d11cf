import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { RpcError } from '../../protocol/rpc.ts';

/** @param id the path of one that was added @throws RpcError 'untrusted', 'model-missing' where it may not or cannot be run */
export async function checkUsable(id: string, title: string): Promise<void> {
  if (!vscode.workspace.isTrusted)
    throw new RpcError('untrusted', `${title} is not run in an untrusted workspace. Trust the workspace, or choose a bundled model.`);
  const isThere = await stat(id).then(
    () => true,
    () => false,
  );
  if (!isThere)
    throw new RpcError(
      'model-missing',
      `${id} is not there any more. Remove ${title} from the list, or add it again from where it is now.`,
    );
}

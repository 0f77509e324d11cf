/** What a model of the user's own gives away of the data that it was trained on, which the user names. */

import * as vscode from 'vscode';
import type { VaeClient } from '../../engine/vaeClient.ts';
import type { ComparedData, CopiesRequest } from '../../protocol/latent.ts';
import { RpcError, type CallContext } from '../../protocol/rpc.ts';
import { nameOfData, pickData } from './dataPicking.ts';

/** Of each data set, evenly spread. */
const most = 2_000;
/** Draws of z for the ELBO of each item. */
const draws = 4;

/** Asks for both data sets; null: one was not chosen. @throws RpcError 'untrusted', 'bad-input', and what the engine says */
export async function compareData(
  client: VaeClient,
  { samples, seed, shown }: CopiesRequest,
  { signal, progress }: CallContext,
): Promise<ComparedData | null> {
  if (!vscode.workspace.isTrusted)
    throw new RpcError('untrusted', 'Data of your own is not opened in an untrusted workspace. Trust the workspace to compare it.');
  const asked = { title: 'Compare Two Data Sets', openLabel: 'Compare' };
  const members = await pickData(client, { ...asked, question: 'What holds the data that the model was trained on?' });
  if (members === null) return null;
  const others = await pickData(client, { ...asked, question: 'What holds data of the same kind that it was not trained on?' });
  if (others === null) return null;
  if (members === others)
    throw new RpcError('bad-input', `${members} was chosen twice. Choose data that the model was trained on, and data that it was not.`);
  signal.throwIfAborted();
  const options = { signal, onProgress: progress };
  const twoSets = await client.twoSets({ members, others, most, draws, seed }, options);
  const names = { members: nameOfData(members), others: nameOfData(others) };
  if (twoSets.differ) return { ...names, twoSets, copying: null };
  const copying = await client.copying({ train: members, test: others, samples, seed, tests: samples, shown }, options);
  return { ...names, twoSets, copying };
}

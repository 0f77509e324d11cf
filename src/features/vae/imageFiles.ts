/** Image files that a user means. */

import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { VaeClient } from '../../engine/vaeClient.ts';
import { maximumPictureBytes } from '../../formats/picture.ts';
import { shapeOfItem, type Picture } from '../../protocol/pictures.ts';
import { RpcError } from '../../protocol/rpc.ts';

const extensions = ['png', 'jpg', 'jpeg'];

export interface ReadImage {
  readonly picture: Picture;
  /** In the model's range. */
  readonly values: Float32Array;
  /** What was changed of it, in sentences. */
  readonly notices: readonly string[];
}

/** The image that is open in front; where there is none, or another is wanted, one that the user picks. null: none was picked. */
export async function readImage(client: VaeClient, pick: boolean): Promise<ReadImage | null> {
  const file = (pick ? undefined : openImage()) ?? (await pickImage());
  if (!file) return null;
  const { size } = await vscode.workspace.fs.stat(file);
  const name = posix.basename(file.path);
  if (size > maximumPictureBytes)
    throw new RpcError('data-invalid', `${name} has ${size} bytes; pictures have at most ${maximumPictureBytes}. Make it smaller.`);
  const { item } = await client.load();
  const { levels, values, notices } = await client.readPicture({ name, bytes: await vscode.workspace.fs.readFile(file) });
  return {
    ...{ picture: { name, shape: shapeOfItem(item), levels }, values },
    notices: notices.length > 0 ? [`${name}: ${notices.join('; ')}.`] : [],
  };
}

/** Of the tab in front, else of one that is seen, else the only one that is open. */
function openImage(): vscode.Uri | undefined {
  const { activeTabGroup, all } = vscode.window.tabGroups;
  const imagesOf = (tabs: readonly (vscode.Tab | undefined)[]): vscode.Uri[] =>
    tabs.flatMap((tab) => (isDocument(tab?.input) && isImage(tab.input.uri) ? [tab.input.uri] : []));
  const seen = imagesOf([activeTabGroup, ...all].map(({ activeTab }) => activeTab))[0];
  const [only, another] = imagesOf(all.flatMap(({ tabs }) => tabs));
  return seen ?? (another ? undefined : only);
}

const isDocument = (input: unknown): input is { uri: vscode.Uri } =>
  input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText;
const isImage = ({ path }: vscode.Uri): boolean => extensions.includes(posix.extname(path).slice(1).toLowerCase());

async function pickImage(): Promise<vscode.Uri | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({
      title: 'Encode an Image',
      openLabel: 'Encode',
      filters: { Images: extensions },
      canSelectMany: false,
    })) ?? [];
  return file;
}

/** Image files that a user means. */

import { posix } from 'node:path';
import * as vscode from 'vscode';
import { maximumPictureBytes } from '../../formats/picture.ts';
import { messageOf } from '../../protocol/errors.ts';
import { shapeOfItem, type Picture, type PictureFile } from '../../protocol/pictures.ts';
import { RpcError, type CallOptions, type Remote } from '../../protocol/rpc.ts';
import type { FittedPicture, KeptPicture, LoadedVae, PicturePart, PictureRequest, VaeService } from '../../protocol/vae.ts';
import { log } from '../log/log.ts';

/** A client of a model that takes pictures. */
export type ReadsPictures = Pick<Remote<VaeService>, 'readPicture' | 'partOfPicture' | 'forgetPicture'> & {
  load: (options?: CallOptions) => Promise<Pick<LoadedVae, 'item'>>;
};

const extensions = ['png', 'jpg', 'jpeg'];

export interface ReadPart {
  /** In the model's range. */
  readonly values: Float32Array;
  /** What was changed of it, in sentences. */
  readonly notices: readonly string[];
}

export interface ReadImage extends ReadPart {
  readonly picture: Picture;
}

/** An image file, of which the engine may keep what it decoded. */
export class ImageFile {
  readonly name: string;
  readonly #uri: vscode.Uri;
  #kept: { readonly client: ReadsPictures; readonly id: string } | null = null;

  constructor(uri: vscode.Uri) {
    this.#uri = uri;
    this.name = posix.basename(uri.path);
  }

  /** The file at an address that an image file told of itself. */
  static at(address: string): ImageFile {
    return new ImageFile(vscode.Uri.parse(address, true));
  }

  get address(): string {
    return this.#uri.toString();
  }

  /** All of it, once. */
  async read(client: ReadsPictures): Promise<ReadImage> {
    return this.#picture(client, await this.#read(client, {}));
  }

  /** All of it, for parts that are asked for after. @param preview most pixels of the longer side of what is shown of it */
  async open(client: ReadsPictures, preview: number): Promise<ReadImage & { readonly file: PictureFile }> {
    const read = await this.#read(client, { keep: { preview } });
    const { width, height, preview: shown } = this.#keep(client, read.kept!);
    return { ...(await this.#picture(client, read)), file: { width, height, preview: { name: this.name, ...shown } } };
  }

  /** A part of it: from what the engine keeps, else its file is read again. */
  async part(client: ReadsPictures, part: PicturePart, options: CallOptions): Promise<ReadPart> {
    const kept = this.#kept?.client === client ? this.#kept : null;
    if (kept) {
      try {
        return this.#part(await client.partOfPicture({ picture: kept.id, part }, options));
      } catch (error) {
        if (!(error instanceof RpcError && error.code === 'unknown-picture')) throw error;
      }
    }
    const read = await this.#read(client, { part, keep: { preview: 1 } }, options);
    this.#keep(client, read.kept!);
    return this.#part(read);
  }

  /** Frees what the engine keeps of it. */
  free(): void {
    const kept = this.#kept;
    this.#kept = null;
    kept?.client.forgetPicture({ picture: kept.id }).catch((error: unknown) => log().debug(`${this.name}: ${messageOf(error)}`));
  }

  async #read(
    client: ReadsPictures,
    how: Pick<PictureRequest, 'part' | 'keep'>,
    options: CallOptions = {},
  ): ReturnType<ReadsPictures['readPicture']> {
    const { size } = await vscode.workspace.fs.stat(this.#uri);
    if (size > maximumPictureBytes)
      throw new RpcError('data-invalid', `${this.name} has ${size} bytes; pictures have at most ${maximumPictureBytes}. Make it smaller.`);
    return client.readPicture({ name: this.name, bytes: await vscode.workspace.fs.readFile(this.#uri), ...how }, options);
  }

  #keep(client: ReadsPictures, kept: KeptPicture): KeptPicture {
    this.#kept = { client, id: kept.id };
    return kept;
  }

  async #picture(client: ReadsPictures, read: FittedPicture): Promise<ReadImage> {
    const { item } = await client.load();
    return { ...this.#part(read), picture: { name: this.name, shape: shapeOfItem(item), levels: read.levels } };
  }

  #part({ values, notices }: FittedPicture): ReadPart {
    return { values, notices: notices.length > 0 ? [`${this.name}: ${notices.join('; ')}.`] : [] };
  }
}

/** The image that is open in front; where there is none, or another is wanted, one that the user picks. null: none was picked. */
export async function chooseImage(pick: boolean): Promise<ImageFile | null> {
  const uri = (pick ? undefined : openImage()) ?? (await pickImage());
  return uri ? new ImageFile(uri) : null;
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

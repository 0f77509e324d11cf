/** The variational autoencoders that a user added. What is kept may be another version's, or damaged. */

import { basename, dirname, isAbsolute } from 'node:path';
import * as z from 'zod/mini';
import type * as vscode from 'vscode';
import { storageKeys } from '../../contributions.ts';
import { readBundledModel } from '../../models/registry.ts';
import { sourceOfBundled, sourceOfFiles } from '../../models/vae/source.ts';
import type { ModelAnswers } from '../../protocol/question.ts';
import type { VaeSource } from '../../protocol/vae.ts';
import { OwnModels } from '../models/ownModels.ts';

// Without this zod probes `new Function`, which strict hosts report as a violation.
z.config({ jitless: true });

/** A folder whose manifest says all, or files; paths are absolute. */
export type VaePlace =
  | { readonly kind: 'folder'; readonly folder: string }
  /** Both in one file have one path; null: there is no encoder, samples alone are wanted. */
  | { readonly kind: 'files'; readonly decoder: string; readonly encoder: string | null };

export interface AddedVae {
  readonly place: VaePlace;
  /** What the user said beside what the files say. */
  readonly answers: ModelAnswers;
  /** What it was found to be: "2 latent dimensions, pictures of 28 x 28 (grey), 1.2M parameters". */
  readonly summary: string;
}

const text = z.string().check(z.maxLength(4_000));
const path = text.check(z.refine(isAbsolute));
const added = z.object({
  place: z.union([
    z.object({ kind: z.literal('folder'), folder: path }),
    z.object({ kind: z.literal('files'), decoder: path, encoder: z.nullable(path) }),
  ]),
  answers: z.record(text, text),
  summary: text,
});

/** Those of a stored list that can be read. */
export function parseAddedVaes(value: unknown): AddedVae[] {
  return Array.isArray(value) ? value.flatMap((each) => added.safeParse(each).data ?? []) : [];
}

/** What a model at a place is asked for by. */
export function idOf(place: VaePlace): string {
  return place.kind === 'folder' ? place.folder : place.decoder;
}

/** Its file's name; where that says no more than what it is in every export, its folder's. */
export function titleOf(place: VaePlace): string {
  const own = basename(idOf(place));
  return place.kind === 'files' && /^(vae[-_]?)?(decoder|dec|model|generator)\.onnx$/i.test(own) ? basename(dirname(place.decoder)) : own;
}

/** @throws RpcError 'manifest-invalid', 'wrong-family' of a folder that has changed since */
export async function sourceOfAdded({ place, answers }: Pick<AddedVae, 'place' | 'answers'>): Promise<VaeSource> {
  const source =
    place.kind === 'folder'
      ? sourceOfBundled(await readBundledModel(place.folder), place.folder)
      : sourceOfFiles(place.decoder, place.encoder);
  return { ...source, id: idOf(place), name: titleOf(place), answers };
}

export type AddedVaes = OwnModels<AddedVae>;

export function addedVaes(memento: vscode.Memento): AddedVaes {
  return new OwnModels({ memento, storageKey: storageKeys.addedVaes, parse: parseAddedVaes, idOf: ({ place }) => idOf(place) });
}

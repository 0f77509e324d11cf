/** The GANs that a user added. What is kept may be another version's, or damaged. */

import { basename, dirname, isAbsolute } from 'node:path';
import * as z from 'zod/mini';
import type * as vscode from 'vscode';
import { storageKeys } from '../../contributions.ts';
import { sourceOfBundledGan, sourceOfGanFiles } from '../../models/gan/source.ts';
import { readBundledModel } from '../../models/registry.ts';
import type { GanSource, JudgeSource } from '../../protocol/gan.ts';
import type { ModelAnswers } from '../../protocol/question.ts';
import { OwnModels } from '../models/ownModels.ts';

// Without this zod probes `new Function`, which strict hosts report as a violation.
z.config({ jitless: true });

/** A folder whose manifest says all, or files; paths are absolute. */
export type GanPlace =
  | { readonly kind: 'folder'; readonly folder: string }
  /** null: there is no discriminator, and no scores. */
  | { readonly kind: 'files'; readonly generator: string; readonly discriminator: string | null };

export interface AddedGan {
  readonly place: GanPlace;
  /** What the user said beside what the files say. */
  readonly answers: ModelAnswers;
  /** What it was found to be: "z of 64 numbers, 10 classes, pictures of 28 x 28 (grey), 1.2M parameters". */
  readonly summary: string;
}

const text = z.string().check(z.maxLength(4_000));
const path = text.check(z.refine(isAbsolute));
const added = z.object({
  place: z.union([
    z.object({ kind: z.literal('folder'), folder: path }),
    z.object({ kind: z.literal('files'), generator: path, discriminator: z.nullable(path) }),
  ]),
  answers: z.record(text, text),
  summary: text,
});

/** Those of a stored list that can be read. */
export function parseAddedGans(value: unknown): AddedGan[] {
  return Array.isArray(value) ? value.flatMap((each) => added.safeParse(each).data ?? []) : [];
}

/** What a model at a place is asked for by. */
export function idOf(place: GanPlace): string {
  return place.kind === 'folder' ? place.folder : place.generator;
}

/** Its file's name; where that says no more than what it is in every export, its folder's. */
export function titleOf(place: GanPlace): string {
  const own = basename(idOf(place));
  return place.kind === 'files' && /^(net)?(g|gen|generator|model)\.onnx$/i.test(own) ? basename(dirname(place.generator)) : own;
}

/** @throws RpcError 'manifest-invalid', 'wrong-family' of a folder that has changed since */
export async function sourceOfAdded({ place, answers }: Pick<AddedGan, 'place' | 'answers'>, judge?: JudgeSource): Promise<GanSource> {
  const source =
    place.kind === 'folder'
      ? sourceOfBundledGan(await readBundledModel(place.folder), place.folder, judge)
      : sourceOfGanFiles(place.generator, place.discriminator, answers, judge);
  return { ...source, id: idOf(place), name: titleOf(place), answers };
}

export type AddedGans = OwnModels<AddedGan>;

export function addedGans(memento: vscode.Memento): AddedGans {
  return new OwnModels({ memento, storageKey: storageKeys.addedGans, parse: parseAddedGans, idOf: ({ place }) => idOf(place) });
}

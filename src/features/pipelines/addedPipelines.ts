/** The diffusion models that a user added, each a folder. What is kept may be another version's, or damaged. */

import { basename, isAbsolute } from 'node:path';
import * as z from 'zod/mini';
import type * as vscode from 'vscode';
import { storageKeys } from '../../contributions.ts';
import { OwnModels } from '../models/ownModels.ts';

// Without this zod probes `new Function`, which strict hosts report as a violation.
z.config({ jitless: true });

export interface AddedPipeline {
  /** As diffusers lays it out, or with a manifest.json. The path is absolute. */
  readonly folder: string;
  /** Its .onnx files, absolute. */
  readonly files: readonly string[];
  /** What it was found to be: "told a text, pictures of 64 x 64 (3 channels), sampler ddim, 1.2M parameters". */
  readonly summary: string;
}

const text = z.string().check(z.maxLength(4_000));
const path = text.check(z.refine(isAbsolute));
const added = z.object({ folder: path, files: z.array(path).check(z.maxLength(64)), summary: text });

/** Those of a stored list that can be read. */
export function parseAddedPipelines(value: unknown): AddedPipeline[] {
  return Array.isArray(value) ? value.flatMap((each) => added.safeParse(each).data ?? []) : [];
}

export const titleOf = ({ folder }: Pick<AddedPipeline, 'folder'>): string => basename(folder);

export type AddedPipelines = OwnModels<AddedPipeline>;

export function addedPipelines(memento: vscode.Memento): AddedPipelines {
  return new OwnModels({
    ...{ memento, storageKey: storageKeys.addedPipelines, parse: parseAddedPipelines },
    idOf: ({ folder }) => folder,
  });
}

/** The wizard that adds a GAN of the user's own: its files, what they leave open, and what it was found to be. */

import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { resolveGan } from '../../models/gan/source.ts';
import type { GanInspection, GanSource, JudgeSource } from '../../protocol/gan.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { Engine } from '../engine/engine.ts';
import { addOwn, askAndLoad } from '../models/addingOwn.ts';
import { askMissingPart, type MissingPart } from '../models/missingPart.ts';
import type { PathsWanted } from '../pathPicking.ts';
import { withLateNotification } from '../progress.ts';
import { back } from '../steps.ts';
import { idOf, sourceOfAdded, titleOf, type AddedGans, type GanPlace } from './addedGans.ts';
import { flawOf, ganVerdict } from './ganVerdict.ts';

const wanted: PathsWanted = {
  ...{ title: 'Add a GAN', question: 'Where does the model lie?', openLabel: 'Add GAN' },
  files: {
    ...{ label: 'ONNX files…', description: 'generator and, where there is one, discriminator', most: 2 },
    filters: { 'ONNX models': ['onnx'] },
  },
  folder: { label: 'A folder…', description: 'with generator.onnx and discriminator.onnx, or a manifest.json' },
};
const generatorMissing: MissingPart = { there: 'a discriminator', missing: 'generator', without: null };
const discriminatorMissing: MissingPart = {
  ...{ there: 'a generator', missing: 'discriminator', without: 'it is sampled without scores' },
};

export interface Adding {
  readonly added: AddedGans;
  readonly engine: Engine;
  readonly judge: JudgeSource | undefined;
}

/** Returns the id of what was added; undefined: nothing was. */
export function addGan(adding: Adding): Promise<string | undefined> {
  return addOwn(wanted, async (paths, abort) => addFrom(await placeOf(paths), adding, abort));
}

/** @throws RpcError with what was found and what to choose */
async function placeOf(paths: readonly string[]): Promise<GanPlace> {
  const [first, second, ...more] = paths;
  if (more.length > 0)
    throw new RpcError(
      'model-missing',
      `${paths.length} files were chosen; a GAN has one or two, a generator and a discriminator. Choose these alone.`,
    );
  // Which of the two is the generator is seen when they are read.
  if (second !== undefined) return { kind: 'files', generator: first!, discriminator: second };
  if (!(await stat(first!)).isDirectory()) return { kind: 'files', generator: first!, discriminator: null };
  const { generator, discriminator, answers } = await resolveGan(first!, '');
  // What comes from a manifest has no place for answers.
  return answers ? { kind: 'files', generator, discriminator: discriminator ?? null } : { kind: 'folder', folder: first! };
}

async function addFrom(place: GanPlace, adding: Adding, abort: AbortController): Promise<string | typeof back | undefined> {
  const { added, engine } = adding;
  const found = await look(place, adding, abort, true);
  if (found === undefined || found === back) return found;
  const { source, inspection } = found;
  const flaw = flawOf(inspection);
  if (flaw !== null) throw new RpcError('not-a-number', flaw);
  const title = titleOf(found.place);
  const { ganQuestions } = await import('../../models/openQuestions.ts');
  const loaded = await askAndLoad(
    { name: source.name, title, questions: ganQuestions(inspection, source), client: (answers) => engine.gan({ ...source, answers }) },
    abort,
  );
  if (loaded === undefined || loaded === back) return loaded;
  const { answers, model } = loaded;
  const { summary, message } = ganVerdict(title, model);
  await added.add({ place: found.place, answers, summary });
  void vscode.window.showInformationMessage(message);
  return idOf(found.place);
}

interface Found {
  readonly place: GanPlace;
  readonly source: GanSource;
  readonly inspection: GanInspection;
}

/** Looks at the files; where they are one part alone, the other is asked for. @param asks for a discriminator, where there is none */
async function look(place: GanPlace, adding: Adding, abort: AbortController, asks: boolean): Promise<Found | typeof back | undefined> {
  const source = await sourceOfAdded({ place, answers: {} }, adding.judge);
  const inspect = (): Promise<GanInspection> =>
    withLateNotification(`Looking at ${source.name}`, abort, (work) => adding.engine.inspectGan(source, work));
  if (place.kind === 'folder') return { place, source, inspection: await inspect() };
  const { generator, discriminator } = place;
  let inspection: GanInspection;
  try {
    inspection = await inspect();
  } catch (error) {
    if (!(error instanceof RpcError && error.code === 'generator-missing')) throw error;
    const other = await askMissingPart(generator, generatorMissing);
    if (other === undefined || other === back) return other;
    return look({ kind: 'files', generator: other.path!, discriminator: generator }, adding, abort, false);
  }
  if (discriminator === null && asks) {
    const other = await askMissingPart(generator, discriminatorMissing);
    if (other === undefined || other === back) return other;
    if (other.path !== null) return look({ kind: 'files', generator, discriminator: other.path }, adding, abort, false);
  }
  // Given the wrong way round, they are kept as they are.
  if (inspection.tensors.generator.path === generator) return { place, source, inspection };
  const turned: GanPlace = { kind: 'files', generator: inspection.tensors.generator.path, discriminator: generator };
  return { place: turned, source: await sourceOfAdded({ place: turned, answers: {} }, adding.judge), inspection };
}

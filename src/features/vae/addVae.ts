/** The wizard that adds a variational autoencoder of the user's own: its files, what they leave open, and what it was found to be. */

import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { resolveVae } from '../../models/vae/source.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { VaeInspection, VaeSource } from '../../protocol/vae.ts';
import type { Engine } from '../engine/engine.ts';
import { addOwn, askAndLoad } from '../models/addingOwn.ts';
import { askMissingPart, type MissingPart } from '../models/missingPart.ts';
import type { PathsWanted } from '../pathPicking.ts';
import { withLateNotification } from '../progress.ts';
import { back } from '../steps.ts';
import { idOf, sourceOfAdded, titleOf, type AddedVaes, type VaePlace } from './addedVaes.ts';
import { flawOf, vaeVerdict } from './vaeVerdict.ts';

const wanted: PathsWanted = {
  ...{ title: 'Add a VAE', question: 'Where does the model lie?', openLabel: 'Add VAE' },
  files: {
    ...{ label: 'ONNX files…', description: 'encoder and decoder, or one file that is both', most: 2 },
    filters: { 'ONNX models': ['onnx'] },
  },
  folder: { label: 'A folder…', description: 'with encoder.onnx and decoder.onnx, or a manifest.json' },
};
const decoderMissing: MissingPart = { there: 'an encoder', missing: 'decoder', without: null };
const encoderMissing: MissingPart = {
  ...{ there: 'a decoder', missing: 'encoder', without: 'it is sampled alone: no data and no picture can be encoded' },
};

/** Returns the id of what was added; undefined: nothing was. */
export function addVae(added: AddedVaes, engine: Engine): Promise<string | undefined> {
  return addOwn(wanted, async (paths, abort) => addFrom(await placeOf(paths), added, engine, abort));
}

/** @throws RpcError with what was found and what to choose */
async function placeOf(paths: readonly string[]): Promise<VaePlace> {
  const [first, second, ...more] = paths;
  if (more.length > 0)
    throw new RpcError(
      'model-missing',
      `${paths.length} files were chosen; a VAE has one or two, an encoder and a decoder. Choose these alone.`,
    );
  // Which of the two is the decoder is seen when they are read.
  if (second !== undefined) return { kind: 'files', decoder: second, encoder: first! };
  if (!(await stat(first!)).isDirectory()) return { kind: 'files', decoder: first!, encoder: first! };
  const { decoder, encoder, answers } = await resolveVae(first!, '');
  // What comes from a manifest has no place for answers.
  return answers ? { kind: 'files', decoder, encoder: encoder ?? null } : { kind: 'folder', folder: first! };
}

async function addFrom(
  place: VaePlace,
  added: AddedVaes,
  engine: Engine,
  abort: AbortController,
): Promise<string | typeof back | undefined> {
  const found = await look(place, engine, abort);
  if (found === undefined || found === back) return found;
  const { source, inspection } = found;
  const flaw = flawOf(inspection);
  if (flaw !== null) throw new RpcError('not-a-number', flaw);
  const title = titleOf(found.place);
  const { vaeQuestions } = await import('../../models/openQuestions.ts');
  const loaded = await askAndLoad(
    { name: source.name, title, questions: vaeQuestions(inspection, source), client: (answers) => engine.vae({ ...source, answers }) },
    abort,
  );
  if (loaded === undefined || loaded === back) return loaded;
  const { answers, model } = loaded;
  const { summary, message } = vaeVerdict(title, model);
  await added.add({ place: found.place, answers, summary });
  void vscode.window.showInformationMessage(message);
  return idOf(found.place);
}

interface Found {
  readonly place: VaePlace;
  readonly source: VaeSource;
  readonly inspection: VaeInspection;
}

/** Looks at the files; where they are one part alone, the other is asked for. */
async function look(place: VaePlace, engine: Engine, abort: AbortController): Promise<Found | typeof back | undefined> {
  const source = await sourceOfAdded({ place, answers: {} });
  const inspect = (): Promise<VaeInspection> =>
    withLateNotification(`Looking at ${source.name}`, abort, (work) => engine.inspectVae(source, work));
  if (place.kind === 'folder') return { place, source, inspection: await inspect() };
  const { decoder, encoder } = place;
  let inspection: VaeInspection;
  try {
    inspection = await inspect();
  } catch (error) {
    if (!(error instanceof RpcError && error.code === 'decoder-missing')) throw error;
    const other = await askMissingPart(decoder, decoderMissing);
    return other === undefined || other === back ? other : look({ kind: 'files', decoder: other.path!, encoder: decoder }, engine, abort);
  }
  const { tensors } = inspection;
  if (!tensors.encoder && encoder !== null) {
    const other = await askMissingPart(decoder, encoderMissing);
    return other === undefined || other === back ? other : look({ kind: 'files', decoder, encoder: other.path }, engine, abort);
  }
  // Given the wrong way round, they are kept as they are.
  if (tensors.decoder.path === decoder) return { place, source, inspection };
  const turned: VaePlace = { kind: 'files', decoder: tensors.decoder.path, encoder: decoder };
  return { place: turned, source: await sourceOfAdded({ place: turned, answers: {} }), inspection };
}

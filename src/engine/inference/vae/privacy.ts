/** Which families a model gives away that it was trained on: measured, never called safe. */

import { sizeOf, type DataSet } from '../../../models/dataset.ts';
import { RpcError, type CallContext } from '../../../protocol/rpc.ts';
import type { EncodedLabels, MembershipOf, MembershipRequest } from '../../../protocol/vae.ts';
import { checkWhole, MOST_SEED } from '../items/inputs.ts';
import { membershipOf } from '../items/membership.ts';
import { rowsOf } from '../items/rows.ts';
import type { KeptData } from './encodedData.ts';

/** @throws RpcError 'bad-input' with what there is, 'no-likelihood' */
export async function membership(
  { data, elbo, report }: KeptData,
  { label, members, within, seed }: MembershipRequest,
  context: CallContext,
): Promise<MembershipOf> {
  checkWhole('seed', seed, 0, MOST_SEED);
  if (!elbo) throw new RpcError('no-likelihood', report.withoutNats ?? 'The encoder gives no distribution, so that there is no ELBO.');
  const families = labelsOf(data, label);
  const unknown = members.find((name) => !families.names.includes(name));
  if (unknown !== undefined) throw new RpcError('bad-input', `There is no "${unknown}" among the labels ${label} of ${data.name}.`);
  const limits = within && labelsOf(data, within.label);
  const rows: number[] = [];
  for (let i = 0; i < data.count; i++) if (!limits || within.names.includes(limits.names[limits.values[i]!]!)) rows.push(i);
  const inside = new Set(members);
  const size = sizeOf(data.shape);
  const items = rowsOf(data.items, rows, size);
  const scored = {
    score: Float64Array.from(rows, (i) => elbo[i]!),
    member: Uint8Array.from(rows, (i) => (inside.has(families.names[families.values[i]!]!) ? 1 : 0)),
    family: Int32Array.from(rows, (i) => families.values[i]!),
  };
  return membershipOf({ ...scored, items, size }, seed, context);
}

function labelsOf(data: DataSet, name: string): EncodedLabels {
  const found = data.labels.find((labels) => labels.name === name);
  if (found) return found;
  const names = data.labels.map((labels) => labels.name).join(', ') || 'none';
  throw new RpcError('bad-input', `${data.name} has no labels ${name}; it has ${names}.`);
}

/** How many members a score finds, and how many the items find alone. */

import { membershipAudit, type Scored } from '../../../maths/privacy/membership.ts';
import { auditWithoutModel, type Examples } from '../../../maths/privacy/withoutModel.ts';
import { normals } from '../../../maths/random/normal.ts';
import { integers, permutation } from '../../../maths/random/stream.ts';
import { RpcError, type CallContext } from '../../../protocol/rpc.ts';
import type { MembershipOf } from '../../../protocol/vae.ts';
import { resting } from '../rest.ts';

/** @throws RpcError 'bad-input' where there are no members, or no others */
export async function membershipOf(of: Scored & Examples, seed: number, context: CallContext): Promise<MembershipOf> {
  const redrawn = (bound: number, count: number, start: number): Float64Array => integers({ seed, stream: 10 }, bound, count, start);
  const draws = {
    normals: (count: number, start: number) => normals({ seed, stream: 12 }, count, start),
    permutation: (count: number, which: number) => permutation({ seed, stream: 13 }, count, which * count),
    integers: redrawn,
  };
  try {
    const audit = membershipAudit(of, redrawn);
    return { ...audit, withoutModel: await auditWithoutModel(of, draws, resting(context, 'Looking for members without the model')) };
  } catch (error) {
    if (error instanceof RangeError) throw new RpcError('bad-input', error.message);
    throw error;
  }
}

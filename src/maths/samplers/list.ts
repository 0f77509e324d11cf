/** Every sampler. Another one is a file beside these and an entry here. */

import { ddim } from './ddim.ts';
import { ddpm } from './ddpm.ts';
import { deis } from './deis.ts';
import { dpmSolverMultistep } from './dpmSolverMultistep.ts';
import { dpmSolverSinglestep } from './dpmSolverSinglestep.ts';
import { euler } from './euler.ts';
import { eulerAncestral } from './eulerAncestral.ts';
import { flowMatchEuler } from './flowMatchEuler.ts';
import { heun } from './heun.ts';
import { lms } from './lms.ts';
import { pndm } from './pndm.ts';
import type { Sampler } from './sampler.ts';
import { unipc } from './unipc.ts';

export const samplers: readonly Sampler[] = [
  ddpm,
  ddim,
  euler,
  eulerAncestral,
  heun,
  lms,
  pndm,
  dpmSolverMultistep,
  dpmSolverSinglestep,
  unipc,
  deis,
  flowMatchEuler,
];

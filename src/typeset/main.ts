/** The thread that sets formulas. LaTeX that the typesetter hangs on, or dies of, hangs or ends this thread alone. */

import { parentPort } from 'node:worker_threads';
import { portChannel } from '../protocol/channels.ts';
import { serve } from '../protocol/peer.ts';
import type { Typesetting } from '../protocol/typesetting.ts';
import { createService } from './service.ts';

if (!parentPort) throw new Error('This file runs as a worker thread of the extension host.');
serve<Typesetting>(portChannel(parentPort), createService());

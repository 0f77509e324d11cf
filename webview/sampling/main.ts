/** The page of the sampling view: connects it to its host. */

import './sampling.css';
import { duplex } from '../../src/protocol/peer.ts';
import type { SamplingHost, SamplingPage } from '../../src/protocol/sampling.ts';
import { hostChannel } from '../shared/channel.ts';
import { adoptCodicons } from '../shared/codicons.ts';
import { SamplingPanel } from './panel.ts';

const root = document.getElementById('app');
if (!root) throw new Error('The page has no element "app".');

adoptCodicons();
const handlers = SamplingPanel.handlers(() => panel);
const host = duplex<SamplingPage, SamplingHost>(hostChannel(acquireVsCodeApi()), handlers);
const panel: SamplingPanel = new SamplingPanel(root, host);
panel.open(await host.ready({}));

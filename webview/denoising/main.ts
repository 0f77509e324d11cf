/** The page of the panel of a diffusion model: connects it to its host. */

import './denoising.css';
import type { DenoisingHost, DenoisingPage } from '../../src/protocol/denoisingView.ts';
import { duplex } from '../../src/protocol/peer.ts';
import { hostChannel } from '../shared/channel.ts';
import { adoptCodicons } from '../shared/codicons.ts';
import { DenoisingPanel } from './denoisingPanel.ts';

const root = document.getElementById('app');
if (!root) throw new Error('The page has no element "app".');

adoptCodicons();
const handlers = DenoisingPanel.handlers(() => panel);
const host = duplex<DenoisingPage, DenoisingHost>(hostChannel(acquireVsCodeApi()), handlers);
const panel: DenoisingPanel = new DenoisingPanel(root, host);
panel.open(await host.ready({}));

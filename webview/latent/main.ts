/** The latent-space panel's page: connects it to its host. */

import './latent.css';
import type { LatentHost, LatentPage } from '../../src/protocol/latent.ts';
import { duplex } from '../../src/protocol/peer.ts';
import { hostChannel } from '../shared/channel.ts';
import { adoptCodicons } from '../shared/codicons.ts';
import { LatentPanel } from './latentPanel.ts';

const root = document.getElementById('app');
if (!root) throw new Error('The page has no element "app".');

adoptCodicons();
const handlers = LatentPanel.handlers(() => panel);
const host = duplex<LatentPage, LatentHost>(hostChannel(acquireVsCodeApi()), handlers);
const panel: LatentPanel = new LatentPanel(root, host);
panel.open(await host.ready({}));

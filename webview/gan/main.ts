/** The page of the panel of a GAN: connects it to its host. */

import './gan.css';
import type { GanHost, GanPage } from '../../src/protocol/ganView.ts';
import { duplex } from '../../src/protocol/peer.ts';
import { hostChannel } from '../shared/channel.ts';
import { adoptCodicons } from '../shared/codicons.ts';
import { GanPanel } from './ganPanel.ts';

const root = document.getElementById('app');
if (!root) throw new Error('The page has no element "app".');

adoptCodicons();
const handlers = GanPanel.handlers(() => panel);
const host = duplex<GanPage, GanHost>(hostChannel(acquireVsCodeApi()), handlers);
const panel: GanPanel = new GanPanel(root, host);
panel.open(await host.ready({}));

/** The page of the panel in which a GAN trains: connects it to its host. */

import './adversarial.css';
import type { AdversarialHost, AdversarialPage } from '../../src/protocol/adversarialView.ts';
import { duplex } from '../../src/protocol/peer.ts';
import { hostChannel } from '../shared/channel.ts';
import { adoptCodicons } from '../shared/codicons.ts';
import { AdversarialPanel } from './adversarialPanel.ts';

const root = document.getElementById('app');
if (!root) throw new Error('The page has no element "app".');

adoptCodicons();
const handlers = AdversarialPanel.handlers(() => panel);
const host = duplex<AdversarialPage, AdversarialHost>(hostChannel(acquireVsCodeApi()), handlers);
const panel: AdversarialPanel = new AdversarialPanel(root, host);
panel.start();

/** The page of the panel in which a denoiser trains: connects it to its host. */

import './diffusion.css';
import type { DenoiserHost, DenoiserPage } from '../../src/protocol/denoiserView.ts';
import { duplex } from '../../src/protocol/peer.ts';
import { hostChannel } from '../shared/channel.ts';
import { adoptCodicons } from '../shared/codicons.ts';
import { DiffusionPanel } from './diffusionPanel.ts';

const root = document.getElementById('app');
if (!root) throw new Error('The page has no element "app".');

adoptCodicons();
const handlers = DiffusionPanel.handlers(() => panel);
const host = duplex<DenoiserPage, DenoiserHost>(hostChannel(acquireVsCodeApi()), handlers);
const panel: DiffusionPanel = new DiffusionPanel(root, host);
panel.start();

/** The training panel's page: connects it to its host. */

import '../shared/training/training.css';
import { duplex } from '../../src/protocol/peer.ts';
import type { TrainingHost, TrainingPage } from '../../src/protocol/trainingView.ts';
import { hostChannel } from '../shared/channel.ts';
import { adoptCodicons } from '../shared/codicons.ts';
import { TrainingPanel } from './trainingPanel.ts';

const root = document.getElementById('app');
if (!root) throw new Error('The page has no element "app".');

adoptCodicons();
const handlers = TrainingPanel.handlers(() => panel);
const host = duplex<TrainingPage, TrainingHost>(hostChannel(acquireVsCodeApi()), handlers);
const panel: TrainingPanel = new TrainingPanel(root, host);
panel.start();

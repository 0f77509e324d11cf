/** The attention panel's page: connects it to its host. */

import './attention.css';
import type { AttentionHost, AttentionPanel, AttentionViewState } from '../../src/protocol/attention.ts';
import { duplex } from '../../src/protocol/peer.ts';
import { hostChannel } from '../shared/channel.ts';
import { adoptCodicons } from '../shared/codicons.ts';
import { StateKeeper } from '../shared/stateKeeper.ts';
import { Panel } from './panel.ts';

const vscode = acquireVsCodeApi<AttentionViewState>();
const root = document.getElementById('app');
if (!root) throw new Error('The page has no element "app".');

adoptCodicons();
const handlers = Panel.handlers(() => panel);
const host = duplex<AttentionPanel, AttentionHost>(hostChannel(vscode), handlers);
const keeper = new StateKeeper<AttentionViewState>(vscode, (state) => void host.saveState(state).catch(console.warn));
const panel = new Panel(root, host, keeper);

const remembered = vscode.getState();
if (remembered) panel.restore(remembered);
const view = await host.ready({});
if (view) panel.restore(view);

/** The page of the view *Formula* of a stopped program: connects it to its host. */

import './debugging.css';
import type { StopHost, StopPage } from '../../src/protocol/debugging.ts';
import { duplex } from '../../src/protocol/peer.ts';
import { hostChannel } from '../shared/channel.ts';
import { adoptCodicons } from '../shared/codicons.ts';
import { StopView } from './stopView.ts';

const root = document.getElementById('app');
if (!root) throw new Error('The page has no element "app".');

adoptCodicons();
const host = duplex<StopPage, StopHost>(hostChannel(acquireVsCodeApi()), { show: (shown) => view.show(shown) });
/** A view that is closing hears no more. */
const tell = (call: Promise<unknown>): void => void call.catch(console.warn);
const view = new StopView(root, {
  pointed: (id) => tell(host.pointed({ id })),
  chosen: (id) => tell(host.chosen({ id })),
  choose: (start) => tell(host.choose({ start })),
});
tell(host.ready({}));

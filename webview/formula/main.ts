/** The page of the panel *Formula of the Selection*: connects it to its host. */

import './formula.css';
import type { FormulaHost, FormulaPage, ShownFormula } from '../../src/protocol/formula.ts';
import { duplex } from '../../src/protocol/peer.ts';
import { hostChannel } from '../shared/channel.ts';
import { adoptCodicons } from '../shared/codicons.ts';
import { SelectionView } from './selectionView.ts';

const vscode = acquireVsCodeApi<ShownFormula>();
const root = document.getElementById('app');
if (!root) throw new Error('The page has no element "app".');

adoptCodicons();
const host = duplex<FormulaPage, FormulaHost>(hostChannel(vscode), {
  show(formula) {
    // After a reload of the window the code is read again.
    vscode.setState(formula);
    view.show(formula);
  },
  light: ({ term }) => view.light(term),
  stale: ({ stale }) => view.stale(stale),
});
/** A panel that is closing hears no more. */
const tell = (call: Promise<unknown>): void => void call.catch(console.warn);
const view = new SelectionView(root, {
  pointed: (term) => tell(host.pointed({ term })),
  chosen: (term) => tell(host.chosen({ term })),
  again: () => tell(host.again({})),
  copied: (latex) => tell(navigator.clipboard.writeText(latex)),
});
tell(host.ready({}));

/** A report's page: the panel, on a host that lives in the page. */

import './report.css';
import '../attention/attention.css';
import type { AttentionViewState } from '../../src/protocol/attention.ts';
import { messageOf } from '../../src/protocol/errors.ts';
import { Panel } from '../attention/panel.ts';
import { StateKeeper } from '../shared/stateKeeper.ts';
import { originOf } from './about.ts';
import { readReport } from './data.ts';
import { reportHost } from './host.ts';
import { followScheme } from './theme.ts';
import { reportViews } from './views.ts';

const root = document.getElementById('app');
if (!root) throw new Error('The page has no element "app".');
root.replaceChildren();
followScheme();

try {
  const report = await readReport();
  // What was chosen lasts as long as the page does: a report always opens as it was written.
  const keeper = new StateKeeper<AttentionViewState>(null, () => undefined);
  const panel = new Panel(root, reportHost(report), keeper, { views: reportViews(report), origin: originOf(report) });
  if (report.view) panel.restore(report.view);
  panel.show(report.result);
} catch (error) {
  root.textContent = messageOf(error);
}

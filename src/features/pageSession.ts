import type * as vscode from 'vscode';
import { messageOf } from '../protocol/errors.ts';
import { packNumbers, unpackNumbers } from '../protocol/numbers.ts';
import { duplex } from '../protocol/peer.ts';
import type { Channel, Disposable, Handlers, Remote } from '../protocol/rpc.ts';
import { log } from './log/log.ts';

/** One life of a panel's page: the editor throws the page away when the panel is hidden and loads it anew when it is shown. */
export interface PageSession<Page> extends Disposable {
  readonly page: Remote<Page>;
}

export function openSession<Host, Page>(webview: vscode.Webview, handlers: Handlers<Host>): PageSession<Page> {
  const closing = new Set<(reason: string) => void>();
  const channel: Channel = {
    send: async (message) => {
      if (!(await webview.postMessage(packNumbers(message)))) throw new Error('the panel is not shown');
    },
    onMessage: (listener) => webview.onDidReceiveMessage((message: unknown) => listener(unpackNumbers(message))),
    onClose: (listener) => {
      closing.add(listener);
      return { dispose: () => void closing.delete(listener) };
    },
  };
  const page = duplex<Host, Page>(channel, handlers, { onError: (method, error) => log().debug(`${method}: ${messageOf(error)}`) });
  return {
    page,
    dispose: () => {
      for (const close of closing) close('The panel is not shown any more.');
      page.dispose();
    },
  };
}

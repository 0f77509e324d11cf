/** A webview's end of the way to its extension host, as the RPC wants it. */

import { packNumbers, unpackNumbers } from '../../src/protocol/numbers.ts';
import type { Channel } from '../../src/protocol/rpc.ts';

export interface MessagePoster {
  postMessage(message: unknown): void;
}

/** The host sends by `webview.postMessage`, which arrives as the window's message events; it never closes before the page does. */
export function hostChannel(vscode: MessagePoster): Channel {
  return {
    send: (message) => vscode.postMessage(packNumbers(message)),
    onMessage(listener) {
      const heard = (event: MessageEvent<unknown>): void => listener(unpackNumbers(event.data));
      window.addEventListener('message', heard);
      return { dispose: () => window.removeEventListener('message', heard) };
    },
    onClose: () => ({ dispose: () => undefined }),
  };
}

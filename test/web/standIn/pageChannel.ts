/** The far end of a page's channel, and the editor's API that the page finds there. */

import { packNumbers, unpackNumbers } from '../../../src/protocol/numbers.ts';
import type { Channel } from '../../../src/protocol/rpc.ts';

interface State {
  readonly get: () => unknown;
  readonly set: (state: unknown) => unknown;
}

const none: State = { get: () => undefined, set: () => undefined };

/** Puts `acquireVsCodeApi` into the page. */
export function pageChannel(state: State = none): Channel {
  const fromPage = new EventTarget();
  Object.assign(globalThis, {
    acquireVsCodeApi: () => ({
      postMessage: (message: unknown) => fromPage.dispatchEvent(new CustomEvent('message', { detail: message })),
      getState: state.get,
      setState: state.set,
    }),
  });
  return {
    send: (message) => window.postMessage(packNumbers(message), '*'),
    onMessage(listener) {
      const heard = (event: Event): void => listener(unpackNumbers((event as CustomEvent<unknown>).detail));
      fromPage.addEventListener('message', heard);
      return { dispose: () => fromPage.removeEventListener('message', heard) };
    },
    onClose: () => ({ dispose: () => undefined }),
  };
}

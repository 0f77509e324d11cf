/** Stands in for the extension host of the panel *Formula of the Selection*: in the page, on the far end of its channel. */

import type { FormulaHost, FormulaPage, ShownFormula } from '../../../src/protocol/formula.ts';
import { duplex } from '../../../src/protocol/peer.ts';
import type { Channel, Handlers, Remote } from '../../../src/protocol/rpc.ts';

class SelectionStandIn {
  readonly calls: { method: string; params: unknown }[] = [];
  readonly page: Remote<FormulaPage>;
  kept: unknown;
  copied: string | null = null;

  constructor() {
    const fromPage = new EventTarget();
    const channel: Channel = {
      send: (message) => window.postMessage(message, '*'),
      onMessage(listener) {
        const heard = (event: Event): void => listener((event as CustomEvent<unknown>).detail);
        fromPage.addEventListener('message', heard);
        return { dispose: () => fromPage.removeEventListener('message', heard) };
      },
      onClose: () => ({ dispose: () => undefined }),
    };
    const told = (method: string) => (params: unknown) => void this.calls.push({ method, params });
    const handlers: Handlers<FormulaHost> = {
      ready: told('ready'),
      pointed: told('pointed'),
      chosen: told('chosen'),
      again: told('again'),
    };
    this.page = duplex<FormulaHost, FormulaPage>(channel, handlers);
    const acquire = () => ({
      postMessage: (message: unknown) => fromPage.dispatchEvent(new CustomEvent('message', { detail: message })),
      getState: () => this.kept,
      setState: (state: unknown) => (this.kept = state),
    });
    Object.assign(globalThis, { acquireVsCodeApi: acquire });
    Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text: string) => void (this.copied = text) } });
  }

  async show(formula: ShownFormula): Promise<void> {
    await this.page.show(formula);
  }
}

declare global {
  interface Window {
    selection: SelectionStandIn;
  }
}

window.selection = new SelectionStandIn();
Object.assign(window, { standIn: window.selection });

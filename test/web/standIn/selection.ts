/** Stands in for the extension host of the panel *Formula of the Selection*: in the page, on the far end of its channel. */

import type { FormulaHost, FormulaPage, ShownFormula } from '../../../src/protocol/formula.ts';
import { duplex } from '../../../src/protocol/peer.ts';
import type { Handlers, Remote } from '../../../src/protocol/rpc.ts';
import { pageChannel } from './pageChannel.ts';

class SelectionStandIn {
  readonly calls: { method: string; params: unknown }[] = [];
  readonly page: Remote<FormulaPage>;
  kept: unknown;
  copied: string | null = null;

  constructor() {
    const channel = pageChannel({ get: () => this.kept, set: (state) => (this.kept = state) });
    const told = (method: string) => (params: unknown) => void this.calls.push({ method, params });
    const handlers: Handlers<FormulaHost> = {
      ready: told('ready'),
      pointed: told('pointed'),
      chosen: told('chosen'),
      again: told('again'),
    };
    this.page = duplex<FormulaHost, FormulaPage>(channel, handlers);
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

/** Stands in for the extension host of the view *Formula* of a stopped program: in the page, on the far end of its channel. */

import type { ShownStop, StopHost, StopPage } from '../../../src/protocol/debugging.ts';
import { duplex } from '../../../src/protocol/peer.ts';
import type { Handlers, Remote } from '../../../src/protocol/rpc.ts';
import { pageChannel } from './pageChannel.ts';

class StopStandIn {
  readonly calls: { method: string; params: unknown }[] = [];
  readonly page: Remote<StopPage>;

  constructor() {
    const channel = pageChannel();
    const told = (method: string) => (params: unknown) => void this.calls.push({ method, params });
    const handlers: Handlers<StopHost> = {
      ready: told('ready'),
      pointed: told('pointed'),
      chosen: told('chosen'),
      choose: told('choose'),
    };
    this.page = duplex<StopHost, StopPage>(channel, handlers);
  }

  async show(shown: ShownStop): Promise<void> {
    await this.page.show(shown);
  }
}

declare global {
  interface Window {
    stopped: StopStandIn;
  }
}

window.stopped = new StopStandIn();
Object.assign(window, { standIn: window.stopped });

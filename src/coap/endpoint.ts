/** A CoAP endpoint in both roles. */
import type { Duration, Instant } from '../base/index.ts';
import { type CoapEffects, type ExchangeId, exchangeId, type PeerId } from './effect.ts';
import type { CoapLimits } from './limits.ts';
import type { Request, Response } from './message.ts';

export interface CoapEndpointOptions {
  /** A uniformly random uint32 for each call: tokens, first Message IDs, retransmission times. */
  readonly entropy: () => number;
  readonly limits?: Partial<CoapLimits>;
}

/** How full each limit is. */
export interface CoapOccupancy {
  readonly peers: number;
  readonly serverExchanges: number;
  readonly clientExchanges: number;
  readonly transmissions: number;
}

export class CoapEndpoint {
  readonly #entropy: () => number;

  constructor(options: CoapEndpointOptions) {
    this.#entropy = options.entropy;
  }

  receive(_now: Instant, _peer: PeerId, _datagram: Uint8Array): CoapEffects {
    return [];
  }

  respond(_now: Instant, _exchange: ExchangeId, _response: Response): CoapEffects {
    return [];
  }

  request(
    _now: Instant,
    _peer: PeerId,
    _request: Request,
    _timeout: Duration,
  ): { readonly exchange: ExchangeId; readonly effects: CoapEffects } {
    return { exchange: exchangeId(this.#entropy()), effects: [] };
  }

  cancel(_now: Instant, _exchange: ExchangeId): CoapEffects {
    return [];
  }

  forget(_peer: PeerId): CoapEffects {
    return [];
  }

  timeout(_now: Instant): CoapEffects {
    return [];
  }

  nextDeadline(): Instant | undefined {
    return undefined;
  }

  occupancy(): CoapOccupancy {
    return { peers: 0, serverExchanges: 0, clientExchanges: 0, transmissions: 0 };
  }
}

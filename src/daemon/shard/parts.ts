/** What a shard is made of: the pure cores, and the ports to the outside. */
import type { CoapEndpoint } from '../../coap/index.ts';
import type { DtlsEndpoint } from '../../dtls/index.ts';
import type { Relay } from '../../relay/index.ts';
import type {
  Alarm,
  Backend,
  Clock,
  DatagramPort,
  PeerForward,
  ShardMessage,
  ShardSettings,
} from '../ports/index.ts';

export interface ShardParts {
  readonly settings: ShardSettings;
  readonly dtls: DtlsEndpoint;
  readonly coap: CoapEndpoint;
  readonly relay: Relay;
  readonly backends: readonly Backend[];
  readonly datagrams: DatagramPort;
  readonly peers: PeerForward | undefined;
  readonly clock: Clock;
  /** Rings by calling `ring`. */
  readonly alarm: Alarm;
  /** To control. */
  readonly tell: (message: ShardMessage) => void;
}

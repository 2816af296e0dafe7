/** What an endpoint did with a datagram, in the words of the table, and whether its state is what it was. */
import { required } from '../../src/base/index.ts';
import { nodeProvider, nodeEntropy } from '../../src/crypto/index.ts';
import type { Connection } from '../../src/dtls/connection-state.ts';
import type { Effect } from '../../src/dtls/index.ts';
import { alertName } from '../../src/dtls/message/alert.ts';
import { RecordProtection } from '../../src/dtls/record/protection.ts';
import { CLIENT_PATH, SERVER_PATH } from '../support/dtls-pair.ts';
import { stateText } from '../support/dtls-state.ts';
import { connectionOf, type Scene } from '../support/dtls-states.ts';
import { recordsOf, sent } from '../support/dtls-wire.ts';

export interface Observation {
  readonly reaction: string;
  /** Members of the connection that changed. */
  readonly changed: readonly string[];
}

/** Hands the datagram over and says what came of it. The datagram is overwritten afterwards. */
export function observe(scene: Scene, datagram: Uint8Array): Observation {
  const before = members(connectionOf(scene));
  const copy = datagram.slice();
  const path = scene.role === 'server' ? CLIENT_PATH : SERVER_PATH;
  const effects = scene.endpoint.receive(scene.now, path, copy);
  copy.fill(0xee);
  const after = members(connectionOf(scene));
  const changed = Object.keys({ ...before, ...after }).filter((name) => before[name] !== after[name]);
  return { reaction: reactionOf(effects, changed, scene), changed };
}

function reactionOf(effects: readonly Effect[], changed: readonly string[], scene: Scene): string {
  const outgoing = sent(effects).map((datagram) => contentOf(datagram, scene));
  const alert = outgoing.find((content) => content !== 'handshake') ?? 'silent';
  for (const effect of effects) {
    if (effect.kind === 'failed') return `fail ${effect.reason} ${alert}`;
    if (effect.kind === 'closed') return `close ${effect.reason} ${alert}`;
    if (effect.kind === 'deliver') return 'deliver';
    if (effect.kind === 'dropped') {
      const also = outgoing.length === 0 ? '' : ` + ${alert === 'silent' ? 'repeat' : alert}`;
      return `drop ${effect.reason}${also}`;
    }
  }
  if (changed.includes('association')) return 'advance';
  if (outgoing.length > 0) return scene.endpoint.occupancy().handshakes > 0 ? 'new' : 'challenge';
  return changed.some((name) => !RECORD_LAYER.includes(name)) ? 'keep' : 'nothing';
}

/** `handshake`, or the name of the alert, opened with the keys that the endpoint writes with. */
function contentOf(datagram: Uint8Array, scene: Scene): string {
  const record = required(recordsOf(datagram)[0], 'a datagram holds a record');
  if (record.type !== 21) return 'handshake';
  const keys = scene.role === 'server' ? scene.script.serverWrite : scene.script.clientWrite;
  const plaintext =
    record.epoch === 0
      ? record.fragment
      : new RecordProtection(nodeProvider, nodeEntropy()).open(datagram, record, keys);
  return alertName(required(plaintext, 'our own alert opens')[1] as number);
}

function members(connection: Connection | undefined): Record<string, string> {
  if (connection === undefined) return {};
  const pairs = JSON.parse(stateText(connection)) as [string, unknown][];
  return Object.fromEntries(pairs.map(([name, value]) => [name, JSON.stringify(value)]));
}

/** Members that move with every authentic record, whatever it says. */
const RECORD_LAYER: readonly string[] = ['window', 'lastSeen'];

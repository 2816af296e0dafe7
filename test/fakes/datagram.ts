/** A datagram port without sockets: what is transmitted can be looked at, and taken. */
import type { Path } from '../../src/base/index.ts';
import type { DatagramCounts, DatagramPort } from '../../src/daemon/ports/index.ts';

export class FakeDatagrams implements DatagramPort {
  readonly addresses = [{ address: '192.0.2.1', port: 5_684 }];
  readonly counts: DatagramCounts = { received: 0, transmitted: 0, errors: new Map() };
  readonly sent: { readonly path: Path; readonly datagram: Uint8Array }[] = [];

  transmit(path: Path, datagram: Uint8Array): void {
    this.counts.transmitted++;
    this.sent.push({ path, datagram });
  }

  /** Everything transmitted since the last call. */
  take(): { readonly path: Path; readonly datagram: Uint8Array }[] {
    return this.sent.splice(0);
  }

  close(): void {}
}

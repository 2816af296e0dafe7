/** S6: every limit holds, after every step. */
import type { ConnectionHandle, DtlsEndpoint } from '../../../src/dtls/index.ts';
import type { DtlsLimits } from '../../../src/dtls/limits.ts';
import { RECORD_HEADER_BYTES } from '../../../src/dtls/record/header.ts';
import type { Findings } from './findings.ts';

export class Bounds {
  readonly #findings: Findings;
  readonly #limits: DtlsLimits;
  #live: ConnectionHandle[] = [];
  #next = 1;
  #steps = 0;

  constructor(findings: Findings, limits: DtlsLimits) {
    this.#findings = findings;
    this.#limits = limits;
  }

  step(endpoint: DtlsEndpoint): void {
    const { handshakes, connections, deadlines } = endpoint.occupancy();
    this.#most('handshakes', handshakes, this.#limits.handshakesMax);
    this.#most('connections', connections, this.#limits.connectionsMax);
    // One for what is under way or left of a handshake, one for silence.
    this.#most('deadlines', deadlines, 2 * (handshakes + connections));
    this.#discover(endpoint);
    if (this.#steps++ % STEPS_BETWEEN_WALKS === 0) this.#walk(endpoint);
  }

  /** Handles are numbers in order; some come and go within one step. */
  #discover(endpoint: DtlsEndpoint): void {
    for (let ahead = 0; ahead < LOOK_AHEAD; ahead++) {
      const handle = (this.#next + ahead) as ConnectionHandle;
      if (endpoint.inspect(handle) === undefined) continue;
      this.#live.push(handle);
      this.#next = handle + 1;
      ahead = -1;
    }
  }

  #walk(endpoint: DtlsEndpoint): void {
    this.#live = this.#live.filter((handle) => endpoint.inspect(handle) !== undefined);
    for (const handle of this.#live) {
      const handshake = endpoint.inspect(handle)?.handshake;
      if (handshake === null || handshake === undefined) continue;
      const limits = this.#limits;
      this.#most('reassembly bytes', handshake.reassembly.bytes, limits.reassemblyBytesMax);
      this.#most('messages ahead', handshake.reassembly.partials.length, limits.messagesAheadMax);
      this.#most('early records', handshake.early.length, limits.earlyRecordsMax);
      this.#most('repeats', handshake.repeats, limits.flightRepeatsMax);
      for (const record of handshake.early)
        this.#most('early bytes', record.length, limits.earlyRecordBytesMax + RECORD_HEADER_BYTES);
    }
  }

  #most(what: string, is: number, limit: number): void {
    if (is > limit) this.#findings.add(`S6: ${is} ${what}, at most ${limit}`);
  }
}

const STEPS_BETWEEN_WALKS = 8;
const LOOK_AHEAD = 4;

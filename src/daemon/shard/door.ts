/**
 * The door for devices with keys that nobody knows, while a claim window is open. Control decides; this decides whom
 * control is asked about, so that strangers cannot keep it busy.
 */
import type { WallTime } from '../../base/index.ts';
import { admissionRefusal, type ClaimWindow, openWindow, type TrustSnapshot } from '../../trust/index.ts';

/** What handshakes of newcomers name as their credential until control has given them one. */
export const NEWCOMER = 'newcomer';
export const NEWCOMERS: ReadonlySet<string> = new Set([NEWCOMER]);

export class Door {
  /** The window whose list is in `#listed`. */
  #window: ClaimWindow | undefined;
  #listed: ReadonlySet<string> = new Set();
  #minuteFrom = 0;
  #minuteCount = 0;

  /**
   * Whether a handshake with an unknown key, proved, may go on to its end. A refusal says why, for the operator;
   * `undefined`: there is no window, and nothing to say.
   *
   * @param now never goes back.
   */
  judge(
    snapshot: TrustSnapshot,
    now: WallTime,
    fingerprintHex: string,
  ): { readonly admitted: boolean; readonly why?: string } | undefined {
    const window = openWindow(snapshot, now);
    if (window === undefined) return undefined;
    if (window.admits.kind === 'listed') {
      const listed = this.#listOf(window).has(fingerprintHex);
      return listed
        ? { admitted: true }
        : { admitted: false, why: 'the key is not on the list of the claim window' };
    }
    const refusal = admissionRefusal(snapshot, now);
    if (refusal !== undefined) return { admitted: false, why: refusal.detail };
    if (this.#takeOne(now, window.admits.perMinuteMax)) return { admitted: true };
    return { admitted: false, why: 'too many unknown keys in a minute' };
  }

  #listOf(window: ClaimWindow): ReadonlySet<string> {
    if (this.#window === window) return this.#listed;
    const { admits } = window;
    this.#window = window;
    this.#listed = new Set(
      admits.kind === 'listed' ? admits.devices.map(({ fingerprintHex }) => fingerprintHex) : [],
    );
    return this.#listed;
  }

  /** As many as control would let in come as far as asking it; those that fail later count too. */
  #takeOne(now: WallTime, perMinuteMax: number): boolean {
    if (now - this.#minuteFrom >= MINUTE_MS) {
      this.#minuteFrom = now;
      this.#minuteCount = 0;
    }
    if (this.#minuteCount >= perMinuteMax) return false;
    this.#minuteCount++;
    return true;
  }
}

const MINUTE_MS = 60_000;

/**
 * Commands of the claim window: how a device that nobody owns gets in, and what it can be claimed by.
 *
 *   open window --> device shows up with an unknown key: admitted, owned by nobody --> claimDevice (ownership.ts)
 */
import type { WallTime } from '../base/index.ts';
import type { Actor, ActorId } from './actor.ts';
import { MINUTE_MS } from './apply-claim.ts';
import type { ClaimCode, ClaimWindow, ListedDevice } from './claim.ts';
import { newcomerRefusal } from './commands.ts';
import { keyRefusal } from './credential-commands.ts';
import type { CredentialFacts, TrustEvent } from './events.ts';
import { TRUST_LIMITS } from './limits.ts';
import { ending } from './revocation.ts';
import type { TrustSnapshot } from './snapshot.ts';
import { standingOn } from './standing-on.ts';
import type { Trust } from './trust.ts';
import { accept, refuse, type Refused, type Verdict } from './verdict.ts';

/** A device at the door with a key that nobody knows. */
export interface Newcomer {
  readonly id: ActorId;
  readonly name: string;
  readonly credential: CredentialFacts & { kind: 'rpk' };
}

/** Opens the claim window, in place of the one before. */
export function openClaimWindow(trust: Trust, window: ClaimWindow): Verdict {
  const { admits, notAfter } = window;
  if (notAfter <= trust.now) return refuse('validity-empty', 'it would end before it begins', '/notAfter');
  if (admits.kind === 'listed' && admits.devices.length > TRUST_LIMITS.listedDevicesMax) {
    return refuse(
      'limit-reached',
      `a list has ${TRUST_LIMITS.listedDevicesMax} lines at most`,
      '/admits/devices',
    );
  }
  return accept({ kind: 'claim-window-opened', window });
}

/**
 * Closes the claim window. `newcomers`: what becomes of devices that it let in, that nobody owns, and that nobody can
 * claim, for they have no code. Where strangers have filled the place, they are shown out in one stroke.
 */
export function closeClaimWindow(trust: Trust, newcomers: 'keep' | 'remove' = 'keep'): Verdict {
  const closed: readonly TrustEvent[] =
    trust.snapshot.claimWindow === null ? [] : [{ kind: 'claim-window-closed' }];
  return accept(...closed, ...(newcomers === 'keep' ? [] : showingOut(trust)));
}

function showingOut(trust: Trust): readonly TrustEvent[] {
  const { actors } = trust.snapshot;
  const gone = [...actors.values()].filter((actor) => isUnwanted(trust.snapshot, actor));
  const former = gone.map(({ id }) => ({ id, ...standingOn(trust, id) }));
  return [
    ...ending(trust, [...new Set(former.flatMap(({ nodes }) => nodes))]).events,
    ...former.flatMap(({ id, ended }): TrustEvent[] => [...ended, { kind: 'actor-removed', id }]),
  ];
}

/** A device that came by itself and that nobody has done anything about. */
function isUnwanted(
  { held, credentials, claims }: TrustSnapshot,
  { id, kind, owner, state }: Actor,
): boolean {
  if (kind !== 'device' || owner !== null || state !== 'active') return false;
  if ((claims.get(id)?.code ?? null) !== null) return false;
  const keys = held.get(id) ?? [];
  return keys.length > 0 && keys.every((each) => credentials.get(each)?.established === 'first-contact');
}

/** The claim window that is open at `now`. */
export function openWindow({ claimWindow }: TrustSnapshot, now: WallTime): ClaimWindow | undefined {
  return claimWindow === null || claimWindow.notAfter <= now ? undefined : claimWindow;
}

/**
 * Why nobody is admitted just now. Strangers decide how many devices knock: an open window admits so many in a minute,
 * and so many altogether.
 */
export function admissionRefusal(snapshot: TrustSnapshot, now: WallTime): Refused | undefined {
  const { claimWindow, admitted, unclaimed } = snapshot;
  const { unclaimedMax } = TRUST_LIMITS;
  if (claimWindow?.admits.kind !== 'open') return undefined;
  const { perMinuteMax } = claimWindow.admits;
  if (admitted !== null && now - admitted.from < MINUTE_MS && admitted.count >= perMinuteMax) {
    return refuse('window-rate', `the window admits ${perMinuteMax} devices in a minute`);
  }
  if (unclaimed < unclaimedMax) return undefined;
  return refuse('limit-reached', `${unclaimedMax} devices wait for their owners already`);
}

/** Lets a device in that nobody owns: it may ask for its claim and for nothing else. */
export function admitDevice(trust: Trust, { id, name, credential }: Newcomer): Verdict {
  const { snapshot, now } = trust;
  const window = openWindow(snapshot, now);
  if (window === undefined) return refuse('window-closed', 'no claim window is open');
  const listed = listedIn(window, credential.fingerprintHex);
  if (listed === undefined && window.admits.kind === 'listed') {
    return refuse('window-not-listed', "the key is not on the manufacturer's list", undefined, {
      fingerprint: credential.fingerprintHex,
    });
  }
  const wrong =
    admissionRefusal(snapshot, now) ??
    newcomerRefusal(snapshot, 'device', name) ??
    keyRefusal(snapshot, id, credential);
  if (wrong !== undefined) return wrong;
  return accept(
    { kind: 'actor-added', id, actor: 'device', name, owner: null },
    { kind: 'credential-established', credential },
    { kind: 'device-admitted', id, at: now },
    ...printedOn(id, listed, window.notAfter),
  );
}

/** Adds a device that its first owner will claim, without waiting for it to show up. */
export function addUnclaimedDevice(trust: Trust, id: ActorId, name: string, code: ClaimCode): Verdict {
  const wrong = newcomerRefusal(trust.snapshot, 'device', name) ?? codeRefusal(trust, code);
  if (wrong !== undefined) return wrong;
  return accept(
    { kind: 'actor-added', id, actor: 'device', name, owner: null },
    { kind: 'claim-code-issued', id, code },
  );
}

/** Gives a device that nobody owns a claim code, in place of the one before. */
export function issueClaimCode(trust: Trust, id: ActorId, code: ClaimCode): Verdict {
  const device = trust.snapshot.actors.get(id);
  if (device?.kind !== 'device') return refuse('actor-unknown', 'there is no such device', '/device');
  if (device.owner !== null) return refuse('already-owned', 'its owner must let go of it first', '/device');
  return codeRefusal(trust, code) ?? accept({ kind: 'claim-code-issued', id, code });
}

/** Remembers what will prove a factory reset. */
export function setResetProof(trust: Trust, id: ActorId, hashHex: string): Verdict {
  const device = trust.snapshot.actors.get(id);
  if (device?.kind !== 'device') return refuse('actor-unknown', 'there is no such device', '/device');
  if (!SHA256_HEX.test(hashHex)) return refuse('key-invalid', 'a hash is 64 hexadecimal digits', '/hashHex');
  return accept({ kind: 'reset-proof-set', id, hashHex });
}

/** Why a device cannot have that claim code. */
export function codeRefusal(
  trust: Trust,
  { hashHex, notAfter, failuresLeft }: ClaimCode,
): Refused | undefined {
  const { claimFailuresOfAllMax } = TRUST_LIMITS;
  if (!SHA256_HEX.test(hashHex))
    return refuse('key-invalid', 'a hash is 64 hexadecimal digits', '/code/hashHex');
  if (!Number.isInteger(failuresLeft) || failuresLeft < 1 || failuresLeft > claimFailuresOfAllMax) {
    return refuse(
      'terms-invalid',
      `a code withstands 1 to ${claimFailuresOfAllMax} failures`,
      '/code/failuresLeft',
    );
  }
  if (notAfter === null || notAfter > trust.now) return undefined;
  return refuse('validity-empty', 'it would end before it begins', '/code/notAfter');
}

function listedIn({ admits }: ClaimWindow, fingerprintHex: string): ListedDevice | undefined {
  if (admits.kind !== 'listed') return undefined;
  return admits.devices.find((each) => each.fingerprintHex === fingerprintHex);
}

/** What the manufacturer's list says is printed on the device and in it. */
function printedOn(id: ActorId, listed: ListedDevice | undefined, notAfter: WallTime): readonly TrustEvent[] {
  const events: TrustEvent[] = [];
  if (listed?.claimHashHex) {
    const { claimFailuresOfAllMax: failuresLeft } = TRUST_LIMITS;
    const code = { hashHex: listed.claimHashHex, established: 'printed', notAfter, failuresLeft } as const;
    events.push({ kind: 'claim-code-issued', id, code });
  }
  if (listed?.resetHashHex) events.push({ kind: 'reset-proof-set', id, hashHex: listed.resetHashHex });
  return events;
}

const SHA256_HEX = /^[0-9a-f]{64}$/;

/** Commands by which devices get, change and lose owners, worked out: secrets are drawn and hashed on the way. */
import type { WallTime } from '../../../base/index.ts';
import {
  type Actor,
  addUnclaimedDevice,
  type ActorId,
  type ClaimCode,
  claimDevice,
  type Establishment,
  findActor,
  issueClaimCode,
  kindEntitled,
  ownershipRefusal,
  refuse,
  type Refused,
  releaseDevice,
  resetDevice,
  resetRefusal,
  type Revision,
  setResetProof,
  transferDevice,
  TRUST_LIMITS,
} from '../../../trust/index.ts';
import { secretHash, shownHash } from './claim-secrets.ts';
import type { Plan, Planning } from './command.ts';
import { prepareCredential } from './credential.ts';
import type { EnrolmentCommand } from './enrolment-command.ts';
import { drawActorId, drawClaimCode, drawRelationshipId } from './ids.ts';
import { planned } from './plan-credentials.ts';
import { resolveDevice, resolveUser } from './references.ts';
import { only, staleRefusal, within } from './refusals.ts';
import type { TrustCommand } from './trust-command.ts';

type Asked<K> = Extract<EnrolmentCommand | TrustCommand, { readonly kind: K }>;

/** A device that nobody owns yet, with the code that will make somebody its owner. */
export function planUnclaimed(planning: Planning, { name, notAfter }: Asked<'add-unclaimed'>): Plan {
  const id = drawActorId(planning.entropy, 'device');
  const { claimCode, code } = drawCode(planning, id, { established: 'printed', notAfter });
  const verdict = addUnclaimedDevice(planning.trust, id, name, code);
  return { verdict, keys: [], made: { actor: id, claimCode } };
}

export function planClaim(planning: Planning, { device: named, user: who, code }: Asked<'claim'>): Plan {
  const { trust, entropy, master, by } = planning;
  // The name of a device is written beside its code: whoever claims it has seen both.
  const device = deviceOf(planning, named, null, 'anybody');
  if (device.kind === 'refused') return only(device);
  const user = resolveUser(planning, who);
  if (typeof user !== 'string') return only(user);
  const relationship = drawRelationshipId(entropy);
  const hashHex = shownHash(master, trust.snapshot, { of: 'claim', device: device.id, text: code });
  const verdict = claimDevice(trust, { device: device.id, user, hashHex, relationship }, by);
  return { verdict, keys: [], made: { actor: device.id, relationship } };
}

export function planRelease(planning: Planning, { device: named, ifRevision }: Asked<'release'>): Plan {
  const device = deviceOf(planning, named, ifRevision);
  if (device.kind === 'refused') return only(device);
  const { claimCode, code } = drawCode(planning, device.id, { established: 'printed', notAfter: null });
  const verdict = releaseDevice(planning.trust, device.id, planning.by, code);
  return { verdict, keys: [], made: { actor: device.id, claimCode } };
}

export function planClaimCode(planning: Planning, command: Asked<'issue-claim-code'>): Plan {
  const device = deviceOf(planning, command.device, command.ifRevision);
  if (device.kind === 'refused') return only(device);
  const { claimCode, code } = drawCode(planning, device.id, command);
  return {
    verdict: issueClaimCode(planning.trust, device.id, code),
    keys: [],
    made: { actor: device.id, claimCode },
  };
}

export function planResetProof(planning: Planning, command: Asked<'set-reset-proof'>): Plan {
  const device = deviceOf(planning, command.device, command.ifRevision);
  if (device.kind === 'refused') return only(device);
  const hashHex = secretHash(planning.master, 'reset', device.id, command.proof);
  return { verdict: setResetProof(planning.trust, device.id, hashHex), keys: [], made: { actor: device.id } };
}

export function planTransfer(planning: Planning, command: Asked<'transfer'>): Plan {
  const { trust, entropy, by } = planning;
  const device = deviceOf(planning, command.device, command.ifRevision);
  if (device.kind === 'refused') return only(device);
  const refused = ownershipRefusal(trust, device.id, by);
  if (refused !== undefined) return only(refused);
  const user = findActor(trust.snapshot, 'user', command.user)?.id;
  if (user === undefined) return only(NO_USER);
  const prepared = prepareCredential(planning, device.id, device.name, command.credential);
  if (prepared.kind === 'refused') return only(within('/credential', prepared));
  const relationship = drawRelationshipId(entropy);
  const to = { user, credential: prepared.facts, relationship };
  const verdict = transferDevice(trust, device.id, by, to);
  return planned(verdict, prepared, { actor: device.id, relationship });
}

/** Whoever has the proof of a reset needs no other right: it was the owner's, or the manufacturer's, to keep. */
export function planReset(planning: Planning, command: Asked<'reset'>): Plan {
  const { trust, master, by } = planning;
  const device = deviceOf(planning, command.device, command.ifRevision, 'anybody');
  if (device.kind === 'refused') return only(device);
  const hashHex = shownHash(master, trust.snapshot, { of: 'reset', device: device.id, text: command.proof });
  const unproven = resetRefusal(trust, { device: device.id, hashHex }, by);
  if (unproven !== undefined) return only(unproven);
  const wrong = kindEntitled(command.credential.kind, by);
  if (wrong !== undefined) return only(within('/credential', wrong));
  const prepared = prepareCredential(planning, device.id, device.name, command.credential);
  if (prepared.kind === 'refused') return only(within('/credential', prepared));
  const { claimCode, code } = drawCode(planning, device.id, { established: 'printed', notAfter: null });
  const verdict = resetDevice(trust, { device: device.id, hashHex, credential: prepared.facts, code }, by);
  return planned(verdict, prepared, { actor: device.id, claimCode });
}

/** The device that is meant, if it is at the revision that whoever asks has seen. */
function deviceOf(
  planning: Planning,
  named: string,
  ifRevision: Revision | null,
  among: 'seen' | 'anybody' = 'seen',
): Actor | Refused {
  const device = resolveDevice(planning, named, among);
  if (device.kind === 'refused') return device;
  return staleRefusal(device, ifRevision) ?? device;
}

function drawCode(
  { entropy, master }: Planning,
  device: ActorId,
  { established, notAfter }: { readonly established: Establishment; readonly notAfter: WallTime | null },
): { readonly claimCode: string; readonly code: ClaimCode } {
  const claimCode = drawClaimCode(entropy);
  const hashHex = secretHash(master, 'claim', device, claimCode);
  const { claimFailuresOfAllMax: failuresLeft } = TRUST_LIMITS;
  return { claimCode, code: { hashHex, established, notAfter, failuresLeft } };
}

const NO_USER = refuse('actor-unknown', 'there is no such user', '/user');

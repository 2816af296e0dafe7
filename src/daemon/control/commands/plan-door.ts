/** What happens at the door, worked out. Shards say what they saw; who that is, and what he may, is looked up here. */
import { unreachable } from '../../../base/index.ts';
import {
  admitDevice,
  findActor,
  nameKey,
  refuse,
  returnDevice,
  standingOf,
  TRUST_LIMITS,
  type TrustSnapshot,
  useCredential,
} from '../../../trust/index.ts';
import { secretHash, shownHash } from './claim-secrets.ts';
import type { Plan, Planning } from './command.ts';
import type { DoorCommand } from './door-command.ts';
import { drawActorId, drawClaimCode, drawCredentialId } from './ids.ts';
import { planClaim } from './plan-ownership.ts';
import { only } from './refusals.ts';

export function planDoor(planning: Planning, command: DoorCommand): Plan {
  switch (command.kind) {
    case 'admit-device':
      return planAdmission(planning, command);
    case 'use-credential':
      return only(useCredential(planning.trust, command.id));
    case 'claim-by-device': {
      const { trust, by } = planning;
      const standing = standingOf(trust, command.asker);
      // Whoever only acts for a user has no say in what stands behind him: a device of his would have all his rights.
      const user = standing?.actor.kind === 'device' ? standing.user : null;
      // Between the question and its turn he may have lost what he asked by.
      if (user === null || by.kind !== 'actor' || by.id !== user) return only(ACTS_FOR_NOBODY);
      const { device, code } = command;
      return planClaim(planning, { kind: 'claim', device, user, code });
    }
    case 'return-device':
      return planReturn(planning, command);
    default:
      return unreachable(command);
  }
}

type Asked<K> = Extract<DoorCommand, { readonly kind: K }>;

function planAdmission(
  { trust, entropy }: Planning,
  { fingerprintHex, spkiHex }: Asked<'admit-device'>,
): Plan {
  const actor = drawActorId(entropy, 'device');
  const id = drawCredentialId(entropy);
  const proof = { kind: 'rpk', fingerprintHex, spkiHex } as const;
  const credential = { id, actor, user: null, established: 'first-contact', ...FOREVER, ...proof } as const;
  const name = newName(trust.snapshot, fingerprintHex);
  const verdict = admitDevice(trust, { id: actor, name, credential });
  return { verdict, keys: [], made: { actor, credential: id } };
}

/** `new-` and as much of the fingerprint as it takes to be nobody else's. */
function newName({ names }: TrustSnapshot, fingerprintHex: string): string {
  for (let length = NAME_DIGITS; length < NAME_DIGITS_MAX; length += NAME_DIGITS) {
    const name = `new-${fingerprintHex.slice(0, length)}`;
    if (!names.has(nameKey('device', name))) return name;
  }
  return `new-${fingerprintHex.slice(0, NAME_DIGITS_MAX)}`;
}

function planReturn(planning: Planning, command: Asked<'return-device'>): Plan {
  const { trust, entropy, master } = planning;
  const newcomer = standingOf(trust, command.asker)?.actor.id;
  const device = findActor(trust.snapshot, 'device', command.device)?.id;
  if (newcomer === undefined || device === undefined) return only(NO_SUCH_DEVICE);
  const claimCode = command.code ?? drawClaimCode(entropy);
  const verdict = returnDevice(trust, {
    newcomer,
    device,
    hashHex: shownHash(master, trust.snapshot, { of: 'reset', device, text: command.proof }),
    credential: drawCredentialId(entropy),
    code: {
      hashHex: secretHash(master, 'claim', device, claimCode),
      established: command.code === null ? 'displayed' : 'printed',
      notAfter: null,
      failuresLeft: TRUST_LIMITS.claimFailuresOfAllMax,
    },
  });
  return { verdict, keys: [], made: { actor: device, ...(command.code === null ? { claimCode } : {}) } };
}

const FOREVER = { notBefore: null, notAfter: null } as const;
const ACTS_FOR_NOBODY = refuse('not-entitled', 'it acts for no user, or not any more', '/user');
const NO_SUCH_DEVICE = refuse('actor-unknown', 'there is no such device', '/device');
const NAME_DIGITS = 12;
/** What fits into a name. */
const NAME_DIGITS_MAX = 60;

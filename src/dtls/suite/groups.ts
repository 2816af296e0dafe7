/** Named groups for ephemeral keys (RFC 8422 5.1.1), in the server's order of preference. */
import type { GroupName } from '../../crypto/index.ts';

export interface NamedGroup {
  readonly id: number;
  readonly name: GroupName;
}

/** What constrained devices must have (RFC 7252 9.1.3.2), and what a peer has that names no groups. */
export const SECP256R1 = { id: 23, name: 'secp256r1' } as const satisfies NamedGroup;

const X25519 = { id: 29, name: 'x25519' } as const satisfies NamedGroup;

/** X25519 first: it takes both ends a quarter less time, and no secret steers it in any implementation. */
export const GROUPS: readonly NamedGroup[] = [X25519, SECP256R1];

/** Beside a pre-shared key P-256 first: wolfSSL 5.5 offers X25519 and cannot use it there. */
export const GROUPS_BESIDE_PSK: readonly NamedGroup[] = [SECP256R1, X25519];

export function groupById(id: number): NamedGroup | undefined {
  return GROUPS.find((row) => row.id === id);
}

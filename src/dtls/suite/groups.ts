/** Named groups for ephemeral keys (RFC 8422 5.1.1), in the server's order of preference. */
import type { GroupName } from '../../crypto/index.ts';

export interface NamedGroup {
  readonly id: number;
  readonly name: GroupName;
}

/** P-256 first: it is what constrained devices must have (RFC 7252 9.1.3.2). */
export const GROUPS = [
  { id: 23, name: 'secp256r1' },
  { id: 29, name: 'x25519' },
] as const satisfies readonly NamedGroup[];

export function groupById(id: number): NamedGroup | undefined {
  return GROUPS.find((row) => row.id === id);
}

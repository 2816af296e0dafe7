/** What happens at the gateway's door, on the wire, and changes trust. */
import type { CredentialId } from '../../../trust/index.ts';

export type DoorCommand =
  /** A device with a key that nobody knows: it has proved that it holds it. */
  | { readonly kind: 'admit-device'; readonly fingerprintHex: string; readonly spkiHex: string }
  /** The credential has been used: those that it replaces end. */
  | { readonly kind: 'use-credential'; readonly id: CredentialId }
  /** Whoever stands behind `asker` claims a device, by name or id, for the user in whose name he acts. */
  | {
      readonly kind: 'claim-by-device';
      readonly asker: CredentialId;
      readonly device: string;
      readonly code: string;
    }
  /** The newcomer behind `asker` was `device`, and has been reset. */
  | {
      readonly kind: 'return-device';
      readonly asker: CredentialId;
      readonly device: string;
      readonly proof: string;
      /** What it shall be claimed by; `null`: what the gateway makes. */
      readonly code: string | null;
    };

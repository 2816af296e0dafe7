/** What the admin interface shows and takes, as far as the command line reads and writes it. */

export interface ActorView {
  readonly id: string;
  readonly revision: number;
  readonly kind: string;
  readonly name: string;
  /** Id of the owning user; devices only. */
  readonly owner?: string | null;
  /** `active` or `suspended`. */
  readonly state?: string;
}

/** What was just made, as it is carried to the device by hand; only in the answer that made it. */
export interface Carried {
  readonly qrText?: string;
  /** NDEF message, base64. */
  readonly ndef?: string;
}

export interface CredentialView extends Carried {
  readonly id: string;
  readonly revision?: number;
  readonly kind?: string;
  /** Of a pre-shared key: what the device sends, as text or `hex:...`. */
  readonly identity?: string;
  readonly identityHex?: string;
  /** Of a raw public key. */
  readonly fingerprint?: string;
  /** Of a certificate. */
  readonly subject?: string;
  readonly established?: string;
  readonly state?: string;
  readonly notAfter?: number | null;
  /** Id of the one that replaces it, at its first use at the latest. */
  readonly successor?: string | null;
  /** Only in the answer that made the key. */
  readonly keyHex?: string;
}

export interface NewPskWish {
  readonly kind: 'psk';
  readonly established?: 'nfc' | 'printed';
  readonly identity?: string;
  readonly identityHex?: string;
  readonly keyHex?: string;
}

/** A key that exists already; PEM. */
export type NewKeyWish =
  | { readonly kind: 'rpk'; readonly publicKey: string; readonly established?: 'nfc' }
  | { readonly kind: 'x509'; readonly certificate: string }
  | { readonly kind: 'x509'; readonly byName: true; readonly anchor?: string };

/** What devices know the gateway by. */
export interface GatewayView {
  readonly fingerprint: string;
  /** The fingerprint in groups, for reading aloud. */
  readonly spoken: string;
  readonly publicKeyPem: string;
}

export interface NewDeviceView extends ActorView, Carried {
  readonly credential?: CredentialView;
  /** Makes whoever has it the first owner; only in the answer that made it. */
  readonly claimCode?: string;
}

export interface SessionView {
  readonly id: string;
  /** Actor id. */
  readonly principal: string;
  readonly name?: string;
  readonly path: string;
  readonly suite: string;
  /** Wall time: milliseconds since 1970 or an ISO date. */
  readonly since: number | string;
  readonly lastSeen: number | string;
}

/** A device of a batch. */
export interface DeviceRow {
  readonly name: string;
  /** Name or id of a user. */
  readonly owner: string;
  readonly identityHex?: string;
  readonly keyHex?: string;
  readonly publicKey?: string;
}

export interface MadeDevices {
  readonly revision: number;
  readonly devices: readonly (ActorView & { readonly index: number; readonly credential: CredentialView })[];
  readonly refused: readonly RowError[];
}

/** What is wrong with one row of a batch. */
export interface RowError {
  /** From 0. */
  readonly index: number;
  readonly code: string;
  readonly detail: string;
  /** JSON pointer within the row. */
  readonly field?: string;
}

/** Key exchanges: how the secret comes about and who proves what, for one kind of credential. */
import type { PublicKeyKind } from '../../crypto/index.ts';
import type { CredentialKind } from '../effect.ts';
import type { ClientHello } from '../message/client-hello.ts';
import type { DtlsSettings } from '../settings.ts';
import { CERTIFICATE_TYPE, type CertificateTypeName } from '../suite/certificate-types.ts';
import { GROUPS, GROUPS_BESIDE_PSK, type NamedGroup, SECP256R1 } from '../suite/groups.ts';
import { type SignatureScheme, signatureFor } from '../suite/signatures.ts';
import { violation } from '../violation.ts';

/** As agreed on. `kind` is the suite's. */
export type Exchange =
  | { readonly kind: 'psk' }
  | { readonly kind: 'ecdhe_psk'; readonly group: NamedGroup }
  | {
      readonly kind: 'ecdhe_ecdsa';
      readonly group: NamedGroup;
      /** What the server signs its ephemeral key with. */
      readonly signature: SignatureScheme;
      readonly serverType: CertificateTypeName;
      readonly clientType: CertificateTypeName;
    };

/** How a peer with this kind of credential and this server come together; `undefined` when they cannot. */
export function exchangeFor(
  kind: CredentialKind,
  hello: ClientHello,
  settings: DtlsSettings,
): Exchange | undefined {
  if (kind === 'psk') return { kind: 'psk' };
  const group = commonGroup(hello, kind === 'ecdhe-psk' ? GROUPS_BESIDE_PSK : GROUPS);
  if (group === undefined) return undefined;
  if (kind === 'ecdhe-psk') return { kind: 'ecdhe_psk', group };
  const clientType = kind === 'rpk' ? 'raw-public-key' : 'x509';
  if (!offers(hello.extensions.clientCertificateTypes, clientType)) return undefined;
  const serverType = serverTypeFor(clientType, hello, settings);
  const signature = signatureOf(hello, settings);
  if (serverType === undefined || signature === undefined) return undefined;
  return { kind: 'ecdhe_ecdsa', group, signature, serverType, clientType };
}

/** The kind of credential that an exchange serves. */
export function credentialKindOf(exchange: Exchange): CredentialKind {
  if (exchange.kind === 'psk') return 'psk';
  if (exchange.kind === 'ecdhe_psk') return 'ecdhe-psk';
  return exchange.clientType === 'raw-public-key' ? 'rpk' : 'x509';
}

/** The first of ours that the client has too. A client that names none leaves the choice to us (RFC 8422 4). */
function commonGroup(hello: ClientHello, ours: readonly NamedGroup[]): NamedGroup | undefined {
  const { supportedGroups } = hello.extensions;
  if (supportedGroups === undefined) return SECP256R1;
  return ours.find((group) => supportedGroups.includes(group.id));
}

/** RFC 8422 5.1.2: whoever speaks of our curves takes their points uncompressed. */
export function checkPointFormats(hello: ClientHello): void {
  const { ecPointFormats } = hello.extensions;
  if (ecPointFormats === undefined || ecPointFormats.includes(UNCOMPRESSED)) return;
  if (commonGroup(hello, GROUPS) !== undefined) violation('illegal-parameter');
}

/** A list that is not sent is X.509 alone (RFC 7250 4.1). Order says nothing: some stacks list what they lack first. */
function offers(types: readonly number[] | undefined, type: CertificateTypeName): boolean {
  return types === undefined ? type === 'x509' : types.includes(CERTIFICATE_TYPE[type]);
}

/** The form that the client can verify: like its own where possible, a chain only where we have one. */
function serverTypeFor(
  clientType: CertificateTypeName,
  hello: ClientHello,
  settings: DtlsSettings,
): CertificateTypeName | undefined {
  const types = hello.extensions.serverCertificateTypes;
  const chain = (settings.identity?.chain.length ?? 0) > 0 && offers(types, 'x509');
  const raw = settings.identity !== null && offers(types, 'raw-public-key');
  if (clientType === 'raw-public-key') return raw ? 'raw-public-key' : chain ? 'x509' : undefined;
  return chain ? 'x509' : raw ? 'raw-public-key' : undefined;
}

/** Without the extension a client takes SHA-1 only (RFC 5246 7.4.1.4.1), which we do not sign with. */
function signatureOf(hello: ClientHello, settings: DtlsSettings): SignatureScheme | undefined {
  const { signatureAlgorithms } = hello.extensions;
  if (settings.identity === null || signatureAlgorithms === undefined) return undefined;
  const { kind } = settings.identity.key;
  return canComputeWith(kind, hello) ? signatureFor(kind, signatureAlgorithms) : undefined;
}

/** The client's list of groups is also that of the curves on which it takes the server's key (RFC 8422 5.1). */
function canComputeWith(kind: PublicKeyKind, hello: ClientHello): boolean {
  const { supportedGroups } = hello.extensions;
  const curve = kind === 'ec-p256' ? SECP256R1.id : kind === 'ec-p384' ? SECP384R1 : null;
  return curve === null || supportedGroups === undefined || supportedGroups.includes(curve);
}

const UNCOMPRESSED = 0;
const SECP384R1 = 24;

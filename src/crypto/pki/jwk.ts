/** Public keys as JSON Web Keys (RFC 7517, RFC 7518 6.2, RFC 8037). */
import { concat } from '../../base/index.ts';
import { base64 } from './pem.ts';
import { spkiOfEd25519, spkiOfP256, spkiOfP384 } from './spki.ts';

/** The SubjectPublicKeyInfo of a JWK, or words for what it is instead. Points are not checked here. */
export function readPublicJwk(
  text: string,
): { readonly spki: Uint8Array; readonly from: string } | { readonly found: string } {
  const jwk = parsed(text);
  if (jwk === undefined) return { found: 'text that begins like JSON and is none' };
  const { kty, crv } = jwk;
  if (Array.isArray(jwk['keys'])) return { found: 'a set of JSON Web Keys; hand over one key of it' };
  if (jwk['d'] !== undefined || kty === 'oct') {
    return { found: 'a JSON Web Key with its secret part, which belongs on the device and nowhere else' };
  }
  if (typeof kty !== 'string') return { found: 'JSON that is no JSON Web Key (it has no kty)' };
  const form = FORMS[`${kty} ${typeof crv === 'string' ? crv : ''}`];
  if (form === undefined) return { found: `a JSON Web Key of the type ${printable(kty)} ${printable(crv)}` };
  const [x, y] = [coordinate(jwk['x'], form.length), coordinate(jwk['y'], form.length)];
  const incomplete = x === undefined || (form.hasY && y === undefined);
  if (incomplete)
    return { found: `a JSON Web Key whose coordinates are not ${form.length} bytes of base64url` };
  return { spki: form.spki(x, y ?? new Uint8Array(0)), from: 'a JSON Web Key' };
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** RFC 7518 6.2.1.2: full size, leading zeros kept. */
function coordinate(value: unknown, length: number): Uint8Array | undefined {
  const bytes = typeof value === 'string' && /^[\w-]+$/.test(value) ? base64(value) : undefined;
  return bytes?.length === length ? bytes : undefined;
}

const printable = (value: unknown): string =>
  typeof value === 'string' && /^[\w-]{1,32}$/.test(value) ? value : '';

interface Form {
  readonly length: number;
  readonly hasY: boolean;
  readonly spki: (x: Uint8Array, y: Uint8Array) => Uint8Array;
}

const UNCOMPRESSED = Uint8Array.of(0x04);

const FORMS: Readonly<Record<string, Form>> = {
  'EC P-256': { length: 32, hasY: true, spki: (x, y) => spkiOfP256(concat(UNCOMPRESSED, x, y)) },
  'EC P-384': { length: 48, hasY: true, spki: (x, y) => spkiOfP384(concat(UNCOMPRESSED, x, y)) },
  'OKP Ed25519': { length: 32, hasY: false, spki: (x) => spkiOfEd25519(x) },
};

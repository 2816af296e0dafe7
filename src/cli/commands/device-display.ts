/** Devices and what they prove themselves with, for people. */
import { facts } from '../table.ts';
import { displayInstant } from '../when.ts';
import type { CredentialView, NewDeviceView } from '../views.ts';

/** What the device shows, by what it is called. */
export function shownBy({ identity, fingerprint, subject }: CredentialView): readonly [string, string] {
  if (fingerprint !== undefined) return ['fingerprint', fingerprint];
  return subject === undefined ? ['identity', identity ?? ''] : ['subject', subject];
}

/** `psk, identity lamp-1, crd-..., until crd-... is used, until 2026-11-22 17:05 UTC`. */
export function displayCredential(one: CredentialView): string {
  const state = one.state === undefined || one.state === 'active' ? [] : [one.state];
  const next = typeof one.successor === 'string' ? [`until ${one.successor} is used`] : [];
  const end = typeof one.notAfter === 'number' ? [`until ${displayInstant(one.notAfter)}`] : [];
  return [one.kind ?? 'psk', shownBy(one).join(' '), one.id, ...state, ...next, ...end].join(', ');
}

/** The credential that was made for a device, and its key if the gateway made it. */
export function displayMade(credential: CredentialView): string {
  const { keyHex } = credential;
  if (keyHex === undefined) return facts([shownBy(credential)]);
  const secret = facts([shownBy(credential), ['key', keyHex]]);
  return `${secret}\nThe key is shown this once: give it to the device now.\n`;
}

/** The claim code that was made for a device; nothing where there is none. */
export function displayClaimCode({ claimCode }: NewDeviceView): string {
  if (claimCode === undefined) return '';
  const code = facts([['claim code', claimCode]]);
  return `${code}\nThe code is shown this once: whoever has it becomes the owner (postern claim).\n`;
}

/** The devices that the generator plays: who they say they are, and their keys. */
import { createHash } from 'node:crypto';

/** All systems get the same identities; those that know only one key for all get the first device's. */
export function identityOf(device: number): string {
  return `dev-${String(device).padStart(6, '0')}`;
}

/** 16 bytes, printable, because libcoap takes its key as text. */
export function keyOf(device: number): string {
  return createHash('sha256').update(`bench ${device}`).digest('hex').slice(0, 16);
}

/** How many devices beyond those with sessions take turns at handshakes: more than are ever under way at once. */
export const HANDSHAKE_DEVICES = 64;

/** What all sessions say who they are where a fleet shares one key: the key of device 0. */
export const FLEET_IDENTITY = 'fleet';

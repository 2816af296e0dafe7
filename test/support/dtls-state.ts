/** A connection as text: two connections in the same state have the same text. */
import { KeyObject } from 'node:crypto';
import { Secret, toHex } from '../../src/base/index.ts';
import type { Connection } from '../../src/dtls/connection-state.ts';

/**
 * Everything of the connection, keys included. `without` names members to leave out: what the record layer keeps
 * (window, lastSeen, badRecords) moves with every authentic record, whatever becomes of its content.
 */
export function stateText(
  connection: Connection | undefined,
  without: readonly (keyof Connection)[] = [],
): string {
  if (connection === undefined) return 'none';
  const kept = Object.entries(connection).filter(([name]) => !without.includes(name as keyof Connection));
  return JSON.stringify(kept, (_, value: unknown) => plain(value));
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return `bytes:${toHex(value)}`;
  if (value instanceof KeyObject) return `key:${value.export().toString('hex')}`;
  if (value instanceof Secret) return `secret:${toHex(value.reveal())}`;
  return value;
}

/** Postern as it ships: the whole daemon. */
import type { System } from './system.ts';

export const postern: System = {
  name: 'postern',
  label: 'Postern',
  dtls: true,
  start: async () => 'not yet',
};

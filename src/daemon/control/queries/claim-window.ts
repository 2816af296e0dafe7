/** What operators see of the claim window: never what is on a manufacturer's list, which can be long. */
import type { Trust } from '../../../trust/index.ts';

export interface ClaimWindowView {
  readonly id: 'claim-window';
  readonly state: 'open' | 'closed';
  readonly admits:
    | { readonly kind: 'open'; readonly perMinuteMax: number }
    | { readonly kind: 'listed'; readonly devices: number }
    | null;
  /** Milliseconds since 1970. */
  readonly notAfter: number | null;
  /** Devices that nobody owns. */
  readonly unclaimed: number;
  readonly revision: number;
}

export function viewClaimWindow({ snapshot, now }: Trust): ClaimWindowView {
  const { claimWindow: window, claimWindowRevision: revision, unclaimed } = snapshot;
  const common = { id: 'claim-window', unclaimed, revision } as const;
  if (window === null || window.notAfter <= now) {
    return { ...common, state: 'closed', admits: null, notAfter: null };
  }
  const { admits, notAfter } = window;
  const shown = admits.kind === 'open' ? admits : { kind: admits.kind, devices: admits.devices.length };
  return { ...common, state: 'open', admits: shown, notAfter };
}

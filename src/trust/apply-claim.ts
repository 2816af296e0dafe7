/** The fold of what happens to claim windows, claim codes and reset proofs. */
import { unreachable } from '../base/index.ts';
import type { ActorId } from './actor.ts';
import type { AdmissionCount, Claim } from './claim.ts';
import type { Draft } from './draft.ts';
import type { TrustEvent } from './events.ts';
import { guessedWrong } from './guesses.ts';
import { TRUST_LIMITS } from './limits.ts';

type ClaimEvent = Extract<
  TrustEvent,
  { kind: `claim-${string}` | 'device-admitted' | 'reset-proof-set' | 'reset-failed' }
>;

export function applyClaim(draft: Draft, event: ClaimEvent): void {
  switch (event.kind) {
    case 'claim-window-opened':
      draft.claimWindow = event.window;
      draft.claimWindowRevision = draft.revision;
      return;
    case 'claim-window-closed':
      draft.claimWindow = null;
      draft.claimWindowRevision = draft.revision;
      return;
    case 'device-admitted': {
      draft.admitted = admittedWith(draft.admitted, event.at);
      return;
    }
    case 'claim-code-issued':
      return change(draft, event.id, { code: event.code });
    case 'reset-proof-set': {
      const reset = { hashHex: event.hashHex, failuresLeft: TRUST_LIMITS.claimFailuresOfAllMax };
      return change(draft, event.id, { reset });
    }
    case 'claim-failed': {
      const code = draft.claims.get(event.id)?.code ?? null;
      return change(draft, event.id, { code: code && guessedWrong(code, event.by) });
    }
    case 'reset-failed': {
      const reset = draft.claims.get(event.id)?.reset ?? null;
      return change(draft, event.id, { reset: reset && guessedWrong(reset, event.by) });
    }
    default:
      unreachable(event);
  }
}

/** The count after one more admission: minutes follow each other without gaps, whatever the clock does. */
function admittedWith(before: AdmissionCount | null, at: AdmissionCount['from']): AdmissionCount {
  if (before === null || at - before.from >= MINUTE_MS) return { from: at, count: 1 };
  return { from: before.from, count: before.count + 1 };
}

function change(draft: Draft, device: ActorId, changes: Partial<Claim>): void {
  const claim = draft.claims.get(device) ?? { device, code: null, reset: null };
  draft.claims.set(device, { ...claim, ...changes });
}

/** The length of the window in which admissions are counted. */
export const MINUTE_MS = 60_000;

/** Petitions of shards: what peers are the occasion of becomes a command in the name of whoever that is. */
import { OperationalError } from '../../base/index.ts';
import { type Agent, standingOf } from '../../trust/index.ts';
import type { Petition, Word } from '../ports/index.ts';
import type { DoorCommand } from './commands/index.ts';
import type { Control } from './control.ts';

/** Carries the petition out; what could not be done at all is `failed`. */
export async function answerPetition(control: Control, petition: Petition): Promise<Word> {
  const by = agentOf(control, petition);
  if (by === undefined) return { kind: 'refused', code: 'not-entitled' };
  try {
    const outcome = await control.run(commandOf(petition), by);
    if (outcome.kind === 'refused') return { kind: 'refused', code: outcome.code };
    return { kind: 'done', claimCode: outcome.claimCode ?? null };
  } catch (cause) {
    // Control has reported it.
    if (cause instanceof OperationalError) return { kind: 'failed' };
    throw cause;
  }
}

function commandOf(petition: Petition): DoorCommand {
  switch (petition.kind) {
    case 'newcomer': {
      const { fingerprintHex, spkiHex } = petition;
      return { kind: 'admit-device', fingerprintHex, spkiHex };
    }
    case 'used':
      return { kind: 'use-credential', id: petition.credential };
    case 'claim': {
      const { credential: asker, device, code } = petition;
      return { kind: 'claim-by-device', asker, device, code };
    }
    case 'reset': {
      const { credential: asker, device, proof, code } = petition;
      return { kind: 'return-device', asker, device, proof, code };
    }
  }
}

/** Whose doing it is; `undefined`: of nobody any more. */
function agentOf({ trust }: Control, petition: Petition): Agent | undefined {
  if (petition.kind === 'newcomer' || petition.kind === 'used') return { kind: 'gateway' };
  const standing = standingOf(trust, petition.credential);
  const id = (petition.kind === 'claim' ? standing?.user : standing?.actor.id) ?? undefined;
  return id === undefined ? undefined : { kind: 'actor', id };
}

/** Who may ask for which command at all; the trust core decides about the single case. */
import { type Agent, refuse, type Refused } from '../../../trust/index.ts';
import type { Command } from './command.ts';

/** Refuses a command that is not for this kind of agent. */
export function agentRefusal(command: Command['kind'], by: Agent): Refused | undefined {
  const agents: readonly Agent['kind'][] = AGENTS[command];
  if (agents.includes(by.kind)) return undefined;
  return refuse('not-entitled', 'that is not for you to do');
}

const OPERATORS = ['operator'] as const;
const ACTORS_TOO = ['operator', 'actor'] as const;

const AGENTS = {
  'add-actor': OPERATORS,
  'add-credential': ACTORS_TOO,
  'add-devices': OPERATORS,
  'remove-actor': OPERATORS,
  'rotate-credential': ACTORS_TOO,
  'suspend-credential': ACTORS_TOO,
  'resume-credential': ACTORS_TOO,
  'end-credential': ACTORS_TOO,
  establish: ACTORS_TOO,
  introduce: ACTORS_TOO,
  revoke: ACTORS_TOO,
  'suspend-relationship': ACTORS_TOO,
  'resume-relationship': ACTORS_TOO,
  'suspend-actor': OPERATORS,
  'resume-actor': OPERATORS,
  'add-unclaimed': OPERATORS,
  claim: ACTORS_TOO,
  release: ACTORS_TOO,
  transfer: ACTORS_TOO,
  reset: ACTORS_TOO,
  'open-claim-window': OPERATORS,
  'close-claim-window': OPERATORS,
  'issue-claim-code': OPERATORS,
  // It outlives an owner: whoever he was, he must not come back by it.
  'set-reset-proof': OPERATORS,
} as const satisfies Record<Command['kind'], readonly Agent['kind'][]>;

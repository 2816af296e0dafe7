/**
 * What the connection holds of a protocol version's handshake, whichever version and role it is: a state and the
 * machine that advances it. Version 1.3 will be another machine behind the same type.
 */
import type { Claim, CredentialKind } from './effect.ts';
import type { ClientSettings } from './settings.ts';
import { clientMachine } from './v12/client/machine.ts';
import { start } from './v12/client/start.ts';
import type { ClientState } from './v12/client/states.ts';
import { credentialKindOf } from './v12/exchange.ts';
import type { Input, InputName, Outcome, StepContext } from './v12/machine.ts';
import { serverMachine } from './v12/server/machine.ts';
import type { ServerState } from './v12/server/states.ts';

export type Association =
  | { readonly role: 'server'; readonly state: ServerState }
  | { readonly role: 'client'; readonly state: ClientState };

/** The association after a step, and what else came of it. */
export interface Advance extends Omit<Outcome<never>, 'next'> {
  readonly association: Association;
}

/** All established associations of a role are the same one. */
export const ESTABLISHED: { readonly [Role in Association['role']]: Association } = {
  server: { role: 'server', state: { kind: 'established' } },
  client: { role: 'client', state: { kind: 'established' } },
};

/** A server that waits for the second ClientHello. `avoid`: the kind of credential that has just failed. */
export function serverAssociation(avoid: CredentialKind | null): Association {
  return { role: 'server', state: { kind: 'expect-client-hello', avoid } };
}

/** A client that has said its first ClientHello. */
export function startClient(context: StepContext, client: ClientSettings): Advance {
  const { next, ...rest } = start(context, client);
  return { association: { role: 'client', state: next }, ...rest };
}

/** One step of the machine; violates 'unexpected-message' and whatever the step finds. */
export function advance(context: StepContext, association: Association, input: Input): Advance {
  if (association.role === 'server') {
    const { next, ...rest } = serverMachine.step(context, association.state, input);
    return { association: { role: 'server', state: next }, ...rest };
  }
  const { next, ...rest } = clientMachine.step(context, association.state, input);
  return { association: { role: 'client', state: next }, ...rest };
}

export function accepts(association: Association, input: InputName): boolean {
  return association.role === 'server'
    ? serverMachine.accepts[association.state.kind].includes(input)
    : clientMachine.accepts[association.state.kind].includes(input);
}

export function keepsEarly(association: Association): boolean {
  return association.role === 'server'
    ? serverMachine.keepsEarly.includes(association.state.kind)
    : clientMachine.keepsEarly.includes(association.state.kind);
}

/** Why the handshake fails when the peer's Finished does not authenticate. */
export function badFinished(association: Association): 'wrong-key' | 'unknown-identity' {
  return association.role === 'server'
    ? serverMachine.onBadFinished(association.state)
    : clientMachine.onBadFinished(association.state);
}

/** Who the peer has said it is, unproven. */
export function claimOf(association: Association): Claim | null {
  return association.role === 'server'
    ? serverMachine.claimed(association.state)
    : clientMachine.claimed(association.state);
}

/** The kind of credential that a server's handshake under way has settled on. */
export function triedKind(association: Association): CredentialKind | null {
  if (association.role === 'client') return null;
  const { state } = association;
  if ('hello' in state) return credentialKindOf(state.hello.agreement.exchange);
  if (!('claim' in state)) return null;
  if (state.claim.kind === 'anonymous') return null;
  if (state.claim.kind !== 'psk') return state.claim.kind;
  return state.suite.keyExchange === 'ecdhe_psk' ? 'ecdhe-psk' : 'psk';
}

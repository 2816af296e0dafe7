/** A snapshot under change, for the fold: edits of all its maps, closed together. */
import type { Actor, ActorId, Revision } from './actor.ts';
import type { AdmissionCount, Claim, ClaimWindow } from './claim.ts';
import type { Credential, CredentialId } from './credential.ts';
import { MapEdit } from './layered-map.ts';
import type { Relationship, RelationshipId } from './relationship.ts';
import type { TrustSnapshot } from './snapshot.ts';

export interface Draft {
  revision: Revision;
  readonly actors: MapEdit<ActorId, Actor>;
  readonly credentials: MapEdit<CredentialId, Credential>;
  readonly identities: MapEdit<string, CredentialId>;
  readonly names: MapEdit<string, ActorId>;
  readonly held: MapEdit<ActorId, readonly CredentialId[]>;
  readonly relationships: MapEdit<RelationshipId, Relationship>;
  readonly claims: MapEdit<ActorId, Claim>;
  claimWindow: ClaimWindow | null;
  claimWindowRevision: Revision;
  admitted: AdmissionCount | null;
  unclaimed: number;
}

export function editSnapshot(snapshot: TrustSnapshot): Draft {
  return {
    revision: snapshot.revision,
    actors: new MapEdit(snapshot.actors),
    credentials: new MapEdit(snapshot.credentials),
    identities: new MapEdit(snapshot.identities),
    names: new MapEdit(snapshot.names),
    held: new MapEdit(snapshot.held),
    relationships: new MapEdit(snapshot.relationships),
    claims: new MapEdit(snapshot.claims),
    claimWindow: snapshot.claimWindow,
    claimWindowRevision: snapshot.claimWindowRevision,
    admitted: snapshot.admitted,
    unclaimed: snapshot.unclaimed,
  };
}

export function finishDraft(draft: Draft): TrustSnapshot {
  return {
    revision: draft.revision,
    actors: draft.actors.finish(),
    credentials: draft.credentials.finish(),
    identities: draft.identities.finish(),
    names: draft.names.finish(),
    held: draft.held.finish(),
    relationships: draft.relationships.finish(),
    claims: draft.claims.finish(),
    claimWindow: draft.claimWindow,
    claimWindowRevision: draft.claimWindowRevision,
    admitted: draft.admitted,
    unclaimed: draft.unclaimed,
  };
}

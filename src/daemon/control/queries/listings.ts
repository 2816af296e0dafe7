/** Actors and credentials in the order in which lists show them; sorted once a revision. */
import {
  type Actor,
  type ActorId,
  type ActorKind,
  type Credential,
  type CredentialId,
  proofKey,
  type TrustSnapshot,
} from '../../../trust/index.ts';
import { byKey, type Page, type PageRequest, pageOf } from './page.ts';
import type { Viewer } from './viewer.ts';
import { type ActorView, type CredentialView, viewActor, viewCredential } from './views.ts';

interface Sorted {
  readonly snapshot: TrustSnapshot;
  readonly actors: readonly Actor[];
  readonly credentials: readonly Credential[];
}

export interface ActorFilter {
  readonly kind: ActorKind | null;
  readonly name: string | null;
}

export class Listings {
  #sorted: Sorted | undefined;

  /** Actors by kind and name; `undefined` for a cursor that is none. */
  actors(
    snapshot: TrustSnapshot,
    viewer: Viewer,
    filter: ActorFilter,
    request: PageRequest,
  ): Page<ActorView> | undefined {
    const chosen = viewer
      .among(this.#of(snapshot).actors)
      .filter(
        ({ kind, name }) =>
          (filter.kind === null || kind === filter.kind) && (filter.name === null || name === filter.name),
      );
    const page = pageOf(chosen, actorKey, request);
    return page && { ...page, items: page.items.map(viewActor) };
  }

  /** Credentials by identity, of one actor or of all; `undefined` for a cursor that is none. */
  credentials(
    snapshot: TrustSnapshot,
    viewer: Viewer,
    actor: ActorId | null,
    request: PageRequest,
  ): Page<CredentialView> | undefined {
    const held = actor === null ? this.#of(snapshot).credentials : heldBy(snapshot, actor);
    const chosen = held.filter((each) => viewer.credentialOrNone(each) !== undefined);
    const page = pageOf(chosen, credentialKey, request);
    return page && { ...page, items: page.items.map((credential) => viewCredential(snapshot, credential)) };
  }

  #of(snapshot: TrustSnapshot): Sorted {
    if (this.#sorted?.snapshot === snapshot) return this.#sorted;
    const actors = [...snapshot.actors.values()].toSorted(byKey(actorKey));
    const credentials = [...snapshot.credentials.values()].toSorted(byKey(credentialKey));
    this.#sorted = { snapshot, actors, credentials };
    return this.#sorted;
  }
}

function heldBy(snapshot: TrustSnapshot, actor: ActorId): Credential[] {
  return (snapshot.held.get(actor) ?? [])
    .flatMap((id: CredentialId) => snapshot.credentials.get(id) ?? [])
    .toSorted(byKey(credentialKey));
}

const actorKey = ({ kind, name }: Actor): string => `${kind}/${name}`;
/** Cursors are made of it: of a token it says nothing but its id. */
const credentialKey = (credential: Credential): string =>
  credential.kind === 'token' ? credential.id : (proofKey(credential) ?? credential.id);

/** Viewer: who looks. An operator sees everything, an actor what concerns it. */
import {
  type Actor,
  type ActorId,
  type Agent,
  circleOf,
  type Credential,
  isOwn,
  type Relationship,
  seesActor,
  seesCredential,
  seesRelationship,
  type Trust,
} from '../../../trust/index.ts';

export class Viewer {
  readonly #trust: Trust;
  readonly #by: Agent;

  constructor(trust: Trust, by: Agent) {
    this.#trust = trust;
    this.#by = by;
  }

  /** The actor who looks; `null`: one who sees everything. */
  get actor(): ActorId | null {
    return this.#by.kind === 'actor' ? this.#by.id : null;
  }

  actorOrNone(actor: Actor | undefined): Actor | undefined {
    return actor !== undefined && this.#is((viewer) => seesActor(this.#trust, viewer, actor.id))
      ? actor
      : undefined;
  }

  credentialOrNone(credential: Credential | undefined): Credential | undefined {
    return credential !== undefined && this.#is((viewer) => seesCredential(this.#trust, viewer, credential))
      ? credential
      : undefined;
  }

  relationshipOrNone(relationship: Relationship | undefined): Relationship | undefined {
    return relationship !== undefined &&
      this.#is((viewer) => seesRelationship(this.#trust, viewer, relationship))
      ? relationship
      : undefined;
  }

  /** Whether it is one of the viewer's own: himself, or a device of his. */
  owns(id: ActorId): boolean {
    return this.#is((viewer) => isOwn(this.#trust, viewer, id));
  }

  /** Of many actors, those that the viewer sees. */
  among(actors: readonly Actor[]): readonly Actor[] {
    if (this.actor === null) return actors;
    const circle = circleOf(this.#trust, this.actor);
    return actors.filter(({ id }) => circle.has(id));
  }

  #is(sees: (viewer: ActorId) => boolean): boolean {
    return this.actor === null || sees(this.actor);
  }
}

/** What a front door may ask about trust: relationships, what a revocation would do, and the log. */
import {
  type ActorId,
  type Agent,
  type Cascade,
  type Refused,
  type Relationship,
  type RelationshipId,
  type Revision,
  revoke,
} from '../../trust/index.ts';
import { agentRefusal, resolveActor } from './commands/index.ts';
import type { Control } from './control.ts';
import {
  type AuditView,
  type CascadeView,
  type ClaimWindowView,
  type Page,
  type PageRequest,
  pageOfRelationships,
  type RelationshipView,
  viewCascade,
  viewClaimWindow,
  viewEntry,
  Viewer,
  viewRelationship,
} from './queries/index.ts';

/** A revocation, shown or done. */
export interface RevocationView extends CascadeView {
  /** Sessions of principals to whom something that falls had given rights, by themselves or through their users. */
  readonly sessions: number;
  /** Observations that these sessions hold. */
  readonly observations: number;
  /** Messages that wait for them: the gateway keeps none yet. */
  readonly queued: number;
  /** Automatic actions of theirs: the gateway carries out none yet. */
  readonly configurations: number;
  /** Certificates that the gateway issued to them: it issues none yet. */
  readonly certificates: number;
}

export interface AuditPage {
  readonly items: readonly AuditView[];
  /** Where to go on; `null`: there was no more. */
  readonly next: number | null;
}

/** How many sessions, on all shards, are an actor's out of these or act in the name of one; and their observations. */
type CountSessions = (of: ReadonlySet<ActorId>) => Promise<Pick<RevocationView, 'sessions' | 'observations'>>;

export class TrustDesk {
  readonly #control: Control;
  readonly #countSessions: CountSessions;

  constructor(control: Control, countSessions: CountSessions) {
    this.#control = control;
    this.#countSessions = countSessions;
  }

  /** `undefined` for a cursor that is none; null for an actor that is none. */
  list(
    { of, ended }: { readonly of: string | null; readonly ended: boolean },
    request: PageRequest,
    by: Agent,
  ): Page<RelationshipView> | undefined | null {
    const { trust } = this.#control;
    const actor = of === null ? null : resolveActor({ trust, by }, of, '/of');
    if (actor !== null && typeof actor !== 'string') return null;
    return pageOfRelationships(trust, new Viewer(trust, by), { of: actor, ended }, request);
  }

  /** `undefined` when there is none that the agent sees. */
  find(id: string, by: Agent): RelationshipView | undefined {
    const { trust } = this.#control;
    const found = trust.snapshot.relationships.get(id as RelationshipId);
    const relationship = new Viewer(trust, by).relationshipOrNone(found);
    return relationship && viewRelationship(trust, relationship);
  }

  /** A relationship as of now, from what a command gave back. */
  view(relationship: Relationship): RelationshipView {
    return viewRelationship(this.#control.trust, relationship);
  }

  /** What revoking it would do, or why the agent may not. */
  async preview(id: RelationshipId, by: Agent): Promise<RevocationView | Refused> {
    const { trust } = this.#control;
    const refused = agentRefusal({ trust, by }, { kind: 'revoke', id, ifRevision: null, asOf: null });
    if (refused !== undefined) return refused;
    const verdict = revoke(trust, { id, by, shown: null });
    return verdict.kind === 'refused' ? verdict : await this.viewRevocation(verdict.cascade);
  }

  async viewRevocation(cascade: Cascade): Promise<RevocationView> {
    const counted = await this.#countSessions(cascade.trustees);
    return { ...viewCascade(cascade), ...counted, queued: 0, configurations: 0, certificates: 0 };
  }

  get claimWindow(): ClaimWindowView {
    return viewClaimWindow(this.#control.trust);
  }

  /** Entries of the log after a revision, the oldest first; fewer than `limit` where they are long. */
  async audit(after: number, limit: number): Promise<AuditPage> {
    const items: AuditView[] = [];
    let events = 0;
    for await (const entry of this.#control.audit(after as Revision)) {
      items.push(viewEntry(entry));
      events += entry.events.length;
      if (items.length >= limit || events >= PAGE_EVENTS) return { items, next: entry.revision };
    }
    return { items, next: null };
  }

  /** Reads the whole log, link by link; rejects with PN_STORE_CORRUPT where one does not hold. */
  async verify(): Promise<{ readonly revision: number; readonly entries: number }> {
    let entries = 0;
    let revision = 0;
    for await (const entry of this.#control.audit(0 as Revision)) {
      entries++;
      ({ revision } = entry);
    }
    return { revision, entries };
  }
}

/** Events of a page, unless its first entry alone has more: a batch can have ten thousands. */
const PAGE_EVENTS = 5_000;

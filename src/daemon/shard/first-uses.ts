/** The first use of a credential ends those that it replaces: control is told when there are any. */
import { BoundedMap, type Instant } from '../../base/index.ts';
import type { CredentialId } from '../../trust/index.ts';
import type { Credentials } from './credentials.ts';
import { type Petitions, PETITIONS_MAX } from './petitions.ts';

export class FirstUses {
  readonly #petitions: Petitions;
  readonly #credentials: Credentials;
  /** What control has been told and has not answered. */
  readonly #told = new BoundedMap<CredentialId, true>(PETITIONS_MAX.used);

  constructor(petitions: Petitions, credentials: Credentials) {
    this.#petitions = petitions;
    this.#credentials = credentials;
  }

  /** A handshake with this credential is complete. What control could not do now is asked for at the next one. */
  used(now: Instant, credential: CredentialId): void {
    if (this.#told.has(credential) || !this.#credentials.endsOthers(credential)) return;
    const told = (): void => {
      this.#told.delete(credential);
    };
    if (this.#petitions.ask(now, { kind: 'used', credential }, told)) this.#told.set(credential, true);
  }
}

/** Port: where the certificates and revocation lists of the authorities come from. */
import type { AuthoritySettings } from './shard-settings.ts';

export interface AuthoritySource {
  /** What is there now, checked whole; throws PN_AUTHORITIES_INVALID with what was found in which place. */
  read(): AuthoritySettings;
}

/** Files that the configuration names and the state adapter reads. */
import type { SubjectRuleSource } from '../../crypto/index.ts';

/** Files that say whose word on devices counts, and how certificates name them. */
export interface AuthorityFiles {
  readonly anchors: readonly string[];
  /** `anchor`: one of `anchors`. */
  readonly subjectRules: readonly { readonly anchor: string; readonly rule: SubjectRuleSource }[];
  readonly revocationLists: readonly string[];
}

/** Files that a coaps backend is spoken to with. */
export type BackendFiles =
  | { readonly kind: 'psk'; readonly identity: string; readonly keyFile: string }
  | { readonly kind: 'rpk'; readonly keyFile: string | null; readonly serverFingerprint: string }
  | {
      readonly kind: 'x509';
      readonly keyFile: string;
      readonly certificateFile: string;
      readonly anchors: readonly string[];
      readonly serverName: string | null;
    };

/** Words that a configuration may use. Those of other rooms are taken from there. */
export { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from '../ports/index.ts';

export const PROFILES = ['dev', 'edge'] as const;
export type Profile = (typeof PROFILES)[number];

/** What devices may prove themselves with, in the order of preference where nothing else is said. */
export const CREDENTIAL_KINDS = ['psk', 'ecdhe-psk', 'rpk', 'x509'] as const;

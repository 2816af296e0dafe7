/** Words that a configuration may use. Those of other rooms are taken from there. */
export { LOG_LEVELS, type LogLevel } from '../ports/index.ts';

export const PROFILES = ['dev', 'edge'] as const;
export type Profile = (typeof PROFILES)[number];

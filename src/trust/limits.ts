/** Bounds of what an operator can put into the trust log. */
export const TRUST_LIMITS = {
  /** Actors of all kinds together: each costs about 0.5 KiB in control and in every shard. */
  actorsMax: 200_000,
  /** Credentials of one actor: enough to roll a key over, few enough to review. */
  credentialsPerActorMax: 16,
  /** Characters of an actor's name. */
  nameLengthMax: 64,
  /** Bytes of a PSK identity: RFC 4279 section 5.3 asks for 128 at least. */
  identityBytesMax: 128,
  /** Bytes of a PSK: below the minimum it can be guessed from one recorded handshake (RFC 4279 section 7.2). */
  keyBytesMin: 8,
  /** RFC 4279 section 5.3 asks for 64 at least. */
  keyBytesMax: 64,
} as const;

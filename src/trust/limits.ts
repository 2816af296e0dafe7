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
  /** Relationships, those that have ended included until they are forgotten: each costs about 1 KiB. */
  relationshipsMax: 400_000,
  /** Those that have ended, before the older half of them is forgotten. */
  endedMax: 20_000,
  /** Relationships from one actor to one other that have not ended. */
  relationshipsBetweenMax: 32,
  /** Introducers who hold one relationship up. */
  supportsMax: 16,
  /** How long a chain of introductions may get; the configuration can lower or raise it. */
  chainMax: 3,
  /** The highest number of further introductions that terms can allow. */
  introduceMax: 16,
  /** Members of a scope, resources of a member, characters of a resource: a scope is read by people. */
  grantsMax: 16,
  resourcesPerGrantMax: 16,
  patternLengthMax: 256,
  /** Wrong claim codes or reset proofs of one actor for one device: then its guesses are not looked at any more. */
  claimFailuresMax: 5,
  /** Those of all actors together before the code is spent: 8 digits withstand that. */
  claimFailuresOfAllMax: 1_000,
  /** Lines of a manufacturer's list. */
  listedDevicesMax: 100_000,
  /** Devices of one batch, which is one entry of the log and one message to each shard. */
  batchRowsMax: 10_000,
  /** Devices that wait for their owners: strangers make them. */
  unclaimedMax: 10_000,
  /** Direct relationships that a path shows before it says that there are more. */
  pathMax: 64,
} as const;

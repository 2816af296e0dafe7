/** Fingerprints of public keys: SHA-256 of the canonical SubjectPublicKeyInfo, as people compare them. */

/** Lower-case hexadecimal in groups of four, four groups to a breath: `1f3c 9a02 77b0 e4d1 · 08aa …`. */
export function spokenFingerprint(fingerprintHex: string): string {
  const groups = fingerprintHex.match(/.{1,4}/g) ?? [];
  const breaths: string[] = [];
  for (let i = 0; i < groups.length; i += 4) breaths.push(groups.slice(i, i + 4).join(' '));
  return breaths.join(' · ');
}

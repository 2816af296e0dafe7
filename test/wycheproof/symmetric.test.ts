/** AEAD and HMAC of the production provider against Wycheproof. */
import { equalBytes } from '../../src/base/index.ts';
import { type AeadName, AEADS, type HashName, nodeProvider } from '../../src/crypto/index.ts';
import { type Answer, type Group, hex, type Vector, wycheproof } from './vectors.ts';

interface AeadVector extends Vector {
  readonly key: string;
  readonly iv: string;
  readonly aad: string;
  readonly msg: string;
  readonly ct: string;
  readonly tag: string;
}

interface AeadGroup extends Group<AeadVector> {
  readonly ivSize: number;
  readonly keySize: number;
  readonly tagSize: number;
}

interface MacVector extends Vector {
  readonly key: string;
  readonly msg: string;
  readonly tag: string;
}

interface MacGroup extends Group<MacVector> {
  readonly tagSize: number;
}

/** The AEAD of the table that a group is about: DTLS has nonces of 12 bytes and nothing else. */
function aeadFor(family: string, { ivSize, keySize, tagSize }: AeadGroup): AeadName | undefined {
  if (ivSize !== 96) return undefined;
  const names = Object.keys(AEADS) as AeadName[];
  return names.find((name) => {
    const { cipher, keyLength, tagLength } = AEADS[name];
    return cipher.endsWith(family) && keyLength * 8 === keySize && tagLength * 8 === tagSize;
  });
}

function aead(family: string): (vector: AeadVector, group: AeadGroup) => Answer {
  return (vector, group) => {
    const name = aeadFor(family, group) as AeadName;
    const key = nodeProvider.aeadKey(name, hex(vector.key));
    const [iv, aad, msg] = [hex(vector.iv), hex(vector.aad), hex(vector.msg)];
    const sealed = hex(vector.ct + vector.tag);
    const opened = nodeProvider.open(key, iv, aad, sealed);
    const out = new Uint8Array(msg.length + AEADS[name].tagLength);
    nodeProvider.seal(key, iv, aad, msg, out, 0);
    // Sealing must agree as well: an implementation that opens what it seals can still be wrong about both.
    const agrees = opened !== undefined && equalBytes(opened, msg) && equalBytes(out, sealed);
    return agrees ? 'accepted' : 'refused';
  };
}

const mac =
  (hash: HashName) =>
  ({ key, msg, tag }: MacVector, { tagSize }: MacGroup): Answer => {
    const computed = nodeProvider.hmac(nodeProvider.macKey(hash, hex(key)), hex(msg));
    return nodeProvider.equal(computed.subarray(0, tagSize / 8), hex(tag)) ? 'accepted' : 'refused';
  };

for (const [title, file, family, atLeast] of [
  ['AES-CCM', 'aes_ccm', 'ccm', 100],
  ['AES-GCM', 'aes_gcm', 'gcm', 90],
  ['ChaCha20-Poly1305', 'chacha20_poly1305', 'poly1305', 250],
] as const) {
  wycheproof<AeadVector, AeadGroup>(title, {
    file,
    applies: (group) => aeadFor(family, group) !== undefined,
    run: aead(family),
    atLeast,
  });
}

wycheproof<MacVector, MacGroup>('HMAC-SHA256', { file: 'hmac_sha256', run: mac('sha256'), atLeast: 174 });
wycheproof<MacVector, MacGroup>('HMAC-SHA384', { file: 'hmac_sha384', run: mac('sha384'), atLeast: 174 });

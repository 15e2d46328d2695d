import { type KeyObject, createPrivateKey, createPublicKey } from 'node:crypto';

/** ASN.1's tags of what the containers hold the key in. */
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;

/**
 * A key that was made for RSA-PSS alone, as an RSA key with the same numbers. Node exports no JWK of the former, and
 * `jsonwebtoken` takes it only with its parameters written in it, which `openssl genpkey` leaves out by default.
 * Any other key stays as it is.
 *
 * @see RFC 4055 section 1.2: the two differ by the name of the algorithm that stands beside the key
 */
export function plainRsaKey(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType !== 'rsa-pss') return key;
  if (key.type === 'private') {
    const pkcs1 = contentOf(key.export({ type: 'pkcs8', format: 'der' }), OCTET_STRING);
    return createPrivateKey({ key: pkcs1, type: 'pkcs1', format: 'der' });
  }
  const bits = contentOf(key.export({ type: 'spki', format: 'der' }), BIT_STRING);
  // The first byte of a bit string counts the bits that are left over at its end: none.
  return createPublicKey({ key: bits.subarray(1), type: 'pkcs1', format: 'der' });
}

/** What the first element of this kind holds, in the sequence that DER, as Node has written it, consists of. */
function contentOf(der: Buffer, tag: number): Buffer {
  let at = elementAt(der, 0).start;
  for (;;) {
    const { start, end } = elementAt(der, at);
    if (der[at] === tag) return der.subarray(start, end);
    at = end;
  }
}

/** Where the content of the element at a place starts and ends (X.690 section 8.1.3). */
function elementAt(der: Buffer, at: number): { readonly start: number; readonly end: number } {
  const first = der.readUInt8(at + 1);
  if (first < 0x80) return { start: at + 2, end: at + 2 + first };
  const bytes = first - 0x80;
  const start = at + 2 + bytes;
  return { start, end: start + der.readUIntBE(at + 2, bytes) };
}

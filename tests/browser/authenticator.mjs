/** What a phone's authenticator shows. */
import { createHmac } from 'node:crypto';

/** A phone's authenticator (RFC 6238), written from the paper. */
export function codeOf(secret, at = Date.now()) {
  const bits = [...secret.replaceAll(' ', '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30000)));
  const tag = createHmac('sha1', key).update(step).digest();
  const from = tag[19] & 15;
  return String((tag.readUInt32BE(from) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

// Wallet addresses: Bitcoin (base58check, bech32) and Ethereum.
import { createHash } from 'node:crypto';
import { isAlnum } from '../chars.ts';
import { found, type Scan } from '../scan.ts';

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';

/** Wallet address at the start of a word: end, or -1. */
export function matchWallet(scan: Scan, at: number): number {
  const { text } = scan;
  const first = text.charCodeAt(at);
  if (first === 48 && text.charCodeAt(at + 1) === 120) {
    const end = at + 42;
    return /^0x[\da-f]{40}$/i.test(text.slice(at, end)) && !isAlnum(text.charCodeAt(end)) && !/^0x(.)\1+$/.test(text.slice(at, end))
      ? found(scan, 'CRYPTO_WALLET', at, end)
      : -1;
  }
  if (first !== 49 && first !== 51 && !(first === 98 && text.startsWith('bc1', at))) return -1;
  let end = at;
  while (isAlnum(text.charCodeAt(end))) end += 1;
  const value = text.slice(at, Math.min(end, at + 91));
  if (first === 98 ? !isBech32(value) : value.length < 26 || value.length > 35 || !isBase58Check(value)) return -1;
  return found(scan, 'CRYPTO_WALLET', at, end);
}

function isBase58Check(value: string): boolean {
  let number = 0n;
  for (const char of value) {
    const digit = BASE58.indexOf(char);
    if (digit < 0) return false;
    number = number * 58n + BigInt(digit);
  }
  const hex = number.toString(16).padStart(50, '0');
  if (hex.length !== 50) return false;
  const bytes = Buffer.from(hex, 'hex');
  const once = createHash('sha256').update(bytes.subarray(0, 21)).digest();
  return createHash('sha256').update(once).digest().subarray(0, 4).equals(bytes.subarray(21));
}

/** BIP 173 and BIP 350: the polynomial's remainder is 1 (bech32) or 0x2bc830a3 (bech32m). */
function isBech32(value: string): boolean {
  if (value.length < 14 || value.length > 90) return false;
  const words = [3, 3, 0, 2, 3];
  for (const char of value.slice(3).toLowerCase()) {
    const word = BECH32.indexOf(char);
    if (word < 0) return false;
    words.push(word);
  }
  let state = 1;
  for (const word of words) {
    const top = state >>> 25;
    state = ((state & 0x1ffffff) << 5) ^ word;
    [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3].forEach((mask, bit) => {
      if ((top >>> bit) & 1) state ^= mask;
    });
  }
  return state === 1 || state === 0x2bc830a3;
}

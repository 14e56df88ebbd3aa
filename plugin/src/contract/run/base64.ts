/**
 * Bytes of a standard base64 text with padding (RFC 4648 §4), or undefined. Every byte string has exactly one text that
 * is taken: what was tampered with cannot hide in spare bits, line breaks or a second alphabet.
 */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

// C2SP signed notes: a text with signature lines, and the keys (vkey) that check them.
//
//     <text, ending in a newline>
//     <empty line>
//     — <key name> <base64 of key id (4 bytes) and signature>
import { createHash, sign, verify, type KeyObject } from 'node:crypto';
import { fromBase64, publicKeyOf, rawPublicKey, type SigningKey } from '#contract';

/** Kinds of signature: plain Ed25519 over the text, and a witness's cosignature/v1. */
const ED25519 = 0x01;
export const COSIGNATURE_V1 = 0x04;

export interface NoteSignature {
  readonly name: string;
  /** Eight lower-case hex digits. */
  readonly keyId: string;
  readonly signature: Buffer;
}

export interface Note {
  /** Ends in a newline; what is signed. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A key that checks signatures of a note. */
export interface NoteVerifier {
  readonly name: string;
  readonly keyId: string;
  readonly type: typeof ED25519 | typeof COSIGNATURE_V1;
  readonly publicKey: KeyObject;
}

const MAX_BYTES = 1_000_000;
const MAX_SIGNATURES = 100;
const NAME = /^[^\s+\p{Cc}]{1,255}$/u;

/** First four bytes of SHA-256(name, newline, type, public key), in hex. */
export function noteKeyId(name: string, type: number, publicKey: KeyObject): string {
  const body = Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([type]), rawPublicKey(publicKey)]);
  return createHash('sha256').update(body).digest('hex').slice(0, 8);
}

/** `<name>+<key id>+<base64 of type and public key>`. */
export function vkeyOf(name: string, publicKey: KeyObject, type: NoteVerifier['type'] = ED25519): string {
  const key = Buffer.concat([Buffer.from([type]), rawPublicKey(publicKey)]).toString('base64');
  return `${name}+${noteKeyId(name, type, publicKey)}+${key}`;
}

/** Undefined for a text that is no vkey of a kind we know, or whose id is not that of its key. */
export function parseVkey(vkey: string): NoteVerifier | undefined {
  const [name = '', keyId = ''] = vkey.split('+', 2);
  const key = fromBase64(vkey.slice(name.length + keyId.length + 2));
  if (!NAME.test(name) || key?.length !== 33) return undefined;
  const type = key[0];
  if (type !== ED25519 && type !== COSIGNATURE_V1) return undefined;
  const publicKey = publicKeyOf(key.subarray(1));
  return noteKeyId(name, type, publicKey) === keyId ? { name, keyId, type, publicKey } : undefined;
}

export function formatNote({ text, signatures }: Note): string {
  const lines = signatures.map(({ name, keyId, signature }) => {
    const blob = Buffer.concat([Buffer.from(keyId, 'hex'), signature]);
    return `— ${name} ${blob.toString('base64')}\n`;
  });
  return `${text}\n${lines.join('')}`;
}

/** Undefined for what is no note. Says nothing about whether a signature holds. */
export function parseNote(note: string): Note | undefined {
  if (note.length > MAX_BYTES || !note.isWellFormed() || /[^\P{Cc}\n]/u.test(note)) return undefined;
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n')) return undefined;
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) return undefined;
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const [dash, name = '', base64 = '', ...more] = line.split(' ');
    const blob = fromBase64(base64);
    if (dash !== '—' || !NAME.test(name) || more.length > 0 || blob === undefined || blob.length < 5) return undefined;
    signatures.push({ name, keyId: blob.toString('hex', 0, 4), signature: blob.subarray(4) });
  }
  return { text: note.slice(0, split + 1), signatures };
}

/** A signature line of kind Ed25519. */
export function signNote(text: string, name: string, key: SigningKey): NoteSignature {
  return { name, keyId: noteKeyId(name, ED25519, key.publicKey), signature: sign(null, Buffer.from(text), key.privateKey) };
}

/**
 * True when the note bears a good signature of this key. Lines of other keys are ignored, as the format asks; a line that
 * claims to be this key's and is not makes the note worthless.
 */
export function isSignedBy(note: Note, verifier: NoteVerifier): boolean {
  const own = note.signatures.filter(({ name, keyId }) => name === verifier.name && keyId === verifier.keyId);
  return (
    verifier.type === ED25519 &&
    own.length > 0 &&
    own.every(({ signature }) => signature.length === 64 && verify(null, Buffer.from(note.text), verifier.publicKey, signature))
  );
}

// The signed head of an audit log, a C2SP signed note: whoever keeps one can tell later that nothing before it was changed.
//
//     <origin>
//     <number of entries>
//     <base64 of the last entry's SHA-256>
import type { SigningKey } from '#contract';
import { formatNote, isSignedBy, parseNote, parseVkey, signNote } from '../identity/index.ts';
import type { ChainEnd } from './chain.ts';

/** The note that states the end of a chain. */
export function signHead(origin: string, end: ChainEnd, key: SigningKey): string {
  const text = `${origin}\n${end.size}\n${Buffer.from(end.hash, 'hex').toString('base64')}\n`;
  return formatNote({ text, signatures: [signNote(text, origin, key)] });
}

/** What a note states; undefined where it is none of this key (vkey) and of the log that the key names. */
export function openHead(note: string, vkey: string): ChainEnd | undefined {
  const verifier = parseVkey(vkey);
  const parsed = parseNote(note);
  if (verifier === undefined || parsed === undefined || !isSignedBy(parsed, verifier)) return undefined;
  const match = /^([^\n]+)\n(0|[1-9]\d{0,14})\n([A-Za-z0-9+/]{43}=)\n$/.exec(parsed.text);
  if (match?.[1] !== verifier.name) return undefined;
  return { size: Number(match[2]), hash: Buffer.from(match[3] ?? '', 'base64').toString('hex') };
}

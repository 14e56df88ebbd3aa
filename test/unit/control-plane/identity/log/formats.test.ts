// Texts of the log against the forms that C2SP gives them, and what an attacker makes of them.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64, signingKey } from '../../../../../plugin/src/contract/index.ts';
import { formatCheckpoint, parseCheckpoint } from '../../../../../control-plane/src/identity/log/checkpoint.ts';
import { cosign, cosignedAt } from '../../../../../control-plane/src/identity/log/cosignature.ts';
import {
  COSIGNATURE_V1,
  formatNote,
  isSignedBy,
  parseNote,
  parseVkey,
  signNote,
  vkeyOf,
} from '../../../../../control-plane/src/identity/log/note.ts';
import { parseTilePath, tilePath } from '../../../../../control-plane/src/identity/log/tiles.ts';
import { formatProof, parseProof } from '../../../../../control-plane/src/identity/log/tlog-proof.ts';

const key = signingKey(createHash('sha256').update('a').digest());
const other = signingKey(createHash('sha256').update('b').digest());
const NAME = 'example.com/log';
const root = createHash('sha256').update('root').digest();
const text = formatCheckpoint({ origin: NAME, size: 7, root });
const note = formatNote({ text, signatures: [signNote(text, NAME, key)] });
const verifier = parseVkey(vkeyOf(NAME, key.publicKey));

describe('signed notes', () => {
  it('verify a note and a key of the Go checksum database', () => {
    // The example of golang.org/x/mod/sumdb/note.
    const known = parseVkey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
    const example =
      "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    const parsed = parseNote(example);
    expect(known && parsed && isSignedBy(parsed, known)).toBe(true);
    const changed = parseNote(example.replace('answer', 'enemy!'));
    expect(known && changed && isSignedBy(changed, known)).toBe(false);
  });

  it('hold for their key only, whatever other lines say', () => {
    const parsed = parseNote(note) ?? expect.fail('no note');
    expect(verifier && isSignedBy(parsed, verifier)).toBe(true);
    const stranger = parseVkey(vkeyOf(NAME, other.publicKey)) ?? expect.fail('no vkey');
    expect(isSignedBy(parsed, stranger)).toBe(false);
    const more = { ...parsed, signatures: [...parsed.signatures, signNote('else\n', 'someone', other)] };
    expect(verifier && isSignedBy(more, verifier)).toBe(true);
    // A line that claims to be this key's and is not spoils the note.
    const spoiled = { ...parsed, signatures: [...parsed.signatures, { ...signNote('else\n', NAME, key) }] };
    expect(verifier && isSignedBy(spoiled, verifier)).toBe(false);
  });

  it('come back as they went, and nothing else is taken for one', () => {
    expect(formatNote(parseNote(note) ?? expect.fail('no note'))).toBe(note);
    for (const wrong of [
      '',
      '\n',
      text,
      note.slice(0, -1),
      note.replace('— ', '- '),
      note.replace(NAME + ' ', NAME + '  '),
      note.replace('\n\n', '\n'),
      note.replace('7', '\u0000'),
      `${note}— x\n`,
    ])
      expect(parseNote(wrong), JSON.stringify(wrong)).toBeUndefined();
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (any) => {
        const parsed = parseNote(any);
        if (parsed) expect(formatNote(parsed)).toBe(any);
      }),
    );
  });

  it('have keys that say which key they are', () => {
    const vkey = vkeyOf(NAME, key.publicKey);
    expect(parseVkey(vkey)).toMatchObject({ name: NAME, type: 1 });
    const [, id = ''] = vkey.split('+');
    for (const wrong of [
      '',
      NAME,
      vkey.replace(id, '00000000'),
      vkey.replace('log', 'l og'),
      vkey.replace(`${id}+A`, `${id}+B`),
      `${vkey}=`,
    ])
      expect(parseVkey(wrong), wrong).toBeUndefined();
  });

  it('carry cosignatures with a time that is signed as well', () => {
    const witness = parseVkey(vkeyOf('w.example', other.publicKey, COSIGNATURE_V1)) ?? expect.fail('no vkey');
    const line = cosign(text, 'w.example', other, 1_780_000_000);
    expect(cosignedAt({ text, signatures: [line] }, witness)).toBe(1_780_000_000);
    const later = Buffer.from(line.signature);
    later[7] = (later[7] ?? 0) ^ 1;
    expect(cosignedAt({ text, signatures: [{ ...line, signature: later }] }, witness)).toBeUndefined();
    expect(cosignedAt({ text: text.replace('7', '8'), signatures: [line] }, witness)).toBeUndefined();
    // A cosignature is no signature of the log, and the other way round.
    const both = { ...witness, type: 1 as const };
    expect(isSignedBy({ text, signatures: [line] }, both)).toBe(false);
  });
});

describe('checkpoints', () => {
  it('come back as they went; no second spelling of a size or a root is taken', () => {
    expect(parseCheckpoint(text)).toEqual({ origin: NAME, size: 7, root });
    expect(parseCheckpoint(`${text}an extension\n`)).toEqual({ origin: NAME, size: 7, root });
    for (const wrong of [
      '',
      text.slice(0, -1),
      text.replace('\n7\n', '\n07\n'),
      text.replace('\n7\n', '\n-7\n'),
      text.replace('\n7\n', '\n9007199254740993\n'),
      text.replace('=', ''),
      `\n${text}`,
    ])
      expect(parseCheckpoint(wrong), JSON.stringify(wrong)).toBeUndefined();
  });
});

describe('tlog-proofs', () => {
  it('come back as they went', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 53 }), (index, hashes) => {
        const proof = { index, path: hashes.map((hash) => Buffer.from(hash)), checkpoint: note };
        expect(parseProof(formatProof(proof))).toEqual(proof);
      }),
    );
  });

  it('are refused in any other form', () => {
    const proof = formatProof({ index: 3, path: [root], checkpoint: note });
    expect(parseProof(proof.replace('index', 'extra AAAA\nindex'))?.index).toBe(3);
    for (const wrong of [
      '',
      proof.replace('@v1', '@v2'),
      proof.replace('index 3', 'index 03'),
      proof.replace('index 3', 'index -1'),
      proof.replace('\nindex 3', ''),
      proof.replace('index', 'extra !\nindex'),
      proof.replace('=\n', '\n'),
      formatProof({ index: 3, path: Array.from({ length: 54 }, () => root), checkpoint: note }),
    ])
      expect(parseProof(wrong), JSON.stringify(wrong)).toBeUndefined();
  });
});

describe('tile paths', () => {
  it('are those of the specification', () => {
    expect(tilePath({ level: 0, number: 1_234_067, width: 256 })).toBe('0/x001/x234/067');
    expect(tilePath({ level: 'entries', number: 5, width: 17 })).toBe('entries/005.p/17');
    fc.assert(
      fc.property(
        fc.constantFrom(0, 1, 5, 'entries' as const),
        fc.nat({ max: 999_999_999_999 }),
        fc.integer({ min: 1, max: 256 }),
        (level, number, width) => {
          expect(parseTilePath(tilePath({ level, number, width }))).toEqual({ level, number, width });
        },
      ),
    );
  });

  it('have one spelling each', () => {
    for (const wrong of [
      '',
      '0',
      '0/1',
      '0/0001',
      '0/x000/001',
      '0/001.p/256',
      '0/001.p/0',
      '0/001.p/07',
      '6/001',
      '00/001',
      '-1/001',
      '0/../001',
      '0/001/',
      'entries',
    ])
      expect(parseTilePath(wrong), wrong).toBeUndefined();
  });
});

describe('base64', () => {
  it('has one text for each byte string', () => {
    expect(fromBase64('AA==')).toEqual(Buffer.from([0]));
    for (const wrong of ['AB==', 'AA', 'AA=', 'A A=', 'AA==\n', '_-==', '====']) expect(fromBase64(wrong), wrong).toBeUndefined();
  });
});

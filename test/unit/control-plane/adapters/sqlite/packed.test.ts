import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packRecord, packWords, unpack } from '../../../../../control-plane/src/adapters/sqlite/packed.ts';
import { packProof, proofIn } from '../../../../../control-plane/src/adapters/sqlite/run-proof.ts';

const value = fc.oneof(
  fc.string({ unit: 'binary' }),
  ...[8, 16, 32, 7, 20].map((length) =>
    fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => Buffer.from(bytes).toString('hex')),
  ),
  fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => `u${Buffer.from(bytes).toString('base64url')}`),
  fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
  fc.uint8Array({ minLength: 64, maxLength: 64 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  fc.stringMatching(/^[A-Za-z0-9_-]{21,24}$/),
  fc.stringMatching(/^[0-9a-f]{15,70}$/),
);
const record = fc.dictionary(fc.string(), fc.oneof(value, fc.array(value, { maxLength: 200 })), { maxKeys: 20 });

describe('pressed records', () => {
  it('open to exactly what they were made of', () => {
    fc.assert(
      fc.property(record, (one) => {
        const text = JSON.stringify(one);
        expect(unpack(packRecord(text))).toBe(text);
        expect(unpack(packWords(text))).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  it('open where a value comes again and again, and where marks stand in the text', () => {
    const same = randomBytes(32).toString('hex');
    const many = Array.from({ length: 300 }, () => randomBytes(16).toString('base64url'));
    for (const text of [
      JSON.stringify({ a: same, b: same, many, again: many.toReversed() }),
      `\u0001h${same}\u0002 `,
      JSON.stringify(Array.from({ length: 9_000 }, () => randomBytes(32).toString('hex'))),
      '',
      'x',
    ])
      expect(unpack(packRecord(text))).toBe(text);
  });

  it('open in every form that was ever written: a dictionary is never edited', () => {
    const digest = createHash('sha256').update('x').digest('hex');
    const text = JSON.stringify({
      sample: {
        version: 1,
        id: 0,
        trace: { traceId: 0, sampled: true, source: 'traceparent' },
        composition: { input: { digest, salted: true } },
      },
      placement: {
        reasons: [{ code: 'history_prefix', text: 'Its history is that of an earlier request and its answer.' }],
        alternatives: [],
        isNew: false,
      },
      turn: { inferable: true },
    });
    const first =
      'AgAgLXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIEjUPBjL2yJLUrRUiLBiKnF40v0IY34gqLUtMwKRC/es6RYASoHGnIoyUgsUchPU0jMU0hNLMrJTC2CDRUoJOalKGSWFCtAQplAp55gCAIA';
    const second = 'AwAgLXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIEjUPBjL2yJLUrRUiLBiKnF40u6D5oRG4IA';
    for (const written of [first, second]) expect(unpack(Buffer.from(written, 'base64'))).toBe(text);
    expect(packRecord(text)[0]).toBe(3);
  });

  it('takes more than half off what has the fields of samples', () => {
    const text = JSON.stringify({
      stages: { ingressMs: 3, routingMs: 697 },
      trace: { sampled: true, source: 'traceparent' },
      history: { messages: [], answer: '' },
    });
    expect(packRecord(text).length).toBeLessThan(text.length / 2);
  });

  it('gives a signed statement back byte by byte, text or not', () => {
    const payloads = [Buffer.from('{"a":"é","b":"\\n"}\n{"c":1}'), Buffer.from([0xff, 0xfe, 0x00, 0x41]), Buffer.alloc(0)];
    for (const payload of payloads) {
      const proof = {
        signed: { by: 'gateway', keyId: 'k' } as const,
        envelope: {
          payload: payload.toString('base64'),
          payloadType: 'application/vnd.in-toto+json',
          signatures: [{ keyid: 'k', sig: randomBytes(64).toString('base64') }],
        },
      };
      expect(proofIn(packProof(proof))).toEqual(proof);
      expect(JSON.stringify(proofIn(packProof(proof)).envelope)).toBe(JSON.stringify(proof.envelope));
    }
  });

  it('refuses a form that it does not know', () => {
    expect(() => unpack(Uint8Array.of(9, 1, 2))).toThrow(/newer version/);
  });
});

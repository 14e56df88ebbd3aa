// Signed statements against Python packages that nobody of this project wrote: the signature, the canonical bytes, and the
// record's digest. What the gateway signs of its runs is held to the same.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEnvelope, publicKeyPem, readStatement, recordOf, signingKey, signStatement, statementOf, type DsseEnvelope } from '#contract';
import { crosscheckEnvelopes, providePython } from '../support/crosscheck-python.ts';

const RUNS = 1_000;
const MUTANTS = 3_000;
const SEED = 20_261_121;
const key = signingKey(createHash('sha256').update('gateway').digest());
const folder = mkdtempSync(path.join(tmpdir(), 'clew-python-'));
const pemFile = path.join(folder, 'gateway.pem');

beforeAll(() => {
  providePython();
  writeFileSync(pemFile, publicKeyPem(key.publicKey));
}, 180_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const text = fc.string({ unit: 'binary', maxLength: 30 }).map((value) => value.toWellFormed());
const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdef')), minLength: length, maxLength: length });
const runs = fc.record({
  runId: hex(32),
  dialect: fc.constantFrom('openai.chat' as const, 'anthropic.messages' as const),
  model: fc.record({ requested: text, executed: text, evidence: fc.constant('response_body' as const) }),
  parameters: fc.dictionary(text, fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.boolean(), text)),
  composition: fc.record({
    tools: fc.array(fc.record({ digest: hex(64), length: fc.nat(), name: text }), { maxLength: 4 }),
    variant: text,
  }),
});
const envelopeOf = (run: Parameters<typeof recordOf>[0], index: number): DsseEnvelope =>
  signStatement(
    statementOf(recordOf(run), {
      tenant: 'default',
      environment: 'default',
      observedAt: '2026-07-07T12:00:00.000Z',
      recordedBy: 'gateway',
      gateway: { kind: 'kong', epoch: '00000000000000aa', counter: index },
    }),
    key,
  );

function theirs(name: string, envelopes: readonly string[]): ReturnType<typeof crosscheckEnvelopes> {
  const file = path.join(folder, name);
  writeFileSync(file, envelopes.map((line) => `${line}\n`).join(''));
  return crosscheckEnvelopes(file, pemFile, key.keyId);
}

const digestOf = ({ payload }: Pick<DsseEnvelope, 'payload'>): string =>
  createHash('sha256').update(Buffer.from(payload, 'base64')).digest('hex');

function ours(envelope: DsseEnvelope): { readonly ok: boolean; readonly says: string } {
  const payload = openEnvelope(envelope, key.publicKey);
  return payload && readStatement(payload) ? { ok: true, says: digestOf(envelope) } : { ok: false, says: '' };
}

describe('statements', () => {
  const envelopes = fc.sample(runs, { numRuns: RUNS, seed: SEED }).map(envelopeOf);

  it(`${RUNS} at random hold here and there`, () => {
    const expected = envelopes.map((envelope) => ({ ok: true, says: digestOf(envelope) }));
    expect(envelopes.map(ours)).toEqual(expected);
    expect(
      theirs(
        'good.jsonl',
        envelopes.map((envelope) => JSON.stringify(envelope)),
      ),
    ).toEqual(expected);
  }, 120_000);

  it(`${MUTANTS} with a changed byte hold nowhere`, () => {
    const mutant = fc
      .tuple(fc.constantFrom(...envelopes), fc.constantFrom('payload' as const, 'sig' as const), fc.nat(), fc.integer({ min: 0, max: 7 }))
      .map(([envelope, field, at, bit]): DsseEnvelope => {
        const flip = (base64: string): string => {
          const bytes = Buffer.from(base64, 'base64');
          bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ (1 << bit);
          return bytes.toString('base64');
        };
        if (field === 'payload') return { ...envelope, payload: flip(envelope.payload) };
        return { ...envelope, signatures: envelope.signatures.map((one) => ({ ...one, sig: flip(one.sig) })) };
      });
    const mutants = fc.sample(mutant, { numRuns: MUTANTS, seed: SEED });
    expect(mutants.filter((envelope) => ours(envelope).ok)).toEqual([]);
    const there = theirs(
      'mutants.jsonl',
      mutants.map((envelope) => JSON.stringify(envelope)),
    );
    expect(there).toHaveLength(MUTANTS);
    expect(there.filter(({ ok }) => ok)).toEqual([]);
  }, 120_000);
});

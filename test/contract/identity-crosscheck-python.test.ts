// Signed statements against Python packages that nobody of this project wrote: the signature, the canonical bytes, and the
// record's digest. What the gateway signs of its runs is held to the same.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEnvelope, publicKeyPem, readStatement, signingKey, type DsseEnvelope } from '#contract';
import { crosscheckEnvelopes, providePython } from '../support/crosscheck-python.ts';
import { randomStatements } from '../support/random-runs.ts';

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
  const envelopes = randomStatements(RUNS, SEED, key);

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

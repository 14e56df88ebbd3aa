// A dossier in the hands of somebody who would like it to say something else.
import { describe, expect, it } from 'vitest';
import { canonicalize, publicKeyPem, signEnvelope, signingKey, type SigningKey } from '#contract';
import {
  chain,
  DOSSIER_TYPE,
  DossierError,
  EMPTY,
  signHead,
  verifyDossier,
  type ChainedEntry,
  type DossierExpectation,
} from '../../../../control-plane/src/audit/index.ts';
import { vkeyOf } from '../../../../control-plane/src/identity/index.ts';
import type { Scope } from '../../../../control-plane/src/kernel/index.ts';

const key = signingKey(Buffer.alloc(32, 7));
const other = signingKey(Buffer.alloc(32, 8));
const acme: Scope = { tenant: 'acme', environment: 'live' };
const rival: Scope = { tenant: 'rival', environment: 'live' };
const originOf = ({ tenant, environment }: Scope, by: SigningKey): string => `clew/${by.keyId.slice(0, 16)}/${tenant}/${environment}/audit`;

function log(scope: Scope, size: number): ChainedEntry[] {
  const entries: ChainedEntry[] = [];
  for (let seq = 0; seq < size; seq += 1) {
    const end = seq === 0 ? EMPTY : { size: seq, hash: entries[seq - 1]?.hash ?? '' };
    entries.push(chain({ scope, kind: 'export', actor: 'tok', details: { thread: 'th_1', n: seq } }, end, 1_000 * seq));
  }
  return entries;
}

interface Made {
  readonly scope?: Scope;
  readonly by?: SigningKey;
  readonly size?: number;
  readonly type?: string;
  /** Signed by the server's own key, as a server that lies would. */
  readonly lie?: (texts: string[]) => string[];
  readonly headOf?: { readonly scope: Scope; readonly by: SigningKey };
}

function dossier({ scope = acme, by = key, size = 4, type = DOSSIER_TYPE, lie = (texts) => texts, headOf = { scope, by } }: Made = {}) {
  const entries = log(scope, size);
  const origin = originOf(headOf.scope, headOf.by);
  const head = signHead(origin, { size, hash: entries.at(-1)?.hash ?? '' }, headOf.by);
  const body = canonicalize({
    ...{ v: 1, ...scope, thread: 'th_1', exportedAt: '2026-01-01T00:00:00.000Z', requests: [{ id: 'r' }], runs: [] },
    audit: { vkey: vkeyOf(origin, headOf.by.publicKey), head, entries: lie(entries.map(({ text }) => text)) },
  });
  return { envelope: signEnvelope(type, Buffer.from(body), by), publicKey: publicKeyPem(by.publicKey), head };
}

const trusted: DossierExpectation = { key: key.publicKey, tenant: 'acme', environment: 'live', thread: 'th_1' };
const codeOf = (file: unknown, expected: DossierExpectation = trusted): string => {
  try {
    verifyDossier(file, expected);
    return 'verified';
  } catch (error) {
    if (error instanceof DossierError) return error.code;
    throw error;
  }
};
const payloadOf = (file: ReturnType<typeof dossier>): string => Buffer.from(file.envelope.payload, 'base64').toString('utf8');
const withPayload = (file: ReturnType<typeof dossier>, text: string) => ({
  ...file,
  envelope: { ...file.envelope, payload: Buffer.from(text).toString('base64') },
});

describe('a dossier', () => {
  it('is verified as it was made', () => {
    expect(verifyDossier(dossier(), { ...trusted, heads: [dossier({ size: 2 }).head, dossier().head] })).toMatchObject({
      ...{ tenant: 'acme', environment: 'live', thread: 'th_1', requests: 1, entries: 4, logSize: 4 },
    });
  });

  it('that was cut is refused wherever it was cut', () => {
    const text = JSON.stringify(dossier());
    const whole = payloadOf(dossier());
    for (let at = 1; at < whole.length; at += 97) expect(codeOf(withPayload(dossier(), whole.slice(0, at)))).toBe('bad_signature');
    expect(codeOf({ publicKey: dossier().publicKey })).toBe('malformed_dossier');
    expect(codeOf({ ...dossier(), envelope: { ...dossier().envelope, signatures: [] } })).toBe('bad_signature');
    expect(codeOf({ ...dossier(), envelope: { ...dossier().envelope, signatures: [null] } })).toBe('malformed_dossier');
    expect(codeOf(JSON.parse(text.replace('BEGIN PUBLIC', 'BEGIN PRIVATE')))).toBe('malformed_dossier');
  });

  it('with entries left out, reordered or changed is refused, by whoever it was changed', () => {
    const swapped = payloadOf(dossier()).replace('\\"n\\":1', '\\"n\\":9');
    expect(codeOf(withPayload(dossier(), swapped))).toBe('bad_signature');
    expect(codeOf(dossier({ lie: ([a = '', b = '', ...rest]) => [b, a, ...rest] }))).toBe('entries_moved');
    expect(codeOf(dossier({ lie: ([a = '', ...rest]) => [a, a, ...rest] }))).toBe('entries_moved');
    expect(codeOf(dossier({ lie: (texts) => texts.map((text) => text.replace('"n":3', '"n":9')) }))).toBe('entries_changed');
    expect(codeOf(dossier({ lie: (texts) => texts.map((text) => text.replace('"n":1', '"n":9')) }))).toBe('entries_changed');
    expect(codeOf(dossier({ lie: (texts) => texts.map((text) => text.replace('{"actor"', '{ "actor"')) }))).toBe('entries_changed');
    expect(codeOf(dossier({ lie: (texts) => [...texts, log(acme, 6).at(-1)?.text ?? ''] }))).toBe('entries_moved');
  });

  it('of another tenant, environment, thread or kind is refused', () => {
    expect(codeOf(dossier({ scope: rival }))).toBe('other_place');
    expect(codeOf(dossier({ scope: { tenant: 'acme', environment: 'test' } }))).toBe('other_place');
    expect(codeOf(dossier(), { ...trusted, thread: 'th_2' })).toBe('other_thread');
    expect(codeOf(dossier({ type: 'application/vnd.in-toto+json' }))).toBe('other_type');
    expect(codeOf(dossier({ headOf: { scope: rival, by: key } }))).toBe('other_log');
    expect(codeOf(dossier({ lie: () => log(rival, 4).map(({ text }) => text) }))).toBe('other_log');
  });

  it('of other or mixed keys is refused', () => {
    expect(codeOf(dossier({ by: other }))).toBe('other_key');
    expect(codeOf({ ...dossier({ by: other }), publicKey: dossier().publicKey })).toBe('bad_signature');
    expect(codeOf({ ...dossier(), publicKey: dossier({ by: other }).publicKey })).toBe('other_key');
    expect(codeOf({ ...dossier(), publicKey: dossier({ by: other }).publicKey }, { tenant: 'acme' })).toBe('bad_signature');
    expect(codeOf(dossier({ headOf: { scope: acme, by: other } }))).toBe('other_log');
    const mixed = dossier();
    const renamed = { ...mixed.envelope, signatures: mixed.envelope.signatures.map((one) => ({ ...one, keyid: other.keyId })) };
    expect(codeOf({ ...mixed, envelope: renamed })).toBe('bad_signature');
  });

  it('that was true once is refused beside a newer head', () => {
    expect(codeOf(dossier({ size: 2 }), { ...trusted, heads: [dossier({ size: 4 }).head] })).toBe('replayed');
    expect(codeOf(dossier(), { ...trusted, heads: [dossier({ scope: rival }).head] })).toBe('other_log');
  });
});

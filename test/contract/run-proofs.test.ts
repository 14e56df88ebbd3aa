// Statements of runs as the store keeps them: whoever asks gets the very bytes that were signed, at every point of a run's life.
import { createHash } from 'node:crypto';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import {
  envelopeLeaf,
  NO_MANIFESTS,
  judgeRun,
  recordOf,
  signEnvelope,
  signingKey,
  signStatement,
  statementOf,
  PAYLOAD_TYPE,
  canonicalize,
  type DsseEnvelope,
  type Sample,
} from '../../plugin/src/contract/index.ts';
import { packProof } from '../../control-plane/src/adapters/sqlite/run-proof.ts';
import type { StoredTurn } from '../../control-plane/src/ingest/ports.ts';
import { observationOf } from '../../control-plane/src/identity/index.ts';
import { HERE, openStore, storedTurn, type OpenStore } from './store-fixtures.ts';

const key = signingKey(createHash('sha256').update('gateway').digest());
const AT = 1_772_366_400;
const AFTER = (AT + 1e6) * 1_000;
const runOf = (index: number): string => index.toString(16).padStart(32, '0');
const digest = createHash('sha256').update('text').digest('hex');
/** Every other run is named as its request is, as gateways name them. */
const requestOf = (index: number): string => (index % 2 === 0 ? runOf(index) : `r${index}`);
const COUNT = 12;

const sampleOf = (index: number): Partial<Sample> => ({
  runId: runOf(index),
  dialect: 'openai.chat',
  model: { requested: 'gpt-4o', executed: 'gpt-4o-2024-08-06', evidence: 'response_body' },
  parameters: { temperature: 0.3, stop: ['a', 'b'] },
  composition: { input: { digest, salted: true, salt: 'LyD9Ox5qoXwAcUchpXbDzQ', length: index } },
  history: { messages: ['uoKxU1baZlaD1Y991OtMMcw'] },
  // Every third comes from nowhere that numbers its runs.
  ...(index % 3 === 0 ? {} : { gateway: { kind: 'kong', instance: 'a', epoch: 'bf428529797faf1b', counter: index, route: 'garden' } }),
});

/** `said`: what a statement has beyond ours. */
function turnOf(index: number, said: object = {}): StoredTurn & { readonly identity: { readonly envelope: DsseEnvelope } } {
  const turn = storedTurn(requestOf(index), 't1', {
    at: AT + index * 60,
    sample: sampleOf(index),
    principal: index % 2 === 0 ? 'p1' : 'p2',
  });
  const statement = statementOf(recordOf(turn.sample), { ...observationOf(turn.sample, HERE), recordedBy: 'gateway' });
  const envelope =
    Object.keys(said).length === 0
      ? signStatement(statement, key)
      : signEnvelope(PAYLOAD_TYPE, Buffer.from(canonicalize({ ...statement, ...said })), key);
  const judgement = judgeRun(NO_MANIFESTS, {}, { model: { evidence: 'unknown' }, parameters: {}, composition: {}, isAnswered: false });
  const leaf = envelopeLeaf(envelope) ?? new Uint8Array();
  return { ...turn, identity: { runId: runOf(index), judgement, envelope, leaf, signed: { by: 'gateway', keyId: key.keyId } } };
}

const turns = Array.from({ length: COUNT }, (_, index) => turnOf(index, index === 5 ? { remark: 'ours alone' } : {}));
const envelopes = turns.map(({ identity }) => identity.envelope);

async function filled(): Promise<OpenStore> {
  const opened = openStore();
  await opened.store.turns.commit(turns, [], []);
  return opened;
}

const LIMITS = { nextMs: AFTER, weekMs: AFTER };

async function reopened(opened: OpenStore): Promise<OpenStore> {
  await opened.reopen();
  return opened;
}

async function kept({ store }: OpenStore): Promise<unknown> {
  const found = await Promise.all(turns.map((_, index) => store.log.find(HERE, runOf(index))));
  return found.map((one) => one && (JSON.parse(one.envelope) as unknown));
}

const column = <T>({ folder }: OpenStore, sql: string): T[] => {
  const file = new DatabaseSync(path.join(folder, 'clew.db'));
  try {
    return file
      .prepare(sql)
      .all()
      .map((row) => Object.values(row)[0] as T);
  } finally {
    file.close();
  }
};

describe('the statement of a run', () => {
  it('is given back byte for byte, and takes a signature alone where it says what the request says', async () => {
    const opened = await filled();
    expect(await kept(opened)).toEqual(envelopes);
    expect((await opened.store.runs.find(HERE, runOf(4)))?.signed).toEqual({ by: 'gateway', keyId: key.keyId });
    const lengths = column<number>(opened, 'SELECT length(proof) FROM run_identities ORDER BY seq');
    expect(lengths.map((length) => length === 64)).toEqual(turns.map((_, index) => index !== 5));
    expect(column(opened, 'SELECT count(*) FROM signers')).toEqual([1]);
  });

  it('outlives the purge of its request and the erasure of its person, and goes with the identity', async () => {
    const opened = await filled();
    expect(await opened.store.retention.purgeRequests(HERE, (AT + 61) * 1_000, 100)).toBe(2);
    for (const erasable of opened.store.erasables) await erasable.erase(HERE, 'p1');
    expect(await kept(opened)).toEqual(envelopes);
    await opened.reopen();
    expect(await kept(opened)).toEqual(envelopes);
    expect(await opened.store.retention.purgeTexts(HERE, AFTER, 100)).toBeGreaterThan(0);
    expect(await kept(opened)).toEqual(envelopes);
    while ((await opened.store.retention.purgeRuns(HERE, AFTER, 5)) >= 5);
    expect(await kept(opened)).toEqual(turns.map(() => undefined));
  });

  it('is taken over from a file that has it whole, also where its request has gone', async () => {
    const opened = await filled();
    await opened.store.close();
    const file = new DatabaseSync(path.join(opened.folder, 'clew.db'));
    const whole = file.prepare('UPDATE run_identities SET signer = NULL, proof = ? WHERE request_id = ?');
    for (const { identity, sample } of turns) whole.run(packProof(identity), sample.id);
    file.exec("INSERT INTO meta (key, value) SELECT 'repack_proofs', max(seq) FROM run_identities");
    file.close();
    await opened.reopen();
    await opened.store.retention.purgeRequests(HERE, (AT + 61) * 1_000, 100);
    expect(await kept(opened)).toEqual(envelopes);
    for (let rows = 1; rows > 0;) {
      rows = opened.store.repack(5);
      expect(await kept(opened)).toEqual(envelopes);
    }
    const whole2 = column<number>(opened, 'SELECT count(*) FROM run_identities WHERE signer IS NULL');
    // One that says more than its request, and two whose requests were gone before.
    expect(whole2).toEqual([3]);
  });

  it('names the run once where its request has the same name, and is found alike while older rows are taken over', async () => {
    const opened = await filled();
    const names = 'SELECT run_id FROM run_identities ORDER BY seq';
    const short = turns.map((_, index) => (index % 2 === 0 ? '' : runOf(index)));
    expect(column(opened, names)).toEqual(short);
    const seen = async ({ store }: OpenStore): Promise<unknown> => ({
      kept: await kept(opened),
      found: await Promise.all(turns.map((_, index) => store.runs.find(HERE, runOf(index)))),
      list: (await store.runs.list(HERE, {}, { limit: 50 })).items,
      traffic: await store.alertTraffic.rows(HERE, { fromMs: 0, toMs: AFTER, limit: 50 }),
      ages: (await store.retention.aged(HERE, { text: LIMITS, embedding: LIMITS, metadata: LIMITS, identity: LIMITS, vault: LIMITS }))
        .identity,
    });
    const expected = await seen(opened);
    await opened.store.close();
    const file = new DatabaseSync(path.join(opened.folder, 'clew.db'));
    file.exec(`UPDATE run_identities SET run_id = request_id WHERE run_id = '';
      INSERT INTO meta (key, value) SELECT 'repack_run_names', max(seq) FROM run_identities`);
    file.close();
    expect(await seen(await reopened(opened))).toEqual(expected);
    for (let rows = 5; rows === 5;) {
      rows = opened.store.repack(5);
      expect(await seen(await reopened(opened))).toEqual(expected);
    }
    expect(column(opened, names)).toEqual(short);
    // Of a request that has gone as well.
    await opened.store.retention.purgeRequests(HERE, AFTER, 100);
    expect(await kept(opened)).toEqual(envelopes);
    expect((await opened.store.runs.find(HERE, runOf(4)))?.signed).toEqual({ by: 'gateway', keyId: key.keyId });
  });

  it('stands whole where senders name more keys than are kept apart', async () => {
    const opened = openStore();
    const claims = Array.from({ length: 4_100 }, (_, index) => createHash('sha256').update(String(index)).digest('hex'));
    await opened.store.close();
    const file = new DatabaseSync(path.join(opened.folder, 'clew.db'));
    const add = file.prepare('INSERT INTO signers (signed) VALUES (?)');
    file.exec('BEGIN');
    for (const claimed of claims) add.run(JSON.stringify({ by: 'control-plane', keyId: key.keyId, refused: 'unknown_key', claimed }));
    file.exec('COMMIT');
    file.close();
    await (await opened.reopen()).turns.commit(turns, [], []);
    expect(await kept(opened)).toEqual(envelopes);
    expect(column(opened, 'SELECT count(*) FROM run_identities WHERE signer IS NOT NULL')).toEqual([0]);
  });
});

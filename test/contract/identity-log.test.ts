// The log over a real store: sequencing, checkpoints, witnesses, and a table of crash points.
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { envelopeLeaf, judgeRun, NO_MANIFESTS, recordOf, signingKey, signStatement, statementOf } from '../../plugin/src/contract/index.ts';
import { checkpointFolder } from '../../control-plane/src/adapters/files/index.ts';
import { openSqlite, type SqliteStore } from '../../control-plane/src/adapters/sqlite/index.ts';
import {
  createCheckpointer,
  witnessClient,
  type CheckpointGuard,
  type LogStore,
  type Witness,
} from '../../control-plane/src/identity/index.ts';
import { parseCheckpoint } from '../../control-plane/src/identity/log/checkpoint.ts';
import { cosignedAt } from '../../control-plane/src/identity/log/cosignature.ts';
import { leafHash, verifyConsistency, verifyInclusion } from '../../control-plane/src/identity/log/merkle.ts';
import { parseNote, parseVkey } from '../../control-plane/src/identity/log/note.ts';
import { consistencyProof, inclusionProof } from '../../control-plane/src/identity/log/prove.ts';
import { silentLogger, systemClock } from '../../control-plane/src/kernel/index.ts';
import { startWitness } from '../support/fakes/witness.ts';
import { HERE as SCOPE, storedTurn } from './store-fixtures.ts';

const key = signingKey(createHash('sha256').update('log').digest());
const gateway = signingKey(createHash('sha256').update('gateway').digest());
const folders: string[] = [];
const stores: SqliteStore[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'clew-log-'));
  folders.push(folder);
  return folder;
}

function open(folder: string): SqliteStore {
  const store = openSqlite({ folder, clock: systemClock });
  stores.push(store);
  return store;
}

async function shut(store: SqliteStore): Promise<void> {
  stores.splice(stores.indexOf(store), 1);
  await store.close();
}

const runIdOf = (index: number): string => index.toString(16).padStart(32, '0');

function turnOf(index: number) {
  const turn = storedTurn(`request-${index}`, `thread-${index}`, { sample: { runId: runIdOf(index) } });
  const statement = statementOf(recordOf(turn.sample), {
    ...SCOPE,
    observedAt: turn.sample.startedAt,
    recordedBy: 'control-plane',
    gateway: null,
  });
  const envelope = signStatement(statement, gateway);
  const judgement = judgeRun(NO_MANIFESTS, {}, { model: { evidence: 'unknown' }, parameters: {}, composition: {}, isAnswered: false });
  const leaf = envelopeLeaf(envelope) ?? new Uint8Array();
  return {
    ...turn,
    identity: { runId: runIdOf(index), judgement, envelope, leaf, signed: { by: 'control-plane' as const, keyId: gateway.keyId } },
  };
}

const checkpointerOf = (store: LogStore, guard: CheckpointGuard, witnesses: readonly Witness[] = []) =>
  createCheckpointer({ store, guard, key, originPrefix: 'clew/test', witnesses, logger: silentLogger });

/** Every checkpoint that anybody saw continues the one before, and every run that was accepted is in the last one. */
async function audit(store: SqliteStore, seen: readonly string[], accepted: readonly number[]): Promise<void> {
  const read = (note: string) => parseCheckpoint(parseNote(note)?.text ?? '') ?? expect.fail('no checkpoint');
  const reader = store.log.reader(SCOPE);
  const last = read(seen.at(-1) ?? expect.fail('nothing was published'));
  for (const note of seen) {
    const { size, root } = read(note);
    expect(size).toBeLessThanOrEqual(last.size);
    expect(verifyConsistency(size, last.size, root, last.root, await consistencyProof(reader, size, last.size))).toBe(true);
  }
  const places = new Set<number>();
  for (const index of accepted) {
    const found = (await store.log.find(SCOPE, runIdOf(index))) ?? expect.fail(`run ${index} is not in the log`);
    const leaf = envelopeLeaf(JSON.parse(found.envelope) as { payload: string; payloadType: string }) ?? expect.fail('no leaf');
    expect(found.index).toBeLessThan(last.size);
    expect(verifyInclusion(leafHash(leaf), found.index, last.size, last.root, await inclusionProof(reader, found.index, last.size))).toBe(
      true,
    );
    places.add(found.index);
  }
  expect(places.size).toBe(accepted.length);
}

/** Each step fails in both ways a crash can leave it: nothing happened, or it happened and nobody was told. */
const CRASHES = ['leaves', 'guard', 'publish', 'witness', 'publish cosigned'].flatMap((step) =>
  (['not done', 'done'] as const).map((how) => ({ step, how })),
);

describe('a crash', () => {
  for (const { step, how } of CRASHES) {
    it(`at "${step}", ${how}: forks nothing and loses nothing`, async () => {
      const folder = newFolder();
      const witness = await startWitness();
      const guard = checkpointFolder(path.join(folder, 'guard'));
      let store = open(folder);
      witness.trust(checkpointerOf(store.log, guard).vkeyOf(SCOPE));
      const seen: string[] = [];
      const accepted: number[] = [];
      const boom = new Error('The process ends here');
      const at = async (name: string, work: () => Promise<void>): Promise<void> => {
        if (name === step && how === 'not done') throw boom;
        await work();
        if (name === step) throw boom;
      };
      let publications = 0;
      const failing: LogStore = {
        scopes: () => store.log.scopes(),
        state: (scope) => store.log.state(scope),
        reader: (scope) => store.log.reader(scope),
        tile: (...args) => store.log.tile(...args),
        find: (...args) => store.log.find(...args),
        publish: async (...args) => {
          publications += 1;
          let result = false;
          await at(publications % 2 === 1 ? 'publish' : 'publish cosigned', async () => {
            result = await store.log.publish(...args);
            seen.push(args[2]);
          });
          return result;
        },
      };
      const failingGuard: CheckpointGuard = {
        read: (scope) => guard.read(scope),
        write: (...args) => at('guard', () => guard.write(...args)),
      };
      const real = witnessClient({ url: witness.url, vkey: witness.vkey });
      const failingWitness: Witness = {
        name: real.name,
        async cosign(request) {
          let lines: readonly string[] = [];
          await at('witness', async () => {
            lines = await real.cosign(request);
          });
          return lines;
        },
      };
      const commit = async (from: number, count: number) => {
        const indexes = Array.from({ length: count }, (_, index) => from + index);
        await store.turns.commit(indexes.map(turnOf), [], []);
        accepted.push(...indexes);
      };

      await commit(0, 300);
      const first = checkpointerOf(store.log, guard);
      seen.push((await first.advance(SCOPE))?.note ?? '');
      // The life that ends.
      await at('leaves', () => commit(300, 7)).catch(() => undefined);
      const ending = checkpointerOf(failing, failingGuard, [failingWitness]);
      await ending.advance(SCOPE).catch(() => undefined);
      await ending.cosigned(SCOPE);
      await shut(store);
      // The next one.
      store = open(folder);
      if (!accepted.includes(300)) await commit(300, 7);
      await commit(400, 260);
      const next = checkpointerOf(store.log, guard, [witnessClient({ url: witness.url, vkey: witness.vkey })]);
      await next.advance(SCOPE);
      const published = (await next.cosigned(SCOPE)) ?? expect.fail('nothing was signed');
      seen.push(published.note);
      expect(published.size).toBe(567);
      await audit(
        store,
        seen.filter((note) => note !== ''),
        accepted,
      );
      const verifier = parseVkey(witness.vkey) ?? expect.fail('no vkey');
      expect(cosignedAt(parseNote(published.note) ?? expect.fail('no note'), verifier)).toBeGreaterThan(1_700_000_000);
      await witness.close();
    });
  }

  it('leaves a store that was put back from a backup unsigned, rather than begin a second history', async () => {
    const folder = newFolder();
    const guard = checkpointFolder(path.join(folder, 'guard'));
    const backup = path.join(folder, 'backup.db');
    let store = open(folder);
    await store.turns.commit([turnOf(1)], [], []);
    await checkpointerOf(store.log, guard).advance(SCOPE);
    await shut(store);
    copyFileSync(path.join(folder, 'clew.db'), backup);
    store = open(folder);
    await store.turns.commit([turnOf(2)], [], []);
    await checkpointerOf(store.log, guard).advance(SCOPE);
    await shut(store);
    copyFileSync(backup, path.join(folder, 'clew.db'));
    store = open(folder);
    await expect(checkpointerOf(store.log, guard).advance(SCOPE)).rejects.toMatchObject({ code: 'unavailable' });
    await store.turns.commit([turnOf(3)], [], []);
    await expect(checkpointerOf(store.log, guard).advance(SCOPE)).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('sequencing', () => {
  it('gives a run that comes twice one place, and none to a batch that fails', async () => {
    const store = open(newFolder());
    await store.turns.commit([turnOf(1), turnOf(2)], [], []);
    await store.turns.commit([turnOf(2), turnOf(3)], [], []);
    const broken = { ...turnOf(4), identity: { ...turnOf(4).identity, leaf: new Uint8Array(31) } };
    await expect(store.turns.commit([turnOf(5), broken], [], [])).rejects.toThrow(RangeError);
    expect((await store.log.state(SCOPE)).size).toBe(3);
    expect(await store.log.find(SCOPE, runIdOf(5))).toBeUndefined();
    await store.turns.commit([turnOf(5)], [], []);
    expect((await store.log.find(SCOPE, runIdOf(5)))?.index).toBe(3);
  });

  it('never publishes an older checkpoint after a newer one', async () => {
    const store = open(newFolder());
    await store.turns.commit([turnOf(1), turnOf(2)], [], []);
    expect(await store.log.publish(SCOPE, 2, 'newer')).toBe(true);
    expect(await store.log.publish(SCOPE, 1, 'older')).toBe(false);
    expect(await store.log.publish(SCOPE, 3, 'of leaves that are not there')).toBe(false);
    expect(await store.log.state(SCOPE)).toMatchObject({ size: 2, checkpoint: 'newer' });
  });
});

describe('the guard', () => {
  it('is not left behind what was published, where a slower replica writes last', async () => {
    const folder = newFolder();
    const store = open(folder);
    const guard = checkpointFolder(path.join(folder, 'guard'));
    await store.turns.commit([turnOf(1)], [], []);
    const fast = checkpointerOf(store.log, guard);
    let isHeld = true;
    // The slower one has computed its checkpoint when the faster one signs a larger log.
    const slow = checkpointerOf(store.log, {
      read: (scope) => guard.read(scope),
      async write(scope, note) {
        if (isHeld) {
          isHeld = false;
          await store.turns.commit([turnOf(2), turnOf(3)], [], []);
          await fast.advance(SCOPE);
        }
        await guard.write(scope, note);
      },
    });
    await slow.advance(SCOPE);
    const guarded = parseNote((await guard.read(SCOPE)) ?? '')?.text ?? '';
    expect(parseCheckpoint(guarded)?.size).toBe(3);
    expect((await store.log.state(SCOPE)).checkpoint).toContain(guarded);
  });
});

describe('a witness', () => {
  it('that is away delays nothing, and cosigns what came meanwhile when it is back', async () => {
    const folder = newFolder();
    const witness = await startWitness();
    const store = open(folder);
    const checkpointer = checkpointerOf(store.log, checkpointFolder(path.join(folder, 'guard')), [
      witnessClient({ url: witness.url, vkey: witness.vkey }),
    ]);
    witness.trust(checkpointer.vkeyOf(SCOPE));
    await store.turns.commit([turnOf(1), turnOf(2)], [], []);
    const advance = async (by: typeof checkpointer) => {
      await by.advance(SCOPE);
      return (await by.cosigned(SCOPE))?.note;
    };
    const signaturesOf = (note: string | undefined) => parseNote(note ?? '')?.signatures.map(({ name }) => name);
    expect(signaturesOf(await advance(checkpointer))).toHaveLength(2);
    witness.setAway(true);
    await store.turns.commit([turnOf(3)], [], []);
    expect(signaturesOf(await advance(checkpointer))).toHaveLength(1);
    witness.setAway(false);
    // Nothing new came: it is asked again for what it missed, after a pause.
    for (let round = 0; round < 2; round += 1) expect(signaturesOf(await advance(checkpointer))).toHaveLength(1);
    expect(signaturesOf(await advance(checkpointer))).toHaveLength(2);
    await store.turns.commit([turnOf(4), turnOf(5), turnOf(6)], [], []);
    expect(signaturesOf(await advance(checkpointer))).toHaveLength(2);
    // A client that starts anew does not know what the witness has: it is told, and proves from there.
    const fresh = checkpointerOf(store.log, checkpointFolder(path.join(folder, 'guard')), [
      witnessClient({ url: witness.url, vkey: witness.vkey }),
    ]);
    await store.turns.commit([turnOf(7)], [], []);
    expect(signaturesOf(await advance(fresh))).toHaveLength(2);
    expect(witness.answers).toEqual([200, 503, 200, 200, 409, 200]);
    await witness.close();
  });

  it('notices a data folder that was put back whole, guard and all: at once, and after the new history has grown past the old', async () => {
    const witness = await startWitness();
    const folder = newFolder();
    const checkpointerIn = (data: string, store: SqliteStore) =>
      checkpointerOf(store.log, checkpointFolder(path.join(data, 'guard')), [witnessClient({ url: witness.url, vkey: witness.vkey })]);
    const store = open(folder);
    await store.turns.commit([turnOf(1), turnOf(2)], [], []);
    const first = checkpointerIn(folder, store);
    witness.trust(first.vkeyOf(SCOPE));
    await first.advance(SCOPE);
    await first.cosigned(SCOPE);
    await shut(store);
    const backup = newFolder();
    cpSync(folder, backup, { recursive: true });
    const later = open(folder);
    const second = checkpointerIn(folder, later);
    await later.turns.commit([turnOf(3), turnOf(4), turnOf(5)], [], []);
    await second.advance(SCOPE);
    await second.cosigned(SCOPE);
    expect([...second.refusals(SCOPE)]).toEqual([]);
    // All of the folder is from before: nothing in it knows of what was signed since.
    const restored = open(backup);
    const third = checkpointerIn(backup, restored);
    await restored.turns.commit([turnOf(6)], [], []);
    await third.advance(SCOPE);
    expect(parseNote((await third.cosigned(SCOPE))?.note ?? '')?.signatures).toHaveLength(1);
    expect([...third.refusals(SCOPE)]).toEqual([['witness.example/one', 'larger_log']]);
    await restored.turns.commit([7, 8, 9].map(turnOf), [], []);
    const fourth = checkpointerIn(backup, restored);
    await fourth.advance(SCOPE);
    expect(parseNote((await fourth.cosigned(SCOPE))?.note ?? '')?.signatures).toHaveLength(1);
    expect([...fourth.refusals(SCOPE)]).toEqual([['witness.example/one', 'other_history']]);
    await witness.close();
  });
});

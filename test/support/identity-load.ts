// How run identity is measured: the log on a real disk, the guard on a request of 16 KB, canonical bytes against a second
// implementation. The bench runs it at full size, the tests at the size that their bars name.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import canonicalizeReference from 'canonicalize';
import fc from 'fast-check';
import { canonicalize, compileManifests, recordOf, signingKey, type Manifest } from '#contract';
import { composition, readAnswer, readRequest } from '#dialects';
import { Database } from '../../control-plane/src/adapters/sqlite/database.ts';
import { LeafAppender, SqliteLog } from '../../control-plane/src/adapters/sqlite/log.ts';
import { checkpointFolder } from '../../control-plane/src/adapters/files/index.ts';
import { createCheckpointer, createSigningRounds } from '../../control-plane/src/identity/index.ts';
import { leafHash, verifyInclusion } from '../../control-plane/src/identity/log/merkle.ts';
import { inclusionProof, rootOf } from '../../control-plane/src/identity/log/prove.ts';
import { parseCheckpoint } from '../../control-plane/src/identity/log/checkpoint.ts';
import { parseNote } from '../../control-plane/src/identity/log/note.ts';
import { silentLogger, systemClock } from '../../control-plane/src/kernel/index.ts';
import { guard } from '../../plugin/src/manifests/index.ts';
import { readCompanionRequest } from '../../plugin/src/observe/index.ts';
import { cpuTimer } from './cpu-time.ts';
import { chatRequest } from './plugin-flow.ts';

const SCOPE = { tenant: 'acme', environment: 'production' };
const KEY = 'acme/production';
const leafOf = (index: number): Buffer => createHash('sha256').update(`leaf ${index}`).digest();

export interface LogBench {
  readonly size: number;
  /** In one transaction: on the disk when it returns. */
  append(count: number): void;
  /** Milliseconds of each proof, checked against the root; and of the root. */
  prove(rounds: number): Promise<{ readonly proofMs: readonly number[]; readonly rootMs: number }>;
  /**
   * Appends a batch every `everyMs` for so long, while checkpoints are signed as the server signs them; milliseconds from each
   * commit to a published checkpoint that holds it.
   */
  lags(options: { readonly batch: number; readonly everyMs: number; readonly forMs: number }): Promise<readonly number[]>;
  close(): void;
}

export function openLogBench(): LogBench {
  const folder = mkdtempSync(path.join(tmpdir(), 'clew-log-bench-'));
  const database = new Database(path.join(folder, 'clew.db'));
  const log = new SqliteLog(database, systemClock);
  let size = 0;
  const append = (count: number): void =>
    database.transaction(() => {
      const appender = new LeafAppender(database, KEY);
      for (let index = 0; index < count; index += 1) appender.add(leafOf(size + index));
      appender.write();
      size += count;
    });
  return {
    get size() {
      return size;
    },
    append,
    async prove(rounds) {
      const started = performance.now();
      const root = await rootOf(log.reader(SCOPE), size);
      const rootMs = performance.now() - started;
      const proofMs: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const index = (round * 7_919 * 613) % size;
        const before = performance.now();
        const proof = await inclusionProof(log.reader(SCOPE), index, size);
        proofMs.push(performance.now() - before);
        if (!verifyInclusion(leafHash(leafOf(index)), index, size, root, proof))
          throw new Error(`The proof of leaf ${index} does not hold`);
      }
      return { proofMs, rootMs };
    },
    async lags({ batch, everyMs, forMs }) {
      const checkpointer = createCheckpointer({
        store: log,
        guard: checkpointFolder(path.join(folder, 'guard')),
        key: signingKey(new Uint8Array(32).fill(8)),
        originPrefix: 'clew/bench',
        witnesses: [],
        logger: silentLogger,
      });
      const rounds = createSigningRounds(checkpointer);
      const waiting: { readonly size: number; readonly at: number }[] = [];
      const lags: number[] = [];
      rounds.start();
      const end = performance.now() + forMs;
      let next = performance.now();
      while (performance.now() < end || waiting.length > 0) {
        if (performance.now() < end && performance.now() >= next) {
          append(batch);
          waiting.push({ size, at: performance.now() });
          next += everyMs;
        }
        const { checkpoint } = await log.state(SCOPE);
        const published = checkpoint === null ? 0 : (parseCheckpoint(parseNote(checkpoint)?.text ?? '')?.size ?? 0);
        while (waiting[0] !== undefined && waiting[0].size <= published) lags.push(performance.now() - (waiting.shift()?.at ?? 0));
        if (performance.now() - end > 30_000) throw new Error('No checkpoint came');
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await rounds.stop();
      return lags;
    },
    close() {
      database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const INSTRUCTIONS = 'You are the assistant of Ariadne. Answer in 3 sentences.';
const TOOLS = Array.from({ length: 20 }, (_, index) => ({
  type: 'function',
  function: {
    name: `tool_${index}`,
    description: 'Looks things up. '.repeat(8),
    parameters: { type: 'object', properties: { q: { type: 'string' } } },
  },
}));

const manifest = (fields: Partial<Manifest>): Manifest => ({
  version: 1,
  name: 'support',
  revision: '7',
  match: { routes: ['support-*'] },
  instructions: [
    {
      role: 'system',
      template: 'You are the assistant of {{company}}. Answer in {{n}} sentences.',
      variables: { company: { type: 'line', maxLength: 40 }, n: { type: 'integer', minimum: 1, maximum: 9 } },
    },
  ],
  models: [{ requested: 'gpt-4o', executed: ['gpt-4o-2024-08-06'] }],
  tools: { allowed: TOOLS.map(({ function: { name } }) => ({ name })) },
  enforce: 'block',
  ...fields,
});

/** Of a request of 16 KB with 20 tools, under 21 manifests. */
export interface GuardTimes {
  /** Before the provider is called: read, digests of all parts, verdict. CPU milliseconds. */
  readonly guard: readonly number[];
  /** The same with the whole record and its digest, as they are made after the answer. */
  readonly withRecord: readonly number[];
}

export function measureGuard(rounds: number): GuardTimes {
  const bare = JSON.stringify({ model: 'gpt-4o', messages: [], tools: TOOLS }).length + INSTRUCTIONS.length;
  const messages = [
    { role: 'system', content: INSTRUCTIONS },
    { role: 'user', content: 'word '.repeat(Math.ceil((16_384 - bare) / 5)) },
  ];
  const request = readCompanionRequest({ ...chatRequest({ messages, tools: TOOLS }), route: { id: 'r1', name: 'support-eu' } });
  if (!request) throw new Error('The request cannot be read');
  const set = compileManifests([
    manifest({}),
    ...Array.from({ length: 20 }, (_, index) => manifest({ name: `other-${index}`, match: { routes: [`other-${index}`] } })),
  ]);
  const place = { route: 'support-eu', header: (name: string) => request.headers[name] };
  const judge = (): void => {
    if (guard(set, place, request)?.verdict !== 'matched') throw new Error('The request is not as declared');
  };
  const record = (): void => {
    const call = {
      method: 'POST',
      path: request.path,
      requestHeaders: request.headers,
      requestBody: String(request.body),
      requestTruncated: false,
      status: undefined,
      responseHeaders: {},
      responseBody: undefined,
      responseTruncated: false,
    };
    const reading = readRequest(call);
    if (!reading.ok) throw new Error('The request cannot be read');
    const { dialect, parameters } = reading.request;
    const answer = readAnswer(call, reading.request);
    const parts = composition(reading.request, answer, { randomBytes: (length) => new Uint8Array(length) });
    recordOf({ dialect, parameters, model: answer.model, composition: parts });
  };
  const timesOf = (work: () => void): number[] => {
    for (let n = 0; n < 200; n += 1) work();
    return Array.from({ length: rounds }, () => {
      const elapsed = cpuTimer();
      for (let again = 0; again < 25; again += 1) work();
      return elapsed() / 25;
    });
  };
  return {
    guard: timesOf(judge),
    withRecord: timesOf(() => {
      judge();
      record();
    }),
  };
}

const second: (value: unknown) => string | undefined = canonicalizeReference;
const CHUNK = 10_000;
const anyText = fc.string({ unit: 'binary', maxLength: 24 }).map((text) => text.toWellFormed());
const anyNumber = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.maxSafeInteger());
const anyValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: false },
    anyNumber,
    anyText,
    fc.constantFrom(true, false, null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(anyText, tie('value'), { maxKeys: 5 }),
  ),
})).value;

/** Values at random, of any depth, with keys and texts of any script: how many have other bytes in the second implementation. */
export function canonicalDifferences(values: number, seed: number): number {
  let differences = 0;
  for (let done = 0; done < values; done += CHUNK) {
    for (const value of fc.sample(anyValue, { numRuns: Math.min(CHUNK, values - done), seed: seed + done }))
      if (canonicalize(value) !== second(value)) differences += 1;
  }
  return differences;
}

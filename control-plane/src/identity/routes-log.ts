// The log as C2SP tlog-tiles has it, under /v1/log/, and how it fares.
import { publicKeyPem, type SigningKey } from '#contract';
import { ClewError, type ApiReply, type JsonSchema, type Route, type Scope } from '../kernel/index.ts';
import type { Checkpointer } from './log/checkpointer.ts';
import { HASH_BYTES } from './log/merkle.ts';
import { parseNote, parseVkey, type Note } from './log/note.ts';
import { cosignedAt } from './log/cosignature.ts';
import type { LogStore, Witness } from './log/ports.ts';
import { entryBundle, parseTilePath, TILE_WIDTH } from './log/tiles.ts';
import type { CounterReader } from './ports.ts';
import { readAccount } from './read-account.ts';
import { gapsRoute } from './routes-gaps.ts';

const permission = 'runs:read';

interface LogRoutesParts {
  readonly store: LogStore;
  readonly checkpointer: Checkpointer;
  readonly counters: CounterReader;
  readonly key: SigningKey;
  readonly clock: { nowMs(): number };
  readonly witnesses: readonly Witness[];
}

export function logRoutes(parts: LogRoutesParts): Route[] {
  return [healthRoute(parts), checkpointRoute(parts), gapsRoute(parts), ...tileRoutes(parts)];
}

const HEALTH: JsonSchema = {
  type: 'object',
  properties: {
    origin: { type: 'string' },
    vkey: { type: 'string', description: 'C2SP vkey that checks checkpoints' },
    gatewayKey: { type: 'string', description: 'PEM; signs for gateways that do not sign themselves' },
    size: { type: 'integer' },
    checkpointSize: { type: ['integer', 'null'] },
    checkpointAt: { type: ['string', 'null'], format: 'date-time', description: 'When it was first published' },
    root: { type: ['string', 'null'], description: 'Root of the newest checkpoint, base64' },
    signatures: { type: 'array', items: { type: 'string' }, description: 'Names on the newest checkpoint: the log, then witnesses' },
    witnesses: {
      type: 'array',
      description: 'Those that are asked to cosign, with the time at which each saw the newest checkpoint; null: not yet',
      items: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          at: { type: ['string', 'null'], format: 'date-time' },
          refused: {
            enum: ['larger_log', 'other_history', null],
            description:
              'larger_log: it saw more of this log than there is; other_history: what it saw is no beginning of it. The data folder was put back from a backup, or two servers hold it.',
          },
        },
      },
    },
    missing: {
      type: 'integer',
      description: 'Runs whose number was passed over without an explanation, those on their way included',
    },
    lost: { type: 'integer', description: 'Runs that gateways say, under their keys, that they lost' },
    notKept: { type: 'integer', description: 'Runs that came in and that this server does not keep, as it says itself' },
    unknownEnd: { type: 'integer', description: 'Runs of gateways that were not heard of again, as when they are killed' },
  },
};

function healthRoute({ store, checkpointer, counters, key, clock, witnesses }: LogRoutesParts): Route {
  return {
    method: 'get',
    path: '/v1/log',
    permission,
    summary: 'How the log fares: size, newest checkpoint, who signed it, keys to check it with, and whether runs are missing',
    success: {
      status: 200,
      description: 'Figures of the log of the tenant and environment',
      schema: HEALTH,
    },
    errors: ['unavailable'],
    handle: async ({ caller: { scope } }) => {
      const { size, publishedMs } = await store.state(scope);
      const published = await checkpointer.published(scope);
      const note = published ? parseNote(published.note) : undefined;
      const { account } = await readAccount(counters, scope, clock.nowMs());
      const { missing, lost, notKept, unknownEnd } = account;
      return {
        status: 200,
        json: {
          origin: checkpointer.originOf(scope),
          vkey: checkpointer.vkeyOf(scope),
          gatewayKey: publicKeyPem(key.publicKey),
          size,
          checkpointSize: published?.size ?? null,
          checkpointAt: publishedMs === null || publishedMs === undefined ? null : new Date(publishedMs).toISOString(),
          root: published?.root.toString('base64') ?? null,
          signatures: note?.signatures.map(({ name }) => name) ?? [],
          witnesses: witnesses.map((witness) => ({
            name: witness.name,
            at: cosignedBy(note, witness),
            refused: checkpointer.refusals(scope).get(witness.name) ?? null,
          })),
          missing,
          lost,
          notKept,
          unknownEnd,
          at: new Date(clock.nowMs()).toISOString(),
        },
      };
    },
  };
}

/** When the witness saw it, by its own signed word. */
function cosignedBy(note: Note | undefined, { vkey }: Witness): string | null {
  const verifier = vkey === undefined ? undefined : parseVkey(vkey);
  const seconds = note && verifier ? cosignedAt(note, verifier) : undefined;
  return seconds === undefined ? null : new Date(seconds * 1_000).toISOString();
}

const plain = (text: string): ApiReply => ({
  status: 200,
  headers: { 'Cache-Control': 'no-cache' },
  bytes: { contentType: 'text/plain; charset=utf-8', body: Buffer.from(text) },
});

function checkpointRoute({ checkpointer }: LogRoutesParts): Route {
  return {
    method: 'get',
    path: '/v1/log/checkpoint',
    permission,
    summary: 'The newest checkpoint: a C2SP signed note (text/plain)',
    success: { status: 200, description: 'Signed note, with the lines of witnesses' },
    errors: ['not_found', 'unavailable'],
    handle: async ({ caller: { scope } }) => {
      const checkpoint = (await checkpointer.published(scope)) ?? (await checkpointer.advance(scope));
      if (!checkpoint) throw new ClewError('not_found', 'the log is empty');
      return plain(checkpoint.note);
    },
  };
}

/** Paths have one to five steps after the level: number in groups of three digits, and the width of a partial tile. */
const STEPS = ['a', 'b', 'c', 'd', 'e'] as const;

function tileRoutes({ store }: LogRoutesParts): Route[] {
  return STEPS.map((_, last): Route => {
    const steps = STEPS.slice(0, last + 1);
    return {
      method: 'get',
      path: `/v1/log/tile/:level/${steps.map((step) => `:${step}`).join('/')}`,
      permission,
      summary: 'A tile of the log, or a bundle of its entries (level "entries"), as C2SP tlog-tiles names them',
      success: { status: 200, description: 'Hashes, 32 bytes each; entries with their length in two bytes before each' },
      errors: ['not_found'],
      handle: ({ caller, params }) => tileReply(store, caller.scope, [params['level'], ...steps.map((step) => params[step])].join('/')),
    };
  });
}

async function tileReply(store: LogStore, scope: Scope, path: string): Promise<ApiReply> {
  const name = parseTilePath(path);
  const stored = name && (await store.tile(scope, name.level, name.number));
  if (!name || !stored || stored.length < name.width * HASH_BYTES) throw new ClewError('not_found');
  const hashes = stored.subarray(0, name.width * HASH_BYTES);
  const body = name.level === 'entries' ? entryBundle(hashes) : hashes;
  // What a tile says never changes; a partial one is replaced by the full one.
  const age = name.width === TILE_WIDTH ? 'private, max-age=31536000, immutable' : 'private, max-age=60';
  return { status: 200, headers: { 'Cache-Control': age }, bytes: { contentType: 'application/octet-stream', body } };
}

// The log as C2SP tlog-tiles has it, under /v1/log/, and how it fares.
import { publicKeyPem, type SigningKey } from '#contract';
import { ClewError, type ApiReply, type Route, type Scope } from '../kernel/index.ts';
import type { Checkpointer } from './log/checkpointer.ts';
import { HASH_BYTES } from './log/merkle.ts';
import { parseNote } from './log/note.ts';
import type { LogStore } from './log/ports.ts';
import { entryBundle, parseTilePath, TILE_WIDTH } from './log/tiles.ts';
import type { CounterReader } from './ports.ts';
import { TIME } from './views.ts';

const permission = 'runs:read';
/** A run can be on its way for so long before its number counts as missing. */
const SETTLED_MS = 5 * 60_000;
const SHOWN = 100;

export interface LogRoutesParts {
  readonly store: LogStore;
  readonly checkpointer: Checkpointer;
  readonly counters: CounterReader;
  readonly key: SigningKey;
  readonly clock: { nowMs(): number };
}

export function logRoutes(parts: LogRoutesParts): Route[] {
  return [healthRoute(parts), checkpointRoute(parts), gapsRoute(parts), ...tileRoutes(parts)];
}

function healthRoute({ store, checkpointer, counters, key, clock }: LogRoutesParts): Route {
  return {
    method: 'get',
    path: '/v1/log',
    permission,
    summary: 'How the log fares: size, newest checkpoint, who signed it, keys to check it with, and whether runs are missing',
    success: {
      status: 200,
      description: 'Figures of the log of the tenant and environment',
      schema: {
        type: 'object',
        properties: {
          origin: { type: 'string' },
          vkey: { type: 'string', description: 'C2SP vkey that checks checkpoints' },
          gatewayKey: { type: 'string', description: 'PEM; signs for gateways that do not sign themselves' },
          size: { type: 'integer' },
          checkpointSize: { type: ['integer', 'null'] },
          signatures: { type: 'array', items: { type: 'string' }, description: 'Names on the newest checkpoint: the log, then witnesses' },
          missing: { type: 'integer', description: 'Runs whose number was passed over, those on their way included' },
        },
      },
    },
    errors: ['unavailable'],
    handle: async ({ caller: { scope } }) => {
      const { size } = await store.state(scope);
      const published = await checkpointer.published(scope);
      const { missing } = await counters.gaps(scope, 1);
      return {
        status: 200,
        json: {
          origin: checkpointer.originOf(scope),
          vkey: checkpointer.vkeyOf(scope),
          gatewayKey: publicKeyPem(key.publicKey),
          size,
          checkpointSize: published?.size ?? null,
          signatures: (published ? parseNote(published.note)?.signatures : undefined)?.map(({ name }) => name) ?? [],
          missing,
          at: new Date(clock.nowMs()).toISOString(),
        },
      };
    },
  };
}

function gapsRoute({ counters, clock }: LogRoutesParts): Route {
  return {
    method: 'get',
    path: '/v1/log/gaps',
    permission,
    summary:
      'Numbers that gateways passed over: runs that were left out. Each gateway process counts its runs from 0, in an epoch of its own.',
    success: {
      status: 200,
      description: `The ${SHOWN} newest gaps. What is missing at the end of an epoch cannot be seen.`,
      schema: {
        type: 'object',
        properties: {
          items: {
            type: 'array',
            items: {
              type: 'object',
              properties: {
                id: { type: 'string' },
                epoch: { type: 'string' },
                from: { type: 'integer' },
                to: { type: 'integer' },
                seenAt: TIME,
                settled: { type: 'boolean', description: 'False: seen so recently that the runs may still be on their way' },
              },
            },
          },
          next: { type: 'null' },
          missing: { type: 'integer' },
          epochs: { type: 'array', items: { type: 'object' } },
        },
      },
    },
    handle: async ({ caller: { scope } }) => {
      const { items, missing } = await counters.gaps(scope, SHOWN);
      const nowMs = clock.nowMs();
      const epochs = await counters.epochs(scope, SHOWN);
      return {
        status: 200,
        json: {
          items: items.map(({ seenAtMs, ...gap }) => ({
            id: `${gap.epoch}:${gap.from}`,
            ...gap,
            seenAt: new Date(seenAtMs).toISOString(),
            settled: nowMs - seenAtMs > SETTLED_MS,
          })),
          next: null,
          missing,
          epochs: epochs.map(({ firstSeenMs, lastSeenMs, ...epoch }) => ({
            ...epoch,
            firstSeen: new Date(firstSeenMs).toISOString(),
            lastSeen: new Date(lastSeenMs).toISOString(),
          })),
        },
      };
    },
  };
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

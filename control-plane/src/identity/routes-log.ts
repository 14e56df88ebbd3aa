// The log as C2SP tlog-tiles has it, under /v1/log/, and how it fares.
import { publicKeyPem, type SigningKey } from '#contract';
import { ClewError, type ApiReply, type Route, type Scope } from '../kernel/index.ts';
import type { Checkpointer } from './log/checkpointer.ts';
import { HASH_BYTES } from './log/merkle.ts';
import { parseNote, parseVkey, type Note } from './log/note.ts';
import { cosignedAt } from './log/cosignature.ts';
import type { LogStore, Witness } from './log/ports.ts';
import { entryBundle, parseTilePath, TILE_WIDTH } from './log/tiles.ts';
import { accountOf, endOf, type Account } from './account.ts';
import type { CounterReader, EpochSummary } from './ports.ts';
import { TIME } from './views.ts';

const permission = 'runs:read';
const SHOWN = 100;
/** Gaps that are looked at for an explanation; what lies beyond counts as missing. */
const EXPLAINED = 10_000;

export interface LogRoutesParts {
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

function healthRoute({ store, checkpointer, counters, key, clock, witnesses }: LogRoutesParts): Route {
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
      },
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

function gapsRoute({ counters, clock }: LogRoutesParts): Route {
  return {
    method: 'get',
    path: '/v1/log/gaps',
    permission,
    summary:
      'Numbers that gateways passed over: runs that were left out. Each gateway process counts its runs from 0, in an epoch of its own.',
    success: {
      status: 200,
      description: `The ${SHOWN} newest gaps and epochs. Where a gateway states how many runs there were, gaps at the end show too.`,
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
                kind: {
                  enum: ['on_the_way', 'missing', 'lost', 'not_kept', 'unknown_end'],
                  description:
                    'missing: nothing explains it. lost: the gateway says under its key that it lost these runs. not_kept: they came in, and this server says why it does not have them. unknown_end: the gateway was not heard of again, as when it is killed.',
                },
                reason: {
                  type: 'string',
                  description: 'Why the gateway lost them, or why this server did not keep them: mode_off, buried, erased',
                },
              },
            },
          },
          next: { type: 'null' },
          missing: { type: 'integer', description: 'Without an explanation, those on their way included' },
          lost: { type: 'integer' },
          notKept: { type: 'integer', description: 'Came in and are not kept, as this server says' },
          unknownEnd: { type: 'integer' },
          repeated: { type: 'integer', description: 'Numbers that came with more than one run' },
          unproven: { type: 'integer', description: "Runs that gave a number of a signed epoch without its key's signature" },
          epochs: {
            type: 'array',
            items: {
              type: 'object',
              properties: {
                epoch: { type: 'string' },
                end: {
                  enum: ['closed', 'open', 'unknown', 'unstated'],
                  description: 'unstated: the gateway states nothing of its runs, so what is missing at the end cannot be seen',
                },
                unkept: {
                  type: 'array',
                  items: { type: 'object' },
                  description: 'Numbers that came in and are not kept: from, to, reason',
                },
                stated: {
                  type: ['object', 'null'],
                  description:
                    'What the gateway states under its key: runs, lost, state, at; passed: calls that it let pass unseen because settings or policy said off',
                },
              },
            },
          },
          refused: {
            type: 'array',
            description: 'Signatures of gateways that were not taken, by reason and key; the runs are kept, signed by the control plane',
            items: { type: 'object' },
          },
        },
      },
    },
    handle: async ({ caller: { scope } }) => {
      const nowMs = clock.nowMs();
      const { account, epochs } = await readAccount(counters, scope, nowMs);
      const { gaps, ...totals } = account;
      return {
        status: 200,
        json: {
          items: gaps.slice(0, SHOWN).map(({ seenAtMs, ...gap }) => ({
            id: `${gap.epoch}:${gap.from}`,
            ...gap,
            seenAt: new Date(seenAtMs).toISOString(),
            settled: gap.kind !== 'on_the_way',
          })),
          next: null,
          ...totals,
          epochs: epochs.slice(0, SHOWN).map((epoch) => epochView(epoch, nowMs)),
          refused: (await counters.refused(scope)).map(({ firstAtMs, lastAtMs, ...refused }) => ({
            ...refused,
            firstAt: new Date(firstAtMs).toISOString(),
            lastAt: new Date(lastAtMs).toISOString(),
          })),
        },
      };
    },
  };
}

/** What became of all numbered runs of a scope. */
export async function readAccount(
  counters: CounterReader,
  scope: Scope,
  nowMs: number,
): Promise<{ readonly account: Account; readonly epochs: readonly EpochSummary[] }> {
  const epochs = await counters.epochs(scope, EXPLAINED);
  const { items, missing } = await counters.gaps(scope, EXPLAINED);
  const looked = items.reduce((sum, { from, to }) => sum + (to - from + 1), 0);
  return { account: accountOf(items, Math.max(0, missing - looked), epochs, nowMs), epochs };
}

function epochView(summary: EpochSummary, nowMs: number): object {
  const { firstSeenMs, lastSeenMs, stated, ...epoch } = summary;
  return {
    ...epoch,
    end: endOf(summary, nowMs),
    stated: stated && {
      runs: stated.runs,
      passed: stated.passed,
      lost: stated.lost,
      state: stated.state,
      at: new Date(stated.atMs).toISOString(),
    },
    firstSeen: new Date(firstSeenMs).toISOString(),
    lastSeen: new Date(lastSeenMs).toISOString(),
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

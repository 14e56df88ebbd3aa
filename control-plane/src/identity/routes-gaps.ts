// Which numbered runs are missing, and what explains that.
import type { JsonSchema, Route } from '../kernel/index.ts';
import { endOf } from './account.ts';
import type { CounterReader, EpochSummary } from './ports.ts';
import { readAccount } from './read-account.ts';
import { TIME } from './views.ts';

const SHOWN = 100;

interface GapsRouteParts {
  readonly counters: CounterReader;
  readonly clock: { nowMs(): number };
}

const GAPS: JsonSchema = {
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
};

export function gapsRoute({ counters, clock }: GapsRouteParts): Route {
  return {
    method: 'get',
    path: '/v1/log/gaps',
    permission: 'runs:read',
    summary:
      'Numbers that gateways passed over: runs that were left out. Each gateway process counts its runs from 0, in an epoch of its own.',
    success: {
      status: 200,
      description: `The ${SHOWN} newest gaps and epochs. Where a gateway states how many runs there were, gaps at the end show too.`,
      schema: GAPS,
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

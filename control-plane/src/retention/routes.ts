// GET /v1/retention: how long each class is kept, what goes next and when, and what went.
import type { Policy } from '#contract';
import { type Clock, type JsonSchema, type Route, type Scope } from '../kernel/index.ts';
import { DEFAULT_DAYS, keepsText } from '../policies/index.ts';
import { RETAINED, type AgeLimits, type RetainedClass, type RetentionReader } from './ports.ts';

/** A purge that removed something. */
export interface PastPurge {
  readonly at: string;
  /** How many, by class. */
  readonly removed: Readonly<Record<string, number>>;
}

export interface RetentionParts {
  readonly reader: RetentionReader;
  readonly policy: () => Policy;
  /** Epoch milliseconds of the next purge; undefined: it runs now. */
  readonly nextPurgeMs: () => number | undefined;
  /** The newest first. */
  readonly pastPurges: (scope: Scope) => Promise<readonly PastPurge[]>;
  readonly holds: { list(scope: Scope, isActiveOnly: boolean): Promise<readonly unknown[]> };
  readonly clock: Clock;
}

const DAY_MS = 86_400_000;
const COUNT: JsonSchema = { type: 'integer', minimum: 0 };
const TIME_OR_NULL: JsonSchema = { type: ['string', 'null'], format: 'date-time' };
const CLASS: JsonSchema = {
  type: 'object',
  properties: {
    id: { enum: Object.keys(RETAINED) },
    days: { ...COUNT, description: 'By the policy in force, or its default' },
    isDefault: { type: 'boolean' },
    stored: COUNT,
    oldest: TIME_OR_NULL,
    firstGoesAt: { ...TIME_OR_NULL, description: 'When the oldest is due: it goes with the first purge after that' },
    next: { ...COUNT, description: 'How many go with the next purge' },
    week: { ...COUNT, description: 'How many go within seven days' },
    bytesPerRequest: { type: ['number', 'null'], description: 'Mean of the newest 200 requests that are stored, indexes apart' },
    held: { ...COUNT, description: 'How many would go with the next purge, were they not under legal hold' },
  },
};

export function retentionRoutes(parts: RetentionParts): Route[] {
  return [
    {
      method: 'get',
      path: '/v1/retention',
      permission: 'retention:read',
      summary: 'How long each class of data is kept, what of the tenant and environment goes next and when, and what went',
      success: {
        status: 200,
        description: 'Counts; never what is in them',
        schema: {
          type: 'object',
          properties: {
            keepsText: { type: 'boolean', description: 'Whether the policy in force keeps the text of any traffic' },
            purpose: { type: ['string', 'null'], description: 'What texts are kept for' },
            legalBasis: { type: ['string', 'null'] },
            nextPurge: { ...TIME_OR_NULL, description: 'Null: it runs now' },
            holds: { ...COUNT, description: 'Legal holds in force' },
            items: { type: 'array', items: CLASS },
            purges: {
              type: 'array',
              description: 'The last that removed something, newest first',
              items: { type: 'object', properties: { at: { type: 'string', format: 'date-time' }, removed: { type: 'object' } } },
            },
          },
        },
      },
      handle: async ({ caller: { scope } }) => ({ status: 200, json: await forecast(scope, parts) }),
    },
  ];
}

async function forecast(scope: Scope, { reader, policy, nextPurgeMs, pastPurges, holds, clock }: RetentionParts) {
  const nowMs = clock.nowMs();
  const nextMs = nextPurgeMs();
  const { purpose, legalBasis, ...inForce } = policy();
  const own = inForce.retention ?? {};
  const days = { ...DEFAULT_DAYS, ...own };
  // Originals are kept no longer than the text in which they stood.
  const kept = { ...days, vaultDays: Math.min(days.vaultDays, days.textDays) };
  const classes = Object.entries(RETAINED) as [RetainedClass, (typeof RETAINED)[RetainedClass]][];
  const limits = Object.fromEntries(
    classes.map(([name, field]) => {
      const age = kept[field] * DAY_MS;
      return [name, { nextMs: (nextMs ?? nowMs) - age, weekMs: nowMs + 7 * DAY_MS - age }];
    }),
  ) as AgeLimits;
  const aged = await reader.aged(scope, limits);
  return {
    keepsText: keepsText(inForce),
    purpose: purpose ?? null,
    legalBasis: legalBasis ?? null,
    nextPurge: nextMs === undefined ? null : new Date(nextMs).toISOString(),
    holds: (await holds.list(scope, true)).length,
    items: classes.map(([name, field]) => {
      const { oldestMs, ...counts } = aged[name];
      return {
        id: name,
        days: kept[field],
        isDefault: own[field] === undefined,
        oldest: oldestMs === null ? null : new Date(oldestMs).toISOString(),
        firstGoesAt: oldestMs === null ? null : new Date(oldestMs + kept[field] * DAY_MS).toISOString(),
        ...counts,
      };
    }),
    purges: await pastPurges(scope),
  };
}

// One posted item: is it a sample that may be taken, and in whose scope?
import { parseSample, type Sample } from '#contract';
import type { ErrorCode, Scope } from '../kernel/index.ts';

export type Judgement =
  | { readonly ok: true; readonly sample: Sample; readonly unknownFields: number }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

const EARLIEST_MS = Date.UTC(2015, 0, 1);
const AHEAD_MS = 60 * 60 * 1000;
const FAULTS_SHOWN = 5;

/** Messages name places and expectations, never values. Fields that version 1 does not know are removed from the value. */
export function judge(value: unknown, scope: Scope, nowMs: number): Judgement {
  const parsed = parseNewer(value);
  if (!parsed.ok) {
    const shown = parsed.faults
      .slice(0, FAULTS_SHOWN)
      .map(({ path, expected }) => `${path === '' ? '(sample)' : path}: expected ${expected}`);
    return { ok: false, code: 'invalid_sample', message: shown.join('; ') };
  }
  const { value: sample, unknownFields } = parsed;
  const isForeign = (sample.tenant ?? scope.tenant) !== scope.tenant || (sample.environment ?? scope.environment) !== scope.environment;
  if (isForeign) return { ok: false, code: 'wrong_scope', message: '/tenant, /environment: expected those of the token' };
  const time = timeFault(sample, nowMs);
  if (time !== undefined) return { ok: false, code: 'time_out_of_range', message: time };
  return { ok: true, sample, unknownFields };
}

/**
 * A gateway may be newer than this server and name a protocol that is not known here: the sample is taken as one of an unknown protocol, with
 * all that was read of it, and the name counts as a field that was left out.
 */
function parseNewer(value: unknown): ReturnType<typeof parseSample> {
  const parsed = parseSample(value);
  if (parsed.ok || !parsed.faults.every(({ path }) => path === '/dialect')) return parsed;
  const { dialect } = value as { readonly dialect?: unknown };
  if (typeof dialect !== 'string' || !/^[a-z0-9_]{1,32}(\.[a-z0-9_]{1,32}){1,3}$/.test(dialect)) return parsed;
  const again = parseSample({ ...(value as object), dialect: 'unknown' });
  return again.ok ? { ...again, unknownFields: again.unknownFields + 1 } : again;
}

function timeFault(sample: Sample, nowMs: number): string | undefined {
  const startedMs = Date.parse(sample.startedAt);
  if (!isPlausible(startedMs, nowMs)) return '/startedAt: expected a time from 2015 to one hour from now';
  if (sample.endedAt === undefined) return undefined;
  const endedMs = Date.parse(sample.endedAt);
  if (!isPlausible(endedMs, nowMs)) return '/endedAt: expected a time from 2015 to one hour from now';
  if (endedMs < startedMs) return '/endedAt: expected a time not before /startedAt';
  return undefined;
}

const isPlausible = (ms: number, nowMs: number): boolean => ms >= EARLIEST_MS && ms <= nowMs + AHEAD_MS;

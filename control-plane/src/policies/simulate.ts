// What a policy would keep, drop and cost, on traffic that is stored: each stored request stands for those like it that
// were not kept. Expectations are taken over the draw, so nothing is drawn here and the same traffic gives the same answer.
import type { Policy, Sample } from '#contract';
import { embedRateOf } from './embed-rate.ts';
import { isMatch, modeOf, type Mode } from './mode.ts';
import { DEFAULT_DAYS } from './retention-days.ts';

/** A stored request, as the simulation sees it. */
export interface SimulatedRequest {
  readonly sample: Sample;
  readonly tenant: string;
  readonly environment: string;
  readonly principal: string | null;
  readonly atMs: number;
  /** Requests that it stands for; 0 for one that was kept for another reason than the rate. */
  readonly weight: number;
  /** What is stored of it now; 0 where the policy of its time or the purge took it away. */
  readonly bytes: { readonly text: number; readonly vectors: number; readonly metadata: number };
  readonly costUsd: number | null;
}

export interface Kept {
  /** Expected requests kept with more than their digests. */
  readonly requests: number;
  /** Standard error of `requests` from the sampling of what was stored. */
  readonly standardError: number;
  readonly dropped: number;
  /** By mode, of those that are kept. */
  readonly modes: Readonly<Record<Exclude<Mode, 'off'>, number>>;
  /** Requests that would get vectors. */
  readonly embedded: number;
  /** Written a day, by class. */
  readonly bytesPerDay: Bytes;
  /** Stored once each class has reached its age. */
  readonly bytesInTheLongRun: Bytes;
  /** What the providers charged for the requests that are kept; nothing is added by looking at them. */
  readonly costUsd: number;
}

export interface Bytes {
  readonly text: number;
  readonly vectors: number;
  readonly metadata: number;
}

const DAY_MS = 86_400_000;

interface Sums {
  requests: number;
  dropped: number;
  embedded: number;
  costUsd: number;
  readonly modes: { full: number; topic_only: number; metadata_only: number };
  readonly bytes: { text: number; vectors: number; metadata: number };
  /** Requests whose text or vectors would be kept and are not there to be measured. */
  readonly unmeasured: { text: number; vectors: number };
  readonly clusters: Map<string, { kept: number; weight: number }>;
}

/** Adds up requests under one policy. */
export function createSimulation(policy: Policy) {
  const sums: Sums = {
    requests: 0,
    dropped: 0,
    embedded: 0,
    costUsd: 0,
    modes: { full: 0, topic_only: 0, metadata_only: 0 },
    bytes: { text: 0, vectors: 0, metadata: 0 },
    unmeasured: { text: 0, vectors: 0 },
    clusters: new Map(),
  };
  const store = (kind: 'text' | 'vectors', kept: number, bytes: number): void => {
    if (bytes === 0) sums.unmeasured[kind] += kept;
    else sums.bytes[kind] += kept * bytes;
  };
  return {
    add(request: SimulatedRequest): void {
      const { sample, weight, bytes } = request;
      // What the gateway decided then was by its policy, not by this one.
      const mode = modeOf(policy, { ...sample, mode: 'full' });
      const share = mode === 'off' ? 0 : probabilityOf(policy, sample);
      const kept = weight * share;
      sums.requests += kept;
      sums.dropped += weight - kept;
      if (mode === 'off' || kept === 0) return;
      sums.modes[mode] += kept;
      sums.costUsd += kept * (request.costUsd ?? 0);
      sums.bytes.metadata += kept * bytes.metadata;
      if (mode === 'full') store('text', kept, bytes.text);
      if (mode !== 'metadata_only') {
        const rate = embedRateOf(policy, request, sample);
        sums.embedded += kept * rate;
        store('vectors', kept * rate, bytes.vectors);
      }
      if (weight <= 1) return;
      // Sampling keeps or drops a person's day whole.
      const key = `${request.principal ?? sample.id} ${Math.floor(request.atMs / DAY_MS)} ${weight}`;
      const cluster = sums.clusters.get(key) ?? { kept: 0, weight };
      cluster.kept += share;
      sums.clusters.set(key, cluster);
    },
    /**
     * @param days that the requests span
     * @param usual bytes of text and vectors of a request, for those where they are not stored
     */
    result(days: number, usual: { readonly text: number; readonly vectors: number }): Kept {
      let variance = 0;
      for (const { kept, weight } of sums.clusters.values()) variance += weight * (weight - 1) * kept * kept;
      const perDay: Bytes = {
        text: (sums.bytes.text + sums.unmeasured.text * usual.text) / days,
        vectors: (sums.bytes.vectors + sums.unmeasured.vectors * usual.vectors) / days,
        metadata: sums.bytes.metadata / days,
      };
      const kept = { ...DEFAULT_DAYS, ...policy.retention };
      return {
        requests: sums.requests,
        standardError: Math.sqrt(variance),
        dropped: sums.dropped,
        modes: sums.modes,
        embedded: sums.embedded,
        bytesPerDay: perDay,
        bytesInTheLongRun: {
          text: perDay.text * Math.min(kept.textDays, kept.metadataDays),
          vectors: perDay.vectors * Math.min(kept.embeddingDays, kept.metadataDays),
          metadata: perDay.metadata * kept.metadataDays,
        },
        costUsd: sums.costUsd,
      };
    },
  };
}

/** With which probability the gateway would keep it with more than digests, always-keep rules first. */
export function probabilityOf({ sampling }: Policy, sample: Sample): number {
  const always = sampling?.always;
  const outcome = sample.status?.outcome;
  const blocked = outcome === 'blocked' || (sample.guardrails ?? []).some(({ verdict }) => verdict === 'block');
  if (outcome === 'error' && always?.errors !== false) return 1;
  if (blocked && always?.guardrailBlocks !== false) return 1;
  if (sample.sampling?.rule === 'identity_drift' && always?.drift !== false) return 1;
  const durationMs = Date.parse(sample.endedAt ?? '') - Date.parse(sample.startedAt);
  if (always?.slowerThanMs !== undefined && durationMs > always.slowerThanMs) return 1;
  return sampling?.rules?.find(({ match }) => isMatch(match, sample))?.rate ?? sampling?.rate ?? 1;
}

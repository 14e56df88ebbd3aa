// The wiring of how well requests are linked, of what people set right, and of how threads went.
import type { Base } from './compose-base.ts';
import type { Embedders } from './compose-embedding.ts';
import { accuracyRoutes, createAccuracy, type AccuracyRoom } from './accuracy/index.ts';
import type { FeedbackRedactor } from './feedback/index.ts';
import type { Metrics } from './http/index.ts';
import { createLinkerMemory, type LinkerMemory, type LinkSettings, type Pipeline } from './ingest/index.ts';
import { insightRoutes } from './insight/index.ts';
import { systemRandomness, type EventHandler, type Route } from './kernel/index.ts';
import type { LoadedPolicy } from './policies/index.ts';
import { createRepairs, repairRoutes } from './repair/index.ts';
import { linkerFor, RESTORE_LIMIT } from './threads/index.ts';

export interface Linker {
  readonly memory: LinkerMemory;
  readonly accuracy: AccuracyRoom;
  /** How requests are linked under a policy. */
  readonly settings: (policy: LoadedPolicy['policy']) => LinkSettings;
  readonly handler: EventHandler;
  readonly routes: readonly Route[];
}

export async function openLinker(base: Base, embedders: Pick<Embedders, 'current'>, metrics: Metrics): Promise<Linker> {
  const { store, live, clock, logger } = base;
  const memory = createLinkerMemory();
  const chosen = ({ linking }: LoadedPolicy['policy']): Omit<LinkSettings, 'tuningOf' | 'memory'> => ({
    minConfidence: linking?.minConfidence,
    inference: linking?.inference,
    sessionGapSeconds: linking?.sessionGapMinutes === undefined ? undefined : linking.sessionGapMinutes * 60,
    judge: true,
  });
  const accuracy = await createAccuracy({
    verdicts: store.verdicts,
    calibrations: store.calibrations,
    repairs: store.repairs,
    past: store.past,
    linker: () => {
      const model = embedders.current().modelId;
      const { id, joinFrom } = linkerFor(model);
      return { id, joinFrom, model, leastJoin: live.current().policy.linking?.minConfidence ?? 0 };
    },
    linking: () => ({ ...chosen(live.current().policy), vectorModel: embedders.current().modelId }),
    changed: (scope) => memory.forgetAll(scope),
    clock,
    logger,
  });
  for (const { scope, kinds } of await store.verdicts.recentKinds(1_000)) metrics.seedVerdicts(scope, kinds);
  return {
    memory,
    accuracy,
    settings: (policy) => ({ ...chosen(policy), memory, tuningOf: (scope) => accuracy.tuningOf(scope) }),
    handler: accuracy.handler,
    routes: accuracyRoutes(accuracy, store.verdicts, clock),
  };
}

export const openInsight = ({ store, live, clock }: Base, embedders: Pick<Embedders, 'current'>): Route[] =>
  insightRoutes({
    threads: store.threads,
    sequences: store.sequences,
    prompts: {
      before: async (scope, user, timeMs) => {
        const past = await store.past.recent(scope, user, timeMs / 1000, RESTORE_LIMIT, embedders.current().modelId);
        return new Map(past.flatMap(({ turn: { id, vector } }) => (vector === undefined ? [] : [[id, vector] as const])));
      },
    },
    scales: () => live.current().policy.evaluators ?? [],
    clock,
  });

/** Repairs wait for the pipeline's hand, so that none falls between a request's placement and its commit. */
export function openRepairs(
  { store, clock, logger }: Base,
  parts: { pipeline: Pipeline; memory: LinkerMemory; redactor: Pick<FeedbackRedactor, 'texts'>; committed: () => void },
): Route[] {
  const room = createRepairs({
    store: store.repairs,
    gate: {
      exclusively: (work) => parts.pipeline.exclusively(work),
      forget: (scope, principal) => parts.memory.forget(scope, principal),
    },
    redactor: { redact: async (text, subject) => (await parts.redactor.texts([text], [subject]))[0] ?? '' },
    clock,
    randomness: systemRandomness,
    logger,
    committed: parts.committed,
  });
  return repairRoutes(room, store.repairs);
}

// Keeps every log signed: one signing at a time for each, witnesses beside it. The order of one signing: sign-next.ts.
import { errorFields, scopeKey, type Logger, type Scope } from '../../kernel/index.ts';
import { createCosigner } from './cosigner.ts';
import type { CheckpointGuard, LogStore, Witness, WitnessRefusal } from './ports.ts';
import { signNext } from './sign-next.ts';
import {
  createSignedCheckpoints,
  type PublishedCheckpoint,
  type SignedCheckpoints,
  type SignedCheckpointsParts,
} from './signed-checkpoints.ts';

interface CheckpointerParts extends SignedCheckpointsParts {
  readonly store: LogStore;
  readonly guard: CheckpointGuard;
  readonly witnesses: readonly Witness[];
  readonly logger: Logger;
}

export interface Checkpointer extends Pick<SignedCheckpoints, 'originOf' | 'vkeyOf'> {
  /** Signs and publishes what was added since; answers the newest, undefined where the log is empty. Throws ClewError 'unavailable' where the store is behind what was signed. */
  advance(scope: Scope): Promise<PublishedCheckpoint | undefined>;
  /** The same for all logs; faults are logged. */
  advanceAll(): Promise<void>;
  /** The newest that is published, with the lines of those witnesses that have answered. */
  published(scope: Scope): Promise<PublishedCheckpoint | undefined>;
  /** The same, when the witnesses that are asked just now have answered or failed. */
  cosigned(scope: Scope): Promise<PublishedCheckpoint | undefined>;
  /** Witnesses, by name, that saw another log than this when they were asked last. */
  refusals(scope: Scope): ReadonlyMap<string, WitnessRefusal>;
}

export function createCheckpointer(parts: CheckpointerParts): Checkpointer {
  const { store, guard, key, logger } = parts;
  const checkpoints = createSignedCheckpoints(parts);
  const cosigner = createCosigner({ store, witnesses: parts.witnesses, logger });
  const inTurn = createTurns<PublishedCheckpoint | undefined>();

  /** Whoever asks while the log is being signed gets the next round's answer. */
  const advance = (scope: Scope): Promise<PublishedCheckpoint | undefined> =>
    inTurn(scopeKey(scope), async () => {
      const newest = await signNext(scope, { store, guard, key, checkpoints });
      if (newest) cosigner.request(scope, newest, newest.note);
      return newest;
    });

  return {
    originOf: checkpoints.originOf,
    vkeyOf: checkpoints.vkeyOf,
    advance,
    published: (scope) => checkpoints.published(scope),
    refusals: (scope) => cosigner.refusals(scope),
    async cosigned(scope) {
      await cosigner.idle(scope);
      return checkpoints.published(scope);
    },
    async advanceAll() {
      for (const scope of await store.scopes()) {
        try {
          await advance(scope);
        } catch (error) {
          logger.error('checkpoint_failed', { tenant: scope.tenant, environment: scope.environment, ...errorFields(error) });
        }
      }
    },
  };
}

/** Work under one name is done one after the other, whatever becomes of the one before. */
function createTurns<T>(): (name: string, work: () => Promise<T>) => Promise<T> {
  const underWay = new Map<string, Promise<T>>();
  return async (name, work) => {
    const before: Promise<unknown> = underWay.get(name) ?? Promise.resolve();
    const next = before.catch(() => undefined).then(work);
    underWay.set(name, next);
    try {
      return await next;
    } finally {
      if (underWay.get(name) === next) underWay.delete(name);
    }
  };
}

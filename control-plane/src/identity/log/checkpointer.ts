// Signs what a log has become, and publishes it. In this order, so that no crash leaves two histories behind:
//
//   1 read the size      leaves below it are durable and keep their places
//   2 compute the root   from durable tiles
//   3 compare            with the newest checkpoint in the store, and with the guard that is kept apart from it
//   4 guard              the new checkpoint, durable, before anyone can see it
//   5 publish            in the store; from here on it is served
//   6 witness            beside all this, cosignatures are added to what is published
//
// Signing the same size again gives the same bytes (Ed25519 is deterministic), so a crash between 4 and 5 is made good by
// the next round.
import type { SigningKey } from '#contract';
import { ClewError, errorFields, scopeKey, type Logger, type Scope } from '../../kernel/index.ts';
import { formatCheckpoint, parseCheckpoint, type Checkpoint } from './checkpoint.ts';
import { createCosigner } from './cosigner.ts';
import { formatNote, parseNote, parseVkey, signNote, isSignedBy, vkeyOf } from './note.ts';
import type { CheckpointGuard, LogStore, Witness } from './ports.ts';
import { rootOf } from './prove.ts';

export interface CheckpointerParts {
  readonly store: LogStore;
  readonly guard: CheckpointGuard;
  readonly key: SigningKey;
  /** First part of every log's name; tenant and environment follow. */
  readonly originPrefix: string;
  readonly witnesses: readonly Witness[];
  readonly logger: Logger;
}

export interface PublishedCheckpoint extends Checkpoint {
  /** The signed note. */
  readonly note: string;
}

export interface Checkpointer {
  originOf(scope: Scope): string;
  /** C2SP vkey of the log. */
  vkeyOf(scope: Scope): string;
  /** Signs and publishes what was added since; answers the newest, undefined where the log is empty. Throws ClewError 'unavailable' where the store is behind what was signed. */
  advance(scope: Scope): Promise<PublishedCheckpoint | undefined>;
  /** The same for all logs; faults are logged. */
  advanceAll(): Promise<void>;
  /** The newest that is published, with the lines of those witnesses that have answered. */
  published(scope: Scope): Promise<PublishedCheckpoint | undefined>;
  /** The same, when the witnesses that are asked just now have answered or failed. */
  cosigned(scope: Scope): Promise<PublishedCheckpoint | undefined>;
}

export function createCheckpointer(parts: CheckpointerParts): Checkpointer {
  const { store, guard, key, logger } = parts;
  const cosigner = createCosigner({ store, witnesses: parts.witnesses, logger });
  const underWay = new Map<string, Promise<PublishedCheckpoint | undefined>>();
  const originOf = ({ tenant, environment }: Scope): string => `${parts.originPrefix}/${tenant}/${environment}`;
  const ownVkey = (scope: Scope): string => vkeyOf(originOf(scope), key.publicKey);

  async function published(scope: Scope): Promise<PublishedCheckpoint | undefined> {
    const { checkpoint: note } = await store.state(scope);
    return note === null ? undefined : { ...read(scope, note), note };
  }

  function read(scope: Scope, text: string): Checkpoint {
    const note = parseNote(text);
    const verifier = parseVkey(ownVkey(scope));
    const checkpoint = note && verifier && isSignedBy(note, verifier) ? parseCheckpoint(note.text) : undefined;
    if (checkpoint?.origin !== originOf(scope)) {
      throw new ClewError(
        'unavailable',
        'a stored checkpoint is not one of this key; restore keys/ and the data folder from the same backup',
      );
    }
    return checkpoint;
  }

  /** The log must hold what was signed before, at the same places. */
  async function holds(scope: Scope, earlier: Checkpoint, size: number): Promise<boolean> {
    if (earlier.size > size) return false;
    return (await rootOf(store.reader(scope), earlier.size)).equals(earlier.root);
  }

  async function sign(scope: Scope): Promise<PublishedCheckpoint | undefined> {
    const { size, checkpoint: before } = await store.state(scope);
    const guarded = await guard.read(scope);
    if (size === 0 && guarded === undefined) return undefined;
    for (const earlier of [before, guarded]) {
      if (earlier !== null && earlier !== undefined && !(await holds(scope, read(scope, earlier), size))) {
        throw new ClewError(
          'unavailable',
          `the log of ${scopeKey(scope)} does not hold what was signed before; nothing more is signed. Was the data folder put back from a backup? Restore a later one`,
        );
      }
    }
    const newest = before === null ? undefined : { ...read(scope, before), note: before };
    if (newest?.size === size) return newest;
    const checkpoint = { origin: originOf(scope), size, root: await rootOf(store.reader(scope), size) };
    const text = formatCheckpoint(checkpoint);
    const note = formatNote({ text, signatures: [signNote(text, checkpoint.origin, key)] });
    await guard.write(scope, note);
    await store.publish(scope, size, note);
    return { ...checkpoint, note };
  }

  /** One at a time for each log; whoever asks meanwhile gets the next round's answer. */
  async function advance(scope: Scope): Promise<PublishedCheckpoint | undefined> {
    const name = scopeKey(scope);
    const before = underWay.get(name) ?? Promise.resolve(undefined);
    const next = before
      .catch(() => undefined)
      .then(async () => {
        const newest = await sign(scope);
        if (newest) cosigner.request(scope, newest, newest.note);
        return newest;
      });
    underWay.set(name, next);
    try {
      return await next;
    } finally {
      if (underWay.get(name) === next) underWay.delete(name);
    }
  }

  return {
    originOf,
    vkeyOf: ownVkey,
    advance,
    published,
    async cosigned(scope) {
      await cosigner.idle(scope);
      return published(scope);
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

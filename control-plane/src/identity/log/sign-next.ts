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
// the next round, and two replicas over one store and one guard that sign at once sign the same bytes, or one of them is
// behind and publishes nothing.
import type { SigningKey } from '#contract';
import { ClewError, scopeKey, type Scope } from '../../kernel/index.ts';
import { formatCheckpoint, type Checkpoint } from './checkpoint.ts';
import { formatNote, signNote } from './note.ts';
import type { CheckpointGuard, LogStore } from './ports.ts';
import { rootOf } from './prove.ts';
import type { PublishedCheckpoint, SignedCheckpoints } from './signed-checkpoints.ts';

interface SigningParts {
  readonly store: LogStore;
  readonly guard: CheckpointGuard;
  readonly key: SigningKey;
  readonly checkpoints: SignedCheckpoints;
}

/** The newest that is published afterwards; undefined for an empty log. Throws ClewError 'unavailable' where the store is behind what was signed. */
export async function signNext(scope: Scope, { store, guard, key, checkpoints }: SigningParts): Promise<PublishedCheckpoint | undefined> {
  const { size, checkpoint: before } = await store.state(scope);
  const guarded = await guard.read(scope);
  if (size === 0 && guarded === undefined) return undefined;
  for (const earlier of [before, guarded]) {
    if (earlier !== null && earlier !== undefined && !(await holds(store, scope, checkpoints.read(scope, earlier), size))) {
      throw new ClewError(
        'unavailable',
        `the log of ${scopeKey(scope)} does not hold what was signed before; nothing more is signed. Was the data folder put back from a backup? Restore a later one`,
      );
    }
  }
  const newest = before === null ? undefined : checkpoints.read(scope, before);
  if (newest?.size === size) return newest;
  const checkpoint = { origin: checkpoints.originOf(scope), size, root: await rootOf(store.reader(scope), size) };
  const text = formatCheckpoint(checkpoint);
  const note = formatNote({ text, signatures: [signNote(text, checkpoint.origin, key)] });
  await guard.write(scope, note);
  const isNewest = await store.publish(scope, size, note);
  // Another replica was ahead of this one, and its word in the guard is gone: it is put back.
  if (!isNewest) await guardPublished(scope, store, guard);
  return { ...checkpoint, note };
}

async function guardPublished(scope: Scope, store: LogStore, guard: CheckpointGuard): Promise<void> {
  const { checkpoint } = await store.state(scope);
  if (checkpoint !== null) await guard.write(scope, checkpoint);
}

/** The log must hold what was signed before, at the same places. */
async function holds(store: LogStore, scope: Scope, earlier: Checkpoint, size: number): Promise<boolean> {
  if (earlier.size > size) return false;
  return (await rootOf(store.reader(scope), earlier.size)).equals(earlier.root);
}

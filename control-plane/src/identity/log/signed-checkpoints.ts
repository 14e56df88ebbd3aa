// Which log a checkpoint is of, and which of those that are stored are ours.
import type { SigningKey } from '#contract';
import { ClewError, type Scope } from '../../kernel/index.ts';
import { parseCheckpoint, type Checkpoint } from './checkpoint.ts';
import { isSignedBy, parseNote, parseVkey, vkeyOf } from './note.ts';
import type { LogStore } from './ports.ts';

export interface PublishedCheckpoint extends Checkpoint {
  /** The signed note. */
  readonly note: string;
}

/** Checkpoints under one key. */
export interface SignedCheckpoints {
  readonly originOf: (scope: Scope) => string;
  /** C2SP vkey of the log. */
  readonly vkeyOf: (scope: Scope) => string;
  /** Throws ClewError 'unavailable' where the note is not of this log and key: store and keys are of two installations. */
  read(scope: Scope, note: string): PublishedCheckpoint;
  /** The newest that is published. Throws like `read`. */
  published(scope: Scope): Promise<PublishedCheckpoint | undefined>;
}

export interface SignedCheckpointsParts {
  readonly store: Pick<LogStore, 'state'>;
  readonly key: SigningKey;
  /** First part of every log's name; tenant and environment follow. */
  readonly originPrefix: string;
}

export function createSignedCheckpoints({ store, key, originPrefix }: SignedCheckpointsParts): SignedCheckpoints {
  const originOf = ({ tenant, environment }: Scope): string => `${originPrefix}/${tenant}/${environment}`;
  const ownVkey = (scope: Scope): string => vkeyOf(originOf(scope), key.publicKey);

  function read(scope: Scope, text: string): PublishedCheckpoint {
    const note = parseNote(text);
    const verifier = parseVkey(ownVkey(scope));
    const checkpoint = note && verifier && isSignedBy(note, verifier) ? parseCheckpoint(note.text) : undefined;
    if (checkpoint?.origin !== originOf(scope)) {
      throw new ClewError(
        'unavailable',
        'a stored checkpoint is not one of this key; restore keys/ and the data folder from the same backup',
      );
    }
    return { ...checkpoint, note: text };
  }

  return {
    originOf,
    vkeyOf: ownVkey,
    read,
    async published(scope) {
      const { checkpoint: note } = await store.state(scope);
      return note === null ? undefined : read(scope, note);
    },
  };
}

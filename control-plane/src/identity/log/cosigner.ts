// Asks witnesses for their cosignatures, beside everything else: nobody waits for a witness that is slow or away.
import { errorFields, scopeKey, type Logger, type Scope } from '../../kernel/index.ts';
import type { Checkpoint } from './checkpoint.ts';
import { parseNote } from './note.ts';
import { WitnessRefused, type LogStore, type Witness, type WitnessRefusal } from './ports.ts';
import { consistencyProof } from './prove.ts';

interface Cosigner {
  /** Has the published checkpoint cosigned by witnesses that did not yet, unless that is under way or was tried of late. */
  request(scope: Scope, checkpoint: Checkpoint, note: string): void;
  /** Resolves when nothing is under way for the log. */
  idle(scope: Scope): Promise<void>;
  /** Witnesses, by name, that saw another log than this when they were asked last. */
  refusals(scope: Scope): ReadonlyMap<string, WitnessRefusal>;
}

interface CosignerParts {
  readonly store: Pick<LogStore, 'publish' | 'reader' | 'state'>;
  readonly witnesses: readonly Witness[];
  readonly logger: Logger;
}

/** Requests for one size that are passed over after a failure: doubled with each, up to this many. */
const LONGEST_PAUSE = 64;

interface Progress {
  busy: Promise<void> | undefined;
  size: number;
  failures: number;
  toSkip: number;
  readonly refusals: Map<string, WitnessRefusal>;
}

export function createCosigner({ store, witnesses, logger }: CosignerParts): Cosigner {
  const logs = new Map<string, Progress>();
  const progressOf = (scope: Scope): Progress => {
    const key = scopeKey(scope);
    const progress = logs.get(key) ?? { busy: undefined, size: -1, failures: 0, toSkip: 0, refusals: new Map() };
    logs.set(key, progress);
    return progress;
  };

  async function cosign(scope: Scope, { origin, size }: Checkpoint, note: string, missing: readonly Witness[]): Promise<boolean> {
    const prove = (oldSize: number) => consistencyProof(store.reader(scope), oldSize, size);
    const answers = await Promise.allSettled(missing.map((witness) => witness.cosign({ origin, checkpoint: note, size, prove })));
    const lines = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    for (const [index, { name }] of missing.entries()) await heard(scope, name, answers[index]);
    // Where a newer checkpoint was published meanwhile, this one is not put in its place.
    if (lines.length > 0) await store.publish(scope, size, `${note}${lines.map((line) => `${line}\n`).join('')}`);
    return answers.every(({ status }) => status === 'fulfilled');
  }

  async function heard(scope: Scope, witness: string, answer: PromiseSettledResult<unknown> | undefined): Promise<void> {
    const { refusals } = progressOf(scope);
    const error: unknown = answer?.status === 'rejected' ? answer.reason : undefined;
    const refused = error instanceof WitnessRefused && !(await isOvertaken(scope, error)) ? error.refusal : undefined;
    if (refused === undefined) {
      if (error !== undefined) logger.warn('witness_failed', { witness, ...errorFields(error) });
      // One that is away took nothing back.
      else refusals.delete(witness);
      return;
    }
    if (refusals.get(witness) !== refused)
      logger.error('witness_refused', { witness, refusal: refused, tenant: scope.tenant, environment: scope.environment });
    refusals.set(witness, refused);
  }

  /** Another replica signed meanwhile what the witness has. */
  const isOvertaken = async (scope: Scope, { seen }: WitnessRefused): Promise<boolean> =>
    seen !== undefined && (await store.state(scope)).size >= seen;

  return {
    refusals: (scope) => progressOf(scope).refusals,
    request(scope, checkpoint, note) {
      const names = new Set(parseNote(note)?.signatures.map(({ name }) => name));
      const missing = witnesses.filter(({ name }) => !names.has(name));
      const progress = progressOf(scope);
      if (missing.length === 0 || progress.busy) return;
      if (progress.size === checkpoint.size && progress.toSkip > 0) {
        progress.toSkip -= 1;
        return;
      }
      progress.size = checkpoint.size;
      progress.busy = cosign(scope, checkpoint, note, missing)
        .catch((error: unknown) => {
          logger.error('cosigning_failed', errorFields(error));
          return false;
        })
        .then((isDone) => {
          progress.failures = isDone ? 0 : progress.failures + 1;
          progress.toSkip = isDone ? 0 : Math.min(LONGEST_PAUSE, 2 ** progress.failures);
          progress.busy = undefined;
        });
    },
    async idle(scope) {
      await progressOf(scope).busy;
    },
  };
}

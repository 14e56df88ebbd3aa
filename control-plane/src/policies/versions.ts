// Every policy that was in force, with who took it and why: an older one can be taken again, as a new version.
import { ClewError, type Clock } from '../kernel/index.ts';
import type { LivePolicy } from './live.ts';
import type { PolicySource, PolicyVersions } from './ports.ts';
import { PolicyError, readPolicy, type PatternCheck } from './read.ts';

export interface Application {
  /** YAML. */
  readonly text: string;
  /** Who: id of a token. */
  readonly actor: string;
  readonly reason: string;
  /** Digest of the policy that the change was planned against. */
  readonly ifDigest?: string | undefined;
}

export interface PolicyRoom {
  /** Throws PolicyError with all faults, `conflict` where another policy came into force meanwhile, `unavailable` where it cannot be written. */
  apply(application: Application): Promise<{ readonly version: number; readonly digest: string }>;
  /** Takes an older version again. Throws `not_found`. */
  rollback(
    version: number,
    by: { readonly actor: string; readonly reason: string },
  ): Promise<{ readonly version: number; readonly digest: string }>;
}

/** Notes the policy in force, and each that comes; those that the file brought, not this room, are noted as the file's. */
export async function createPolicyRoom(parts: {
  readonly live: LivePolicy;
  readonly source: PolicySource;
  readonly versions: PolicyVersions;
  readonly checkPattern: PatternCheck;
  readonly clock: Clock;
  readonly onFailure: (error: unknown) => void;
}): Promise<PolicyRoom> {
  const { live, source, versions, checkPattern, clock } = parts;
  let running: Promise<unknown> = Promise.resolve();
  /** One change at a time: what a change was planned against must still be in force when it is taken. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = running.then(work, work);
    running = next.catch(() => undefined);
    return next;
  };

  async function note(by: { readonly actor: string; readonly reason: string }): Promise<number> {
    const { digest } = live.current();
    const newest = (await versions.list(1))[0];
    if (newest?.digest === digest) return newest.version;
    return versions.add({ digest, text: await source.read(), atMs: clock.nowMs(), ...by });
  }

  async function take(
    { text, actor, reason, ifDigest }: Application,
    isNew: boolean,
  ): Promise<{ readonly version: number; readonly digest: string }> {
    const inForce = live.current().digest;
    if (ifDigest !== undefined && ifDigest !== inForce) {
      throw new ClewError('conflict', `another policy is in force by now (${inForce.slice(0, 12)}); plan the change again`);
    }
    const reading = readPolicy(text, source.name, checkPattern, isNew);
    if (!reading.ok) throw new PolicyError(reading.faults);
    if (!source.write) throw new ClewError('unavailable', 'this policy cannot be written here; change it where it comes from');
    const { digest } = reading.loaded;
    // First the record, then the act: a policy in force whose origin nobody knows would be worse than a record too many.
    const version = await versions.add({ digest, text, atMs: clock.nowMs(), actor, reason });
    await source.write(text);
    if (!(await live.reload({ wasInForce: !isNew })))
      throw new ClewError('unavailable', 'the policy was written and could not be read again');
    return { version, digest };
  }

  await note({ actor: 'file', reason: 'in force at the start' });
  live.onChange(() => {
    // Behind a change of this room, which has noted it by then.
    inTurn(() => note({ actor: 'file', reason: 'the file was changed' })).catch(parts.onFailure);
  });
  return {
    apply: (application) => inTurn(() => take(application, true)),
    rollback: (version, by) =>
      inTurn(async () => {
        const known = await versions.find(version);
        if (!known) throw new ClewError('not_found', `there is no version ${version}`);
        // What was in force may always come back.
        return take({ text: known.text, ...by }, false);
      }),
  };
}

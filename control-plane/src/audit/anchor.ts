// Signs what an audit log has become. The head is guarded apart from the store before it is published, and nothing is
// signed that does not hold what was signed before: so a log from which entries were taken stays behind its head for good.
import type { SigningKey } from '#contract';
import { vkeyOf } from '../identity/index.ts';
import { ClewError, errorFields, scopeKey, type Logger, type Scope } from '../kernel/index.ts';
import { follow, type ChainEnd } from './chain.ts';
import { openHead, signHead } from './head.ts';
import type { AuditStore, HeadGuard } from './ports.ts';

export interface Anchor {
  /** C2SP vkey that checks the heads of the log. */
  vkeyOf(scope: Scope): string;
  /** Signs what was added since. Answers the newest head, of what the log held when it was whole; undefined where it is empty. */
  head(scope: Scope): Promise<string | undefined>;
  /** Signs all logs; faults are logged. */
  advanceAll(): Promise<void>;
}

export interface AnchorParts {
  readonly store: AuditStore;
  readonly guard: HeadGuard;
  readonly key: SigningKey;
  readonly logger: Logger;
}

const BATCH = 500;

export function createAnchor({ store, guard, key, logger }: AnchorParts): Anchor {
  const originOf = (scope: Scope): string => `clew/${key.keyId.slice(0, 16)}/${scopeKey(scope)}/audit`;
  const vkey = (scope: Scope): string => vkeyOf(originOf(scope), key.publicKey);
  const underWay = new Map<string, Promise<string | undefined>>();

  /** The end of the chain, followed from what was signed; throws where the store does not go on from there. */
  async function followed(scope: Scope, signed: ChainEnd | undefined): Promise<ChainEnd> {
    const end = await store.end(scope);
    if (signed !== undefined) await mustHold(scope, signed, end);
    const chain = follow(scope, signed);
    while (chain.end().size < end.size) {
      const entries = await store.entries(scope, chain.end().size, BATCH);
      for (const entry of entries) {
        const fault = chain.next(entry);
        if (fault) throw broken(scope, `entry ${fault.seq}: ${fault.problem}`);
      }
      if (entries.length === 0) throw broken(scope, `entry ${chain.end().size} is missing`);
    }
    return chain.end();
  }

  async function mustHold(scope: Scope, signed: ChainEnd, end: ChainEnd): Promise<void> {
    if (end.size < signed.size) throw broken(scope, `it has ${end.size} entries, and ${signed.size} were signed`);
    const [last] = signed.size === 0 ? [] : await store.entries(scope, signed.size - 1, 1);
    if (signed.size > 0 && last?.hash !== signed.hash) throw broken(scope, `entry ${signed.size - 1} is not the one that was signed`);
  }

  async function advance(scope: Scope): Promise<string | undefined> {
    const guarded = await guard.read(scope);
    const published = await store.head(scope);
    if (guarded === undefined && published !== undefined) throw broken(scope, 'the guard of its head is gone; restore keys/ from a backup');
    const signed = guarded === undefined ? undefined : openHead(guarded, vkey(scope));
    if (guarded !== undefined && signed === undefined)
      throw broken(scope, 'its head is not signed by this key; restore keys/ from a backup');
    const end = await followed(scope, signed);
    if (end.size === 0) return undefined;
    const note = signHead(originOf(scope), end, key);
    if (note !== guarded) await guard.write(scope, note);
    if (note !== published) await store.publishHead(scope, end.size, note);
    return note;
  }

  /** One after the other for each log. */
  function inTurn(scope: Scope): Promise<string | undefined> {
    const name = scopeKey(scope);
    const next = (underWay.get(name) ?? Promise.resolve(undefined)).catch(() => undefined).then(() => advance(scope));
    underWay.set(name, next);
    return next.finally(() => {
      if (underWay.get(name) === next) underWay.delete(name);
    });
  }

  return {
    vkeyOf: vkey,
    async head(scope) {
      try {
        return await inTurn(scope);
      } catch (error) {
        if (!(error instanceof ClewError)) throw error;
        // What was signed while it was whole shows whoever verifies what is missing.
        logger.error('audit_log_broken', { tenant: scope.tenant, environment: scope.environment, ...errorFields(error) });
        return (await guard.read(scope)) ?? (await store.head(scope));
      }
    },
    async advanceAll() {
      for (const scope of await store.scopes()) {
        try {
          await inTurn(scope);
        } catch (error) {
          logger.error('audit_log_broken', { tenant: scope.tenant, environment: scope.environment, ...errorFields(error) });
        }
      }
    },
  };
}

function broken(scope: Scope, why: string): ClewError {
  return new ClewError('unavailable', `the audit log of ${scopeKey(scope)} was changed behind the server's back: ${why}`);
}

// What the parts of the wiring share.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pseudonym, tenantKeys } from '#contract';
import type { OidcTimes } from './adapters/oidc/index.ts';
import { fingerprintOf, openSecret } from './adapters/files/index.ts';
import type { SqliteStore } from './adapters/sqlite/index.ts';
import type { Config } from './config.ts';
import type { OutboundPostOptions } from './http/index.ts';
import type { Embedder, NameFinder } from './ingest/index.ts';
import type { Clock, Logger, Scope } from './kernel/index.ts';
import type { LivePolicy } from './policies/index.ts';

const PACKAGE_ROOT = path.resolve(import.meta.dirname, '../..');

/** A model that is loaded once and closed at the end. */
type Closable<T> = T & { close(): Promise<void> };

/** Parts that tests replace. */
export interface Overrides {
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** In place of the local model. */
  readonly embedder?: Closable<Embedder>;
  /** Models beside those that are configured. */
  readonly otherEmbedders?: readonly Closable<Embedder>[];
  readonly nameFinder?: Closable<NameFinder>;
  readonly oidcTimes?: Partial<OidcTimes>;
  /** In place of the system's name servers, and of the usual patience. */
  readonly outbound?: Pick<OutboundPostOptions, 'resolve' | 'timeoutMs'>;
}

export interface Base {
  readonly config: Config;
  readonly overrides: Overrides;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly live: LivePolicy;
  readonly store: SqliteStore;
  /** A control plane has run on the data folder before. */
  readonly hasRun: boolean;
  readonly closers: (() => Promise<void>)[];
}

export const hashKeyOf = ({ access: { hashKeys } }: Config, tenant: string): string | undefined =>
  Object.hasOwn(hashKeys.byTenant, tenant) ? hashKeys.byTenant[tenant] : hashKeys.others;

const PSEUDONYM = /^p_[\w-]{22}$/;

/** Whom an id given by a person means: a pseudonym, whatever is stored under the very id, or the user that the gateways see. */
export function principalMeant({ config, store }: Base, scope: Scope, id: string): string {
  if (PSEUDONYM.test(id) || store.holds(scope, id)) return id;
  return pseudonymAt(config, scope.tenant, id) ?? id;
}

export function pseudonymAt(config: Config, tenant: string, subject: string): string | undefined {
  const secret = hashKeyOf(config, tenant);
  return secret === undefined ? undefined : pseudonym(tenantKeys(secret, tenant).principal, subject);
}

/** Keys that older versions made without noting them: beside a store that is not new they must be there. */
const FIRST_KEYS = new Set(['pseudonyms.key', 'log.key', 'gateway-identity.key']);

/** A key of the folder keys/, made at the first start and the same ever after. Throws ClewError 'key_lost'. */
export async function secretOf({ config, store, hasRun }: Pick<Base, 'config' | 'store' | 'hasRun'>, name: string): Promise<Uint8Array> {
  const noted = await store.meta.get(`keys.${name}`);
  const isNeeded = FIRST_KEYS.has(name) && hasRun && !store.isNew();
  const key = openSecret(path.join(config.dataFolder, 'keys', name), { fingerprint: noted, isNeeded });
  if (noted === undefined) await store.meta.set(`keys.${name}`, fingerprintOf(key));
  return key;
}

export function version(): string {
  return String((JSON.parse(readFileSync(path.join(PACKAGE_ROOT, 'package.json'), 'utf8')) as { version: unknown }).version);
}

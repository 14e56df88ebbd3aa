// The wiring of who may do what, and of what proves afterwards what was done.
import path from 'node:path';
import { createAccess, createTokenStore, type Access, type LoginRouteParts } from './access/index.ts';
import { checkpointFolder, manifestFolder } from './adapters/files/index.ts';
import type { AuditRoom } from './audit/index.ts';
import { secretOf, type Base } from './compose-base.ts';
import { openPeople } from './compose-people.ts';
import { auditPolicy, openAudit, openLedger, openVault } from './compose-privacy.ts';
import type { Metrics } from './http/index.ts';
import { createIdentity, openManifests, witnessClient, type IdentityRoom } from './identity/index.ts';
import { systemRandomness } from './kernel/index.ts';
import type { ErasureLedger } from './privacy/index.ts';
import type { Vault } from './vault/index.ts';

export interface Trust {
  /** How people sign in on the page. */
  readonly door: LoginRouteParts;
  readonly access: Access;
  readonly identity: IdentityRoom;
  readonly audit: AuditRoom;
  readonly ledger: ErasureLedger;
  readonly vault: Vault;
}

export async function openTrust(base: Base, metrics: Metrics): Promise<Trust> {
  const { config, clock, store } = base;
  const { people, door } = openPeople(base);
  const access = await createAccess({
    store: createTokenStore(store.meta),
    clock,
    randomness: systemRandomness,
    fixedAdmin: config.adminToken === undefined ? undefined : { token: config.adminToken, scope: config.scope },
    people,
    audit: store.audit,
  });
  const identity = await openIdentity(base);
  const audit = await openAudit(base, identity);
  await auditPolicy(base);
  metrics.watchRuns(() => identity.accounts());
  return { door, access, identity, audit, ledger: openLedger(base), vault: await openVault(base) };
}

/** Manifests stand beside the policy; keys and the guard of the log in the data folder. */
async function openIdentity(base: Base): Promise<IdentityRoom> {
  const { config, clock, logger, store } = base;
  const manifests = await openManifests(manifestFolder(path.join(path.dirname(config.policyFile), 'manifests')), logger);
  return createIdentity({
    runs: store.runs,
    log: store.log,
    counters: store.counters,
    gatewayKeys: store.gatewayKeys,
    epochs: store.epochs,
    unkept: store.counters,
    trust: config.gatewayKeys,
    guard: checkpointFolder(path.join(config.dataFolder, 'keys', 'checkpoints')),
    manifests,
    seeds: { log: await secretOf(base, 'log.key'), gateway: await secretOf(base, 'gateway-identity.key') },
    witnesses: config.witnesses.map((witness) => witnessClient(witness)),
    clock,
    logger,
  });
}

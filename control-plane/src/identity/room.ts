// The room as a whole: what a composition of the control plane needs of it.
import { signingKey, type Json, type ManifestSet } from '#contract';
import type { Clock, Logger, Route, Scope } from '../kernel/index.ts';
import type { Account } from './account.ts';
import { createBundler, type Bundler } from './bundle.ts';
import type { TemplateTexts } from './compare.ts';
import { createIdentifier, type Identifier } from './identify.ts';
import { createCheckpointer, type Checkpointer } from './log/checkpointer.ts';
import type { CheckpointGuard, LogStore, Witness } from './log/ports.ts';
import { createSigningRounds } from './log/rounds.ts';
import type { LiveManifests } from './manifests/live.ts';
import type { KeyTrust } from './key-trust.ts';
import type { CounterReader, EpochStore, GatewayKeyStore, RunReader, UnkeptRuns } from './ports.ts';
import { epochRoutes } from './routes-epochs.ts';
import { gatewayKeyRoutes } from './routes-keys.ts';
import { readAccount } from './read-account.ts';
import { logRoutes } from './routes-log.ts';
import { manifestRoutes } from './routes-manifests.ts';
import { runRoutes } from './routes.ts';
import { windowRoutes } from './routes-windows.ts';
import { createUnkeptAccount, type UnkeptAccount } from './unkept.ts';

interface IdentityParts {
  readonly runs: RunReader;
  readonly log: LogStore;
  readonly counters: CounterReader;
  readonly gatewayKeys: GatewayKeyStore;
  readonly epochs: EpochStore;
  readonly unkept: UnkeptRuns;
  /** Which keys of gateways count. */
  readonly trust: KeyTrust;
  readonly guard: CheckpointGuard;
  readonly manifests: LiveManifests;
  /** 32 bytes each, secret, that stay for the life of the installation. */
  readonly seeds: { readonly log: Uint8Array; readonly gateway: Uint8Array };
  readonly witnesses: readonly Witness[];
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface ScopeAccount {
  readonly scope: Scope;
  readonly account: Account;
  /** Witnesses that saw another log than this. */
  readonly refusals: number;
}

export interface IdentityRoom {
  readonly identifier: Identifier;
  /** For whoever takes samples in and does not keep them. */
  readonly unkept: UnkeptAccount;
  readonly checkpointer: Checkpointer;
  readonly bundler: Bundler;
  readonly routes: readonly Route[];
  /** Those in force. */
  manifests(): ManifestSet;
  /** What became of the runs that gateways numbered, for every log. */
  accounts(): Promise<readonly ScopeAccount[]>;
  /** Begins to sign checkpoints, one round a second. */
  start(): void;
  /** Signs what came in last. */
  stop(): Promise<void>;
}

export function createIdentity(parts: IdentityParts): IdentityRoom {
  const { runs, log, counters, gatewayKeys, epochs, trust, manifests, clock, logger } = parts;
  const key = signingKey(parts.seeds.gateway);
  const logKey = signingKey(parts.seeds.log);
  // The name of a log is not chosen by people: no two installations can have the same one by accident.
  const originPrefix = `clew/${logKey.keyId.slice(0, 16)}`;
  const checkpointer = createCheckpointer({
    store: log,
    guard: parts.guard,
    key: logKey,
    originPrefix,
    witnesses: parts.witnesses,
    logger,
  });
  const bundler = createBundler({ store: log, checkpointer, gatewayKeys, key });
  const rounds = createSigningRounds(checkpointer);
  const identifier = createIdentifier({ manifests: () => manifests.current(), gatewayKeys, key, trust, clock });
  return {
    identifier,
    manifests: () => manifests.current(),
    unkept: createUnkeptAccount(parts.unkept, identifier),
    checkpointer,
    bundler,
    routes: [
      // Before /v1/runs/:id, which would take them for ids.
      ...windowRoutes(runs),
      ...runRoutes({ runs, bundler, texts: textsOf(manifests) }),
      ...logRoutes({ store: log, checkpointer, counters, key, clock, witnesses: parts.witnesses }),
      ...manifestRoutes(manifests),
      ...gatewayKeyRoutes(gatewayKeys, clock, trust),
      ...epochRoutes({ epochs, gatewayKeys, trust, clock }),
    ],
    async accounts() {
      const scopes = await log.scopes();
      return Promise.all(
        scopes.map(async (scope) => {
          const { account } = await readAccount(counters, scope, clock.nowMs());
          return { scope, account, refusals: checkpointer.refusals(scope).size };
        }),
      );
    },
    start: () => rounds.start(),
    async stop() {
      manifests.close();
      await rounds.stop();
    },
  };
}

function textsOf(live: LiveManifests): TemplateTexts {
  return {
    template: (digest) =>
      live
        .current()
        .manifests.flatMap(({ instructions = [] }) => instructions)
        .find(({ template }) => template.digest === digest)?.template.text,
    tool(digest) {
      for (const { manifest, tools = [] } of live.current().manifests) {
        const index = tools.findIndex((tool) => tool.digest === digest);
        const declared = manifest.tools?.allowed[index];
        if (declared)
          return { name: declared.name, description: declared.description, parameters: declared.parameters as Json | undefined };
      }
      return undefined;
    },
  };
}

// Puts together what proves one run.
import { publicKeyPem, type Bundle, type DsseEnvelope, type SigningKey } from '#contract';
import { ClewError, type Scope } from '../kernel/index.ts';
import type { Checkpointer } from './log/checkpointer.ts';
import type { LogStore } from './log/ports.ts';
import { inclusionProof } from './log/prove.ts';
import { formatProof } from './log/tlog-proof.ts';
import type { GatewayKeyStore } from './ports.ts';

export interface Bundler {
  /** Undefined for runs that are not in the log. Throws ClewError 'unavailable' where no checkpoint can be signed. */
  bundle(scope: Scope, runId: string): Promise<Bundle | undefined>;
}

interface BundlerParts {
  readonly store: LogStore;
  readonly checkpointer: Checkpointer;
  readonly gatewayKeys: Pick<GatewayKeyStore, 'find'>;
  /** Signs where the gateway did not. */
  readonly key: SigningKey;
}

export function createBundler({ store, checkpointer, gatewayKeys, key }: BundlerParts): Bundler {
  const ownPem = publicKeyPem(key.publicKey);
  return {
    async bundle(scope, runId) {
      const found = await store.find(scope, runId);
      if (!found) return undefined;
      const published = await checkpointer.published(scope);
      const checkpoint = published && published.size > found.index ? published : await checkpointer.advance(scope);
      if (!checkpoint) throw new ClewError('unavailable', 'the log has no checkpoint');
      const path = await inclusionProof(store.reader(scope), found.index, checkpoint.size);
      const { payload, payloadType, signatures } = JSON.parse(found.envelope) as DsseEnvelope;
      const keyId = signatures[0]?.keyid ?? '';
      const gatewayKey = keyId === key.keyId ? ownPem : gatewayKeys.find(scope, keyId)?.publicKey;
      if (gatewayKey === undefined) throw new ClewError('unavailable', `the gateway key ${keyId.slice(0, 16)} is not registered any more`);
      return {
        envelope: { payload, payloadType, signatures: [...signatures] },
        proof: formatProof({ index: found.index, path, checkpoint: checkpoint.note }),
        vkey: checkpointer.vkeyOf(scope),
        gatewayKey,
      };
    },
  };
}

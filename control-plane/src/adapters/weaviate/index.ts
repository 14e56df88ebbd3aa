// Vectors in Weaviate, for installations that outgrow the embedded store.
import type { Vectors } from '../../ingest/ports.ts';
import type { AgedVectors } from '../../retention/index.ts';
import { Collections } from './collections.ts';
import { Connection, type WeaviateOptions } from './connection.ts';
import { WeaviateVectors } from './vectors.ts';

export type { WeaviateOptions } from './connection.ts';

export interface WeaviateStore {
  readonly vectors: Vectors & AgedVectors;
  /** True when the server takes requests: for /readyz. Never rejects. */
  isReady(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Connects to a running Weaviate (1.27 or newer; REST and gRPC).
 *
 * Rejects with ClewError 'config_invalid' for a URL that is none and 'unavailable' where no Weaviate answers; so do later
 * calls when the server goes away. Nothing is retried here: jobs are.
 */
export async function openWeaviate(options: WeaviateOptions): Promise<WeaviateStore> {
  const connection = await Connection.open(options);
  return {
    vectors: new WeaviateVectors(connection, new Collections(connection)),
    isReady: () => connection.client.isReady().catch(() => false),
    close: () => connection.close(),
  };
}

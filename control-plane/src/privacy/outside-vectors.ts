// Vectors in a store of their own, under the same rule of erasure as the store beside them.
import type { Scope } from '../kernel/index.ts';
import type { Erasable, Tombstones } from './ports.ts';

interface Item {
  readonly scope: Scope;
  readonly principal: string | null;
  readonly atMs: number;
}

/** What the wrapper needs of a store of vectors. */
interface VectorStore<I extends Item> {
  upsert(items: readonly I[]): Promise<void>;
  removePrincipal(scope: Scope, principal: string, untilMs?: number): Promise<number>;
}

/** The same store, which takes no vectors of requests that an erasure covers. */
export function withoutErased<I extends Item, S extends VectorStore<I>>(vectors: S, tombstones: Tombstones): S {
  const upsert = async (items: readonly I[]): Promise<void> => {
    const allowed: I[] = [];
    for (const item of items) {
      if (item.principal === null || !(await tombstones.covers(item.scope, item.principal, item.atMs))) allowed.push(item);
    }
    if (allowed.length > 0) await vectors.upsert(allowed);
  };
  return new Proxy(vectors, { get: (target, name) => (name === 'upsert' ? upsert : bound(target, name)) });
}

function bound(target: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name, target);
  return typeof value === 'function' ? (value.bind(target) as unknown) : value;
}

/** Its place in the register. Such stores answer how many they removed, so a second removal is the scan. */
export function outsideVectors(vectors: Pick<VectorStore<Item>, 'removePrincipal'>): Erasable {
  return {
    name: 'outside_vectors',
    tables: [],
    // What the person asked since is not meant.
    erase: async (scope, principal, untilMs) => ({ outsideVectors: await vectors.removePrincipal(scope, principal, untilMs) }),
    residual: (scope, principal) => vectors.removePrincipal(scope, principal),
  };
}

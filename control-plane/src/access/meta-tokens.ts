// Tokens as one value of the store's key-value table: there are few, and they change seldom.
import type { AuditEntry } from '../kernel/index.ts';
import type { TokenRecord, TokenStore } from './ports.ts';

/** Small durable values; `set` resolves once they would survive loss of power. */
export interface KeyValues {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string, audit?: AuditEntry): Promise<void>;
}

const KEY = 'access.tokens';

export function createTokenStore(values: KeyValues): TokenStore {
  const read = async (): Promise<TokenRecord[]> => JSON.parse((await values.get(KEY)) ?? '[]') as TokenRecord[];
  const write = (records: readonly TokenRecord[], audit?: AuditEntry): Promise<void> => values.set(KEY, JSON.stringify(records), audit);
  // Changes follow one another: two at once would each write the list without the other's token.
  let last: Promise<unknown> = Promise.resolve();
  const inOrder = <T>(change: () => Promise<T>): Promise<T> => {
    const next = last.then(change, change);
    last = next.catch(() => undefined);
    return next;
  };
  return {
    all: () => inOrder(read),
    put: (record, audit) => inOrder(async () => write([...(await read()).filter(({ id }) => id !== record.id), record], audit)),
    touch: (id, lastUsedAt, audit) =>
      inOrder(async () => {
        const records = await read();
        if (records.some((record) => record.id === id)) {
          await write(
            records.map((record) => (record.id === id ? { ...record, lastUsedAt } : record)),
            audit,
          );
        }
      }),
    remove: (id, audit) =>
      inOrder(async () => {
        const records = await read();
        const rest = records.filter((record) => record.id !== id);
        if (rest.length === records.length) return false;
        await write(rest, audit);
        return true;
      }),
  };
}

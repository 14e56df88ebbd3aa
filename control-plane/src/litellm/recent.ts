/** The newest of what was added, up to a number: a memory that senders cannot fill. */
export interface Recent {
  has(item: string): boolean;
  add(item: string): void;
}

export function recent(most: number): Recent {
  const items = new Set<string>();
  return {
    has: (item) => items.has(item),
    add(item) {
      items.delete(item);
      items.add(item);
      if (items.size <= most) return;
      const [oldest] = items;
      if (oldest !== undefined) items.delete(oldest);
    },
  };
}

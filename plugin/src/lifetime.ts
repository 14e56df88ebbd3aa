// What the plugin and whatever process it runs in agree on. They are two bundles, so they meet at a global symbol.

interface Lifetime {
  /** Called before the process ends; each resolves when its queues are empty, moved to disk, or given up. */
  readonly beforeExit: Set<() => Promise<void>>;
  /** Exceptions that reached the process. */
  uncaught: number;
  /** True when the launcher handles signals; otherwise the plugin does it itself. */
  handlesSignals: boolean;
  /** Texts from Kong with so many bytes or more stay bytes, for a plugin that reads them elsewhere. */
  bytesFrom: number;
  /** A folder that belongs to the gateway and stays: where its key lies unless the settings say where. */
  home: string | undefined;
}

const KEY = Symbol.for('clew.lifetime');

export function lifetime(): Lifetime {
  const holder = globalThis as unknown as Record<symbol, Lifetime | undefined>;
  return (holder[KEY] ??= {
    beforeExit: new Set(),
    uncaught: 0,
    handlesSignals: false,
    bytesFrom: Number.POSITIVE_INFINITY,
    home: undefined,
  });
}

/** Runs all hooks side by side; resolves when they are done or the time is over, and never rejects. */
export async function runBeforeExit(limitMs: number): Promise<void> {
  const hooks = Promise.allSettled([...lifetime().beforeExit].map(async (hook) => hook()));
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([hooks, limit]);
  clearTimeout(timer);
}

import type { Route } from '../kernel/index.ts';

/** A part that must work before traffic is sent here. */
export interface Health {
  readonly name: string;
  /** Resolves to "ok" or to one short sentence on what is missing. */
  check(): Promise<string>;
}

/** Alive: the process answers. Ready: it can take samples and process them. */
export function healthRoutes(parts: readonly Health[]): Route[] {
  // Anybody may ask, and the answer costs work: those who ask at the same time share it.
  let asked: Promise<readonly (readonly [string, string])[]> | undefined;
  const checkAll = () =>
    (asked ??= Promise.all(parts.map(async (part) => [part.name, await guarded(part)] as const)).finally(() => (asked = undefined)));
  return [
    {
      method: 'get',
      path: '/healthz',
      permission: null,
      summary: 'The process is alive',
      success: { status: 200, description: 'Alive', schema: { type: 'object', properties: { status: { const: 'ok' } } } },
      handle: () => Promise.resolve({ status: 200, json: { status: 'ok' } }),
    },
    {
      method: 'get',
      path: '/readyz',
      permission: null,
      summary: 'Every part that the service needs works',
      success: {
        status: 200,
        description: 'Ready; 503 with the same shape where a part does not work',
        schema: { type: 'object', properties: { status: { enum: ['ok', 'not_ready'] }, parts: { type: 'object' } } },
      },
      errors: ['unavailable'],
      handle: async () => {
        const entries = await checkAll();
        const isReady = entries.every(([, state]) => state === 'ok');
        return { status: isReady ? 200 : 503, json: { status: isReady ? 'ok' : 'not_ready', parts: Object.fromEntries(entries) } };
      },
    },
  ];
}

async function guarded(part: Health): Promise<string> {
  try {
    return await part.check();
  } catch {
    return 'does not answer';
  }
}

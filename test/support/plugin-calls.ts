// Calls through the plugin in its real server.
import { requestTable } from './companion-tables.ts';
import type { Connection, RunningServer } from './plugin-socket.ts';

export interface CallOptions {
  readonly body?: Record<string, unknown>;
  readonly headers?: Record<string, string>;
  readonly route?: string;
  readonly answer?: Record<string, unknown>;
}

export interface CallResult {
  readonly runId: string;
  readonly decision: Record<string, unknown>;
  readonly accessTrips: number;
  readonly logTrips: number;
}

/** One call through both phases, as Kong and the companion scripts make it. */
export async function callThrough(kong: Connection, instance: number, options: CallOptions = {}): Promise<CallResult> {
  const { body = {}, headers = {}, route = 'chat', answer = {} } = options;
  const place = { route: { id: `id-${route}`, name: route }, service: { id: 'id-openai', name: 'openai' } };
  const now = Date.now();
  const asked = {
    model: 'gpt-4o',
    user: 'zoe',
    messages: [
      { role: 'system', content: 'You answer questions about parcels.' },
      { role: 'user', content: 'Where is my parcel?' },
    ],
    ...body,
  };
  const shared = new Map<string, unknown>([['clew_in', { ...requestTable(asked, headers), started_ms: now, ...place }]]);
  const accessTrips = await kong.phase(instance, 'access', shared);
  const decision = shared.get('clew_out') as Record<string, unknown>;
  const exit = decision['exit'] as { status: number; body: string } | undefined;
  shared.set('clew_log', {
    v: 1,
    run_id: decision['run_id'],
    status: exit?.status ?? 200,
    response_headers: { 'content-type': 'application/json' },
    body:
      exit?.body ??
      JSON.stringify({
        id: 'chatcmpl-1',
        model: 'gpt-4o-2024-08-06',
        choices: [{ index: 0, message: { role: 'assistant', content: 'On its way.' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
        ...answer,
      }),
    body_bytes: 100,
    body_truncated: false,
    started_ms: now,
    ...(exit ? {} : { upstream_ms: now + 1, first_byte_ms: now + 5 }),
    ended_ms: now + 6,
    aborted: false,
    tries: [],
    ...place,
  });
  const logTrips = await kong.phase(instance, 'log', shared);
  return { runId: String(decision['run_id']), decision, accessTrips, logTrips };
}

/** Ends the plugin server without a word, as a kernel out of memory does. */
export async function killHard({ child }: RunningServer): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

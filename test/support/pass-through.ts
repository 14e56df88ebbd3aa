// A fake Kong that holds one request's shared table. Without the test runner, since benches use it too.
import type { Flow } from '../../plugin/src/flow.ts';
import type { Kong } from '../../plugin/src/kong.ts';
import type { Runtime } from '../../plugin/src/runtime.ts';

/** One exchange through both phases, as Kong calls them; what was decided in the first. Ends when the work behind is done. */
export async function passThrough(
  { flow, runtime }: { readonly flow: Flow; readonly runtime: Runtime },
  request: unknown,
  outcome: object,
): Promise<Record<string, unknown> | undefined> {
  const shared = new Map<string, unknown>([['clew_in', request]]);
  const kong = {
    ctx: {
      shared: {
        get: (key: string) => Promise.resolve(shared.get(key)),
        set: (key: string, value: unknown) => Promise.resolve(void shared.set(key, value)),
      },
    },
  } as unknown as Kong;
  await flow.access(kong);
  const decision = shared.get('clew_out') as Record<string, unknown> | undefined;
  shared.set('clew_log', { run_id: decision?.['run_id'], ...outcome });
  await flow.log(kong);
  // Decoding is asynchronous even where there is nothing to decode.
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  await runtime.work.idle();
  return decision;
}

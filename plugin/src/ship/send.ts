// One batch to the control plane: NDJSON, gzip, bearer token. Says what became of it and never throws.
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { boundedText } from '../bounded-text.ts';

const gzip = promisify(zlib.gzip);

export type Sent =
  /** `rejected`: positions in the batch. */
  | { readonly kind: 'accepted'; readonly rejected: readonly number[] }
  /** The same batch may work later. `isBatch`: the answer may be about this batch and not about the control plane. */
  | { readonly kind: 'retry'; readonly afterMs: number | undefined; readonly why: string; readonly isBatch: boolean }
  /** Smaller batches may work. */
  | { readonly kind: 'too_large' }
  /** Something in it cannot be read; the rest may. */
  | { readonly kind: 'unreadable'; readonly status: number }
  /** It will never work. */
  | { readonly kind: 'refused'; readonly status: number };

export interface Target {
  readonly url: string;
  readonly token: string;
  readonly timeoutMs: number;
  readonly fetch: typeof fetch;
}

/** Of an answer that lists what was rejected. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** Post of no sample, for its headers alone. */
export const NO_SAMPLES = Buffer.from('[]');

/** `body`: NDJSON. `giveUp` ends the call early; the batch may then have arrived or not. */
export async function sendBatch(
  target: Target,
  body: Uint8Array,
  giveUp: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<Sent> {
  try {
    const answer = await target.fetch(`${target.url}/v1/samples`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${target.token}`,
        'content-type': 'application/x-ndjson',
        'content-encoding': 'gzip',
        ...headers,
      },
      body: new Uint8Array(await gzip(body)),
      // A redirect would carry samples and token to wherever it points.
      redirect: 'error',
      signal: AbortSignal.any([AbortSignal.timeout(target.timeoutMs), giveUp]),
    });
    return await judge(answer);
  } catch (thrown) {
    return { kind: 'retry', afterMs: undefined, why: thrown instanceof Error ? thrown.name : 'unreachable', isBatch: true };
  }
}

async function judge(answer: Response): Promise<Sent> {
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: 'accepted', rejected: rejectedIn((await boundedText(answer, MAX_ANSWER_BYTES)) ?? '') };
  await answer.body?.cancel();
  if (status === 413) return { kind: 'too_large' };
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    return { kind: 'retry', afterMs: retryAfter(answer.headers.get('retry-after')), why: `HTTP ${status}`, isBatch: status !== 429 };
  }
  if (status === 400 || status === 422) return { kind: 'unreadable', status };
  return { kind: 'refused', status };
}

/** One entry for each that is listed; those that name no position have −1. */
function rejectedIn(text: string): number[] {
  try {
    const { rejected } = JSON.parse(text) as { rejected?: unknown };
    if (!Array.isArray(rejected)) return [];
    return rejected.map((one: unknown) => {
      const index = typeof one === 'object' && one !== null ? (one as { index?: unknown }).index : undefined;
      return Number.isSafeInteger(index) ? Number(index) : -1;
    });
  } catch {
    return [];
  }
}

/** Seconds or an HTTP date, as milliseconds from now. */
export function retryAfter(header: string | null, now = Date.now()): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

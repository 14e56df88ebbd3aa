// The state of the service: readiness and metrics, as tools read them.
import { ApiError, problemOf, UNREACHED } from './problem.ts';
import { forget, readToken } from './token.ts';

/** By part: "ok", or what is missing. */
export type Parts = Readonly<Record<string, string>>;

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

async function ask(path: string, signal: AbortSignal | undefined): Promise<Response> {
  const token = readToken();
  try {
    return await fetch(path, {
      headers: token === null ? {} : { Authorization: `Bearer ${token}` },
      credentials: 'omit',
      cache: 'no-store',
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ApiError(UNREACHED);
  }
}

/** A part that does not work answers with 503, and says so in the same shape. */
export async function readParts(signal?: AbortSignal): Promise<Parts> {
  const response = await ask('/readyz', signal);
  if (!response.ok && response.status !== 503) throw new ApiError(await problemOf(response));
  return ((await response.json()) as { readonly parts?: Parts }).parts ?? {};
}

export async function readMetrics(signal?: AbortSignal): Promise<readonly Sample[]> {
  const response = await ask('/metrics', signal);
  if (response.status === 401) forget('refused');
  if (!response.ok) throw new ApiError(await problemOf(response));
  return parseMetrics(await response.text());
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** Prometheus' text format; comments and what is no number are passed over. */
function parseMetrics(text: string): readonly Sample[] {
  return text.split('\n').flatMap((line): readonly Sample[] => {
    const [, name, labels = '', value] = LINE.exec(line) ?? [];
    const number = Number(value);
    if (name === undefined || !Number.isFinite(number)) return [];
    const pairs = [...labels.matchAll(LABEL)].map(([, label = '', said = '']) => [label, said] as const);
    return [{ name, labels: Object.fromEntries(pairs), value: number }];
  });
}

/** Undefined where nothing of the name is told: the whole server is the operator's to see. */
export function valueOf(samples: readonly Sample[], name: string): number | undefined {
  const own = samples.filter((sample) => sample.name === name);
  return own.length === 0 ? undefined : own.reduce((sum, { value }) => sum + value, 0);
}

/** Sums by one label, the largest first, nothing left out but zeros. */
export function byLabel(samples: readonly Sample[], name: string, label: string): readonly (readonly [string, number])[] {
  const sums = new Map<string, number>();
  for (const sample of samples) {
    if (sample.name !== name) continue;
    const key = sample.labels[label] ?? '';
    sums.set(key, (sums.get(key) ?? 0) + sample.value);
  }
  return [...sums].filter(([, value]) => value > 0).toSorted((a, b) => b[1] - a[1]);
}

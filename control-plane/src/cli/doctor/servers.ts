// The servers that are spoken with: whether they answer as they should, by whose clock, and whether gateways call.
import type { Config } from '../../config.ts';
import { bad, good, type Finding } from './finding.ts';

const TIMEOUT_MS = 3_000;
const MAX_SKEW_MS = 30_000;
const LATELY_MS = 24 * 3_600_000;

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** Its clock minus ours, milliseconds, to a second; undefined where it did not say. */
  readonly skewMs: number | undefined;
}

/** Undefined where nothing answers within three seconds. Redirects are not followed: they could carry a token away. */
export async function ask(url: string, init: Omit<RequestInit, 'signal' | 'redirect'> = {}): Promise<Answer | undefined> {
  try {
    const before = Date.now();
    const response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await response.text();
    const told = Date.parse(response.headers.get('date') ?? '');
    // The header is cut to the second, so its middle is the best guess.
    const skewMs = Number.isFinite(told) ? told + 500 - (before + Date.now()) / 2 : undefined;
    return { status: response.status, text, skewMs };
  } catch {
    return undefined;
  }
}

export function judgeWeaviate(answer: Answer | undefined): Finding {
  if (!answer) return bad('weaviate', 'does not answer');
  return answer.status === 200 ? good('weaviate', 'is ready') : bad('weaviate', `is not ready (HTTP ${answer.status})`);
}

/** An empty export, which every receiver takes; in the other encoding where it does not know the first, as the exporter does. */
async function askOtlp({ url, headers, protocol }: Target): Promise<Answer | undefined> {
  const json = { headers: { ...headers, 'content-type': 'application/json' }, body: '{"resourceSpans":[]}' };
  const protobuf = { headers: { ...headers, 'content-type': 'application/x-protobuf' }, body: '' };
  const [first, second] = protocol === 'http/json' ? [json, protobuf] : [protobuf, json];
  const answer = await ask(url, { method: 'POST', ...first });
  return answer?.status === 415 ? ask(url, { method: 'POST', ...second }) : answer;
}

type Target = Config['otlp']['destinations'][number]['target'];

/** Judges the answer to an empty export. */
export function judgeOtlp(answer: Answer | undefined, of?: { readonly name: string; readonly target: Pick<Target, 'url'> }): Finding {
  const who = of === undefined || of.name === 'default' ? '' : `${of.name} `;
  if (!answer) {
    const isGrpc = of !== undefined && new URL(of.target.url).port === '4317';
    return bad('otlp', isGrpc ? `${who}does not answer: 4317 is the port of gRPC as a rule, and HTTP is spoken` : `${who}does not answer`);
  }
  if (answer.status >= 200 && answer.status < 300) return good('otlp', `${who}takes spans`);
  const reason: Readonly<Record<number, string>> = {
    401: 'refuses the headers',
    403: 'refuses the headers',
    404: 'knows no such path',
    405: 'knows no such path',
    415: 'takes neither encoding',
  };
  return bad('otlp', `${who}${reason[answer.status] ?? 'takes no spans'} (HTTP ${answer.status})`);
}

/** Whether spans arrive, from what the control plane counted since its start: a receiver may take an empty export and refuse full ones. */
export function judgeSpans(metrics: string | undefined, destinations: readonly string[]): readonly Finding[] {
  if (metrics === undefined) return [];
  return destinations.flatMap((name) => {
    const count = (outcome: string): number =>
      countOf(metrics, 'clew_spans_total', [new RegExp(`destination="${RegExp.escape(name)}"`), new RegExp(`outcome="${outcome}"`)]);
    const [exported, refused, failed, full, unsampled] = ['exported', 'refused', 'failed', 'queue_full', 'unsampled'].map(count);
    const who = name === 'default' ? '' : `${name} `;
    if (refused && !exported)
      return [
        bad(
          'otlp',
          `${who}refused all of ${refused} spans since the start`,
          'Look for spans_not_sent in the log: its reason is the answer.',
        ),
      ];
    if (failed && !exported) return [bad('otlp', `${who}took none of ${failed} spans since the start`)];
    if (full)
      return [
        bad('otlp', `${who}is too slow: ${full} spans found no room`, 'Raise OTEL_BSP_MAX_QUEUE_SIZE, or send it less: stages: false.'),
      ];
    if (unsampled && !exported)
      return [
        bad(
          'otlp',
          `${who}got nothing: callers record none of their traces`,
          'Set OTEL_TRACES_SAMPLER=always_on to send spans all the same.',
        ),
      ];
    return [];
  });
}

/** Judges the clocks of those that answered, by name. */
export function judgeClocks(answers: Readonly<Record<string, Answer | undefined>>): Finding {
  const skews = Object.entries(answers).flatMap(([name, answer]) => (answer?.skewMs === undefined ? [] : [{ name, ms: answer.skewMs }]));
  if (skews.length === 0) return good('clock', 'no server to compare with');
  const wrong = skews.filter(({ ms }) => Math.abs(ms) > MAX_SKEW_MS);
  if (wrong.length === 0) return good('clock', `within ${MAX_SKEW_MS / 1000} s of ${skews.map(({ name }) => name).join(', ')}`);
  return bad(
    'clock',
    wrong.map(({ name, ms }) => `${name} is ${Math.round(Math.abs(ms) / 1000)} s ${ms > 0 ? 'ahead' : 'behind'}`).join('; '),
  );
}

export interface Calls {
  /** Text of /metrics; undefined where the token may not see it. */
  readonly metrics: string | undefined;
  /** When the newest request began, epoch milliseconds; null where none is stored, undefined where that is not known. */
  readonly newestMs: number | null | undefined;
}

/** Whether gateways call, from what the control plane counted since its start and what it stored. */
export function judgeCalls({ metrics, newestMs }: Calls, nowMs: number): readonly Finding[] {
  if (newestMs === undefined) return [good('gateway', 'not asked: set CLEW_TOKEN to a token that may read threads')];
  const counted = (labels: readonly RegExp[]): number => countOf(metrics ?? '', 'clew_http_requests_total', labels);
  const polls = counted([/route="\/v1\/policies"/, /status="(?:200|304)"/]);
  const posts = [/method="POST"/, /route="\/v1\/(?:samples|litellm\/logs)"/];
  const refused = counted([...posts, /status="40[13]"/]);
  const taken = counted([...posts, /status="202"/]);
  const findings: Finding[] = [];
  if (refused > 0 && taken === 0) findings.push(bad('gateway token', `${refused} posts were refused and none was taken since the start`));
  if (newestMs === null)
    findings.push(
      polls > 0
        ? bad(
            'gateway',
            'a gateway asks for its policy, but no request has come',
            'Send a request to a path of an LLM API through that gateway.',
          )
        : bad('gateway', 'no request has ever come'),
    );
  else if (nowMs - newestMs > LATELY_MS)
    findings.push(bad('gateway', `the newest request began ${Math.floor((nowMs - newestMs) / 3_600_000)} hours ago`));
  return findings.length > 0 ? findings : [good('gateway', 'requests come')];
}

const MONITORS = [
  { client: 'prometheus', name: 'scrape', what: 'scrapes', path: '/metrics' },
  { client: 'alertmanager', name: 'webhook', what: 'posts of Alertmanager', path: '/v1/alerts/alertmanager' },
] as const;

/**
 * How Prometheus and Alertmanager were answered, from what the control plane counted since its start. Whoever has neither is told so,
 * and that is no fault; `expected` names those that are set up, so that silence is one.
 */
export function judgeMonitors(metrics: string | undefined, expected: readonly ('scrape' | 'webhook')[] = []): readonly Finding[] {
  if (metrics === undefined) return [];
  return MONITORS.flatMap(({ client, name, what, path }) => {
    const count = (outcome: string): number =>
      countOf(metrics, 'clew_monitoring_requests_total', [new RegExp(`client="${client}"`), new RegExp(`outcome="${outcome}"`)]);
    const [taken, refused, astray, failed] = ['taken', 'refused', 'wrong_path', 'failed'].map(count);
    if (taken) return [good(name, `${what} come`)];
    if (refused) return [bad(name, `${refused} ${what} were refused since the start`, 'Its token is missing, wrong, or of another role.')];
    if (astray) return [bad(name, `${astray} ${what} went to another path than ${path}`)];
    if (failed) return [bad(name, `${failed} ${what} could not be answered`, 'The log of the control plane says why.')];
    if (!expected.includes(name)) return [good(name, `none of the ${what} came since the start`)];
    const trial =
      name === 'scrape' ? 'Look at /targets of Prometheus.' : 'Send an alert: amtool alert add ClewTrial --alertmanager.url=URL';
    return [bad(name, `none of the ${what} came since the start`, trial)];
  });
}

/** Sum of a metric over the lines whose labels match all. */
function countOf(metrics: string, name: string, labels: readonly RegExp[]): number {
  let sum = 0;
  for (const line of metrics.split('\n')) {
    if (line.startsWith(`${name}{`) && labels.every((label) => label.test(line))) sum += Number(line.slice(line.lastIndexOf(' ') + 1));
  }
  return sum;
}

/** Whether what a file describes was seen by the control plane that runs; nothing where none answers, or shows its metrics to us. */
export async function checkMonitor(
  name: 'scrape' | 'webhook',
  config: Pick<Config, 'host' | 'port' | 'adminToken'>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly Finding[]> {
  const { url, headers } = ownOf(config, env);
  const metrics = await ask(`${url}/metrics`, { headers });
  return judgeMonitors(metrics?.status === 200 ? metrics.text : undefined, [name]).filter((finding) => finding.name === name);
}

function ownOf(
  { host, port, adminToken }: Pick<Config, 'host' | 'port' | 'adminToken'>,
  env: Readonly<Record<string, string | undefined>>,
) {
  const token = env['CLEW_TOKEN'] ?? adminToken;
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return { url: (env['CLEW_URL'] ?? `http://${host}:${port}`).replace(/\/+$/, ''), headers };
}

/** Asks all servers that the settings name, and the control plane if it runs. */
export async function checkServers(
  config: Pick<Config, 'host' | 'port' | 'weaviateUrl' | 'otlp' | 'adminToken'>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly Finding[]> {
  const { url, headers } = ownOf(config, env);
  const [own, weaviate, receivers, metrics, threads] = await Promise.all([
    ask(`${url}/healthz`),
    config.weaviateUrl === undefined ? undefined : ask(`${config.weaviateUrl}/v1/.well-known/ready`),
    Promise.all(config.otlp.destinations.map(async ({ view, target }) => ({ name: view.name, target, answer: await askOtlp(target) }))),
    ask(`${url}/metrics`, { headers }),
    ask(`${url}/v1/threads?limit=1`, { headers }),
  ]);
  return [
    ...(config.weaviateUrl === undefined ? [] : [judgeWeaviate(weaviate)]),
    ...receivers.map(({ name, target, answer }) => judgeOtlp(answer, { name, target })),
    ...judgeSpans(
      metrics?.status === 200 ? metrics.text : undefined,
      config.otlp.destinations.map(({ view }) => view.name),
    ),
    ...judgeMonitors(metrics?.status === 200 ? metrics.text : undefined),
    judgeClocks({
      'the control plane': own,
      Weaviate: weaviate,
      ...Object.fromEntries(receivers.map(({ name, answer }) => [`the OTLP receiver ${name}`, answer])),
    }),
    ...(own?.status === 200
      ? judgeCalls(
          { metrics: metrics?.status === 200 ? metrics.text : undefined, newestMs: newestOf(threads) },
          Date.now() + (own.skewMs ?? 0),
        )
      : [good('gateway', 'not asked: no control plane runs')]),
  ];
}

function newestOf(threads: Answer | undefined): number | null | undefined {
  if (threads?.status !== 200) return undefined;
  const { items } = JSON.parse(threads.text) as { readonly items: readonly { readonly lastAt: string }[] };
  return items[0] === undefined ? null : Date.parse(items[0].lastAt);
}

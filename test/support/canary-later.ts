// Planted values on the ways in beside the gateway, and what every way out gives back: each list and each thing in it, reports,
// graphs, bundles, policies.
import type { ControlPlane } from './stack.ts';

export const LATER_FIELDS = [
  'otlpuser',
  'otlpmessage',
  'otlpanswer',
  'otlpsystem',
  'otlptool',
  'otlpresource',
  'otlpname',
  'otlpattribute',
  'alertlabel',
  'alertannotation',
  'deploy',
  'comment',
  'holdreason',
  'repairreason',
  'tokenless',
] as const;

type Mail = (field: string) => string;

/** One request by OTLP, a deploy, a hold and its end, feedback, a repair that is refused, and an alert. */
export async function sendLater(control: ControlPlane, mail: Mail): Promise<void> {
  const post = (route: string, body: object): Promise<{ status: number; json: unknown }> =>
    control.post(route, JSON.stringify(body), { 'content-type': 'application/json' });
  const text = (key: string, value: string): object => ({ key, value: { stringValue: value } });
  const said = (role: string, content: string): object => ({ role, parts: [{ type: 'text', content }] });
  const nanos = (agoMs: number): string => `${Date.now() - agoMs}000000`;
  const span = {
    ...{ traceId: 'a1'.repeat(16), spanId: 'b2'.repeat(8), name: `chat for ${mail('otlpname')}`, kind: 3 },
    ...{ startTimeUnixNano: nanos(3_000), endTimeUnixNano: nanos(1_000), status: { message: mail('otlpname') } },
    attributes: [
      text('gen_ai.operation.name', 'chat'),
      text('gen_ai.request.model', 'gpt-4o'),
      text('user.id', mail('otlpuser')),
      text('gen_ai.system_instructions', JSON.stringify([{ type: 'text', content: mail('otlpsystem') }])),
      text('gen_ai.tool.definitions', JSON.stringify([{ type: 'function', name: 'f', description: mail('otlptool') }])),
      text('gen_ai.input.messages', JSON.stringify([said('user', `Where is ${mail('otlpmessage')} read?`)])),
      text('gen_ai.output.messages', JSON.stringify([{ ...said('assistant', `At ${mail('otlpanswer')}`), finish_reason: 'stop' }])),
      text('note', mail('otlpattribute')),
    ],
  };
  const resource = { attributes: [text('service.name', mail('otlpresource')), text('host', mail('otlpresource'))] };
  const traces = { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'app' }, spans: [span] }] }] };
  const answers = [
    await post('/v1/traces', traces),
    await post('/v1/deploys', { service: mail('deploy'), version: mail('deploy') }),
    await post('/v1/feedback', { runId: 'ab'.repeat(16), kind: 'comment', value: `Too slow for ${mail('comment')}` }),
    await post('/v1/holds', { kind: 'scope', reason: `case of ${mail('holdreason')}` }),
  ];
  const { id } = answers[3]?.json as { id: string };
  await post(`/v1/holds/${id}/lift`, { reason: `closed by ${mail('holdreason')}` });
  await post('/v1/threads/none/split', { requestIds: [mail('repairreason')], reason: mail('repairreason') });
  await fetch(`${control.url}/v1/threads?user=${encodeURIComponent(mail('tokenless'))}`, {
    headers: { authorization: `Bearer ${mail('tokenless')}` },
  });
  const alert = {
    ...{ status: 'firing', startsAt: new Date().toISOString(), fingerprint: 'f1' },
    labels: { alertname: 'Slow', who: mail('alertlabel') },
    annotations: { summary: `Slow for ${mail('alertannotation')}` },
  };
  answers.push(await post('/v1/alerts/alertmanager', { alerts: [alert] }));
  const refused = answers.filter(({ status }) => status >= 400);
  if (refused.length > 0) throw new Error(`Not taken: ${JSON.stringify(refused)}`);
}

const MOST_OF_EACH = 20;

/** Whatever can be read: each path of the API's description, with every id that its list names. */
export async function readEverything(control: ControlPlane): Promise<Buffer> {
  const read = async (route: string): Promise<string> =>
    (await fetch(`${control.url}${route}`, { headers: { authorization: `Bearer ${control.token}` } })).text();
  const { paths } = JSON.parse(await read('/openapi.json')) as { paths: Record<string, Record<string, unknown>> };
  const gets = Object.keys(paths).filter((path) => paths[path]?.['get'] !== undefined);
  const found: string[] = [];
  for (const path of gets.filter((one) => !one.includes('{'))) {
    const list = await read(path);
    found.push(list);
    const below = gets.filter((one) => one.startsWith(`${path}/{`));
    for (const id of below.length === 0 ? [] : idsIn(list)) {
      for (const one of below) found.push(await read(one.replaceAll(/\{\w+\}/g, encodeURIComponent(id))));
    }
  }
  for (const format of ['graphml', 'cypher', 'nodes', 'relationships']) found.push(await read(`/v1/graph?texts=yes&format=${format}`));
  for (const by of ['model', 'route', 'principal', 'topic']) found.push(await read(`/v1/costs?by=${by}`));
  return Buffer.from(found.join('\n'));
}

function idsIn(list: string): readonly string[] {
  const { items } = JSON.parse(list) as { items?: readonly { readonly id: string }[] };
  return (items ?? []).slice(0, MOST_OF_EACH).map(({ id }) => id);
}

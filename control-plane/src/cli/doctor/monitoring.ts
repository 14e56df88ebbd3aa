// What in the configurations of Prometheus and Alertmanager keeps them from seeing Clew, or Clew from hearing of alerts. Both start
// with any of these and say nothing.
import { bad, good, type Finding } from './finding.ts';
import { block, blocks, readBlock, text, texts, type Block } from './yaml-file.ts';

const ALERTS_PATH = '/v1/alerts/alertmanager';
/** What the page may hold at most: docs/METRICS.md. */
const MOST_SAMPLES = 250_000;
const LOOPBACK = /^(?:127(?:\.\d+){3}|localhost|\[::1\])(?::\d+)?$/;

export function checkPrometheusFile(content: string): readonly Finding[] {
  const root = readBlock(content);
  if (!root) return [bad('prometheus file', 'is not a YAML mapping')];
  const rules = texts(root, 'rule_files').some((file) => /clew|[*?]/.test(file));
  const managers = blocks(block(root, 'alerting'), 'alertmanagers').length > 0;
  return [
    ...checkJob(root),
    rules ? good('prometheus rules', 'are named') : bad('prometheus rules', 'rule_files names none of ours'),
    managers ? good('prometheus alerting', 'has an Alertmanager') : bad('prometheus alerting', 'alerts go nowhere'),
  ];
}

function checkJob(root: Block): readonly Finding[] {
  const jobs = blocks(root, 'scrape_configs');
  const named = (job: Block): string => text(job, 'job_name') ?? '';
  const job = jobs.find((one) => named(one) === 'clew') ?? jobs.find((one) => /clew/i.test(JSON.stringify(one)));
  if (!job) return [bad('prometheus job', 'no job is called clew')];
  const targets = blocks(job, 'static_configs').flatMap((one) => texts(one, 'targets'));
  const isFound = targets.length > 0 || Object.keys(job).some((key) => key.endsWith('_sd_configs'));
  const findings: Finding[] = [];
  if (named(job) !== 'clew') findings.push(bad('prometheus job', `is called ${named(job)}: the rules ask for job="clew"`));
  else if (!isFound) findings.push(bad('prometheus job', 'has no target'));
  else findings.push(good('prometheus job', 'is there'));
  const at = text(job, 'metrics_path') ?? '/metrics';
  if (at !== '/metrics') findings.push(bad('prometheus path', `asks for ${at}`));
  // On the control plane's own machine the page is open.
  const needsToken = targets.length === 0 || !targets.every((target) => LOOPBACK.test(target));
  findings.push(...tokenOf(job, 'prometheus token', needsToken));
  const limit = job['sample_limit'];
  if (typeof limit === 'number' && limit > 0 && limit < MOST_SAMPLES)
    findings.push(bad('prometheus limit', `sample_limit is ${limit}, and the page may hold more`));
  return findings;
}

/** A token has to come along, as Bearer, and from a file: configurations are read by many and kept for long. */
function tokenOf(from: Block, name: 'prometheus token' | 'alertmanager token', isNeeded: boolean): readonly Finding[] {
  const authorization = block(from, 'authorization');
  const type = text(authorization, 'type') ?? 'Bearer';
  const file = text(authorization, 'credentials_file') ?? text(from, 'bearer_token_file');
  if ('credentials' in authorization || 'bearer_token' in from)
    return [bad(name, 'a token stands in the file', 'Revoke the token that stands there.')];
  if ('basic_auth' in from || type.toLowerCase() !== 'bearer') return [bad(name, 'is sent in another way than as Bearer')];
  if (file !== undefined) return [good(name, 'comes from a file')];
  return isNeeded ? [bad(name, 'none is sent')] : [good(name, 'none is needed on this machine')];
}

interface Hook {
  readonly receiver: string;
  readonly hook: Block;
}

export function checkAlertmanagerFile(content: string): readonly Finding[] {
  const root = readBlock(content);
  if (!root) return [bad('alertmanager file', 'is not a YAML mapping')];
  const hooks = blocks(root, 'receivers').flatMap((receiver): readonly Hook[] =>
    blocks(receiver, 'webhook_configs').map((hook) => ({ receiver: text(receiver, 'name') ?? '', hook })),
  );
  const pathOf = ({ hook }: Hook): string => {
    const url = text(hook, 'url') ?? '';
    return URL.canParse(url) ? new URL(url).pathname : '';
  };
  // An address that stands in a file of its own cannot be judged here.
  const isHidden = ({ hook }: Hook): boolean => 'url_file' in hook;
  const right = hooks.find((one) => pathOf(one) === ALERTS_PATH);
  const own = right ?? hooks.find((one) => /clew|:8787/i.test(`${one.receiver} ${text(one.hook, 'url') ?? ''}`));
  if (!own) return [bad('alertmanager receiver', 'no webhook leads to Clew')];
  return [
    right || isHidden(own)
      ? good('alertmanager receiver', `${own.receiver} leads to Clew`)
      : bad('alertmanager path', `the webhook of ${own.receiver} leads to ${pathOf(own) || 'no URL'}`),
    ...tokenOf(block(own.hook, 'http_config'), 'alertmanager token', true),
    ...(own.hook['send_resolved'] === false ? [bad('alertmanager resolved', 'send_resolved is off')] : []),
    ...checkRoute(block(root, 'route'), own.receiver),
  ];
}

function checkRoute(root: Block, receiver: string): readonly Finding[] {
  const found = routesOf(root).filter(({ route }) => text(route, 'receiver') === receiver);
  if (found.length === 0) return [bad('alertmanager route', `no route leads to ${receiver}`)];
  // The first that matches takes an alert, and those after it never see it.
  const swallowing = found.some(({ route, hasNext }) => hasNext && route['continue'] !== true);
  return [
    swallowing
      ? bad('alertmanager route', `alerts that go to ${receiver} reach none of the routes after it`)
      : good('alertmanager route', `leads to ${receiver}`),
  ];
}

function routesOf(route: Block): readonly { readonly route: Block; readonly hasNext: boolean }[] {
  const below = blocks(route, 'routes');
  return [
    { route, hasNext: false },
    ...below.flatMap((one, at) => {
      const [self, ...deeper] = routesOf(one);
      return [...(self ? [{ ...self, hasNext: at < below.length - 1 }] : []), ...deeper];
    }),
  ];
}

// clew doctor: what is wrong and how to mend it. JSON on stdout, for people on stderr; exit 1 where something is.
import { readFileSync } from 'node:fs';
import { bad, type Finding, type FindingName } from './doctor/finding.ts';
import { checkKongConf, checkKongFile } from './doctor/kong.ts';
import { checkLiteLlmFile } from './doctor/litellm.ts';
import { checkAlertmanagerFile, checkPrometheusFile } from './doctor/monitoring.ts';
import { checkMonitor, checkServers } from './doctor/servers.ts';
import { checkBuilt, checkData, checkModelFiles, checkNode, checkPolicy, checkPort, checkSettings } from './doctor/surroundings.ts';
import { resolvePath, UsageError } from './io.ts';

export const help = `clew doctor
  Checks Node, models, built parts, settings, data folder, port, policy, clocks, the servers that are configured, and
  whether gateways, Prometheus and Alertmanager call the control plane that runs, and are refused there (CLEW_URL, or this
  machine's; token: CLEW_TOKEN or CLEW_ADMIN_TOKEN).
clew doctor kong FILE
  Checks a declarative configuration of Kong, or a kong.conf, for what would keep Clew from seeing requests.
clew doctor litellm FILE
  Checks a LiteLLM configuration for what would keep its calls from arriving whole.
clew doctor prometheus FILE
clew doctor alertmanager FILE
  Checks a configuration of Prometheus or Alertmanager for what would keep it from seeing Clew, or Clew from hearing of
  alerts; and, where a control plane runs, whether it was called.`;

interface FileCheck {
  readonly name: FindingName;
  check(text: string, file: string): readonly Finding[];
  /** Of the file's program, whether it calls the control plane that runs. */
  readonly calls?: 'scrape' | 'webhook';
}

const FILES: Readonly<Record<string, FileCheck>> = {
  kong: { name: 'kong file', check: (text, file) => (/\.conf\b/.test(file) ? checkKongConf(text) : checkKongFile(text)) },
  litellm: { name: 'litellm file', check: (text) => checkLiteLlmFile(text, process.env) },
  prometheus: { name: 'prometheus file', check: checkPrometheusFile, calls: 'scrape' },
  alertmanager: { name: 'alertmanager file', check: checkAlertmanagerFile, calls: 'webhook' },
};

export async function run(args: readonly string[]): Promise<number> {
  const [kind, file, ...others] = args;
  if (kind === undefined) return tell(await wholeSetup());
  const part = FILES[kind];
  if (!part || file === undefined || others.length > 0) throw new UsageError(help);
  let text: string;
  try {
    text = readFileSync(resolvePath(file), 'utf8');
  } catch (error) {
    return tell([bad(part.name, `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`)]);
  }
  return tell([...part.check(text, file), ...(await callsOf(part))]);
}

async function callsOf({ calls }: FileCheck): Promise<readonly Finding[]> {
  const { config } = checkSettings(process.env);
  return calls === undefined || !config ? [] : checkMonitor(calls, config, process.env);
}

async function wholeSetup(): Promise<readonly Finding[]> {
  const { config, findings } = checkSettings(process.env);
  const surroundings = [checkNode(), checkModelFiles(), ...checkBuilt(), ...findings];
  if (!config) return surroundings;
  return [
    ...surroundings,
    checkPolicy(config),
    await checkPort(config),
    await checkData(config),
    ...(await checkServers(config, process.env)),
  ];
}

function tell(checks: readonly Finding[]): number {
  for (const { ok, name, found, remedy } of checks)
    process.stderr.write(`${ok ? 'ok   ' : 'FAULT'} ${name}: ${found}${ok ? '' : `\n      ${remedy}`}\n`);
  const faults = checks.filter(({ ok }) => !ok).length;
  // Whoever sits at a terminal has read it above.
  if (!process.stdout.isTTY) process.stdout.write(`${JSON.stringify({ ok: faults === 0, checks })}\n`);
  return faults > 0 ? 1 : 0;
}

// clew doctor: what is wrong and how to mend it. JSON on stdout, for people on stderr; exit 1 where something is.
import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { unsafePatternReason } from '#redact';
import { checkModels } from '../adapters/onnx/index.ts';
import { openSqlite } from '../adapters/sqlite/index.ts';
import { ConfigError, readConfig, type Config } from '../config.ts';
import { ClewError, systemClock } from '../kernel/index.ts';
import { faultLine, readPolicy } from '../policies/index.ts';
import { UsageError } from './io.ts';

export const help = `clew doctor
  Checks Node, models, built parts, settings, data folder, ports, policy and the servers that are configured.`;

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to do; empty where nothing is to be done. */
  readonly remedy: string;
}

const ROOT = path.resolve(import.meta.dirname, '../../..');
const good = (name: string, found: string): Check => ({ name, ok: true, found, remedy: '' });
const bad = (name: string, found: string, remedy: string): Check => ({ name, ok: false, found, remedy });

export async function run(args: readonly string[]): Promise<number> {
  if (args.length > 0) throw new UsageError(help);
  const settings = readSettings();
  const checks: Check[] = [node(), models(), ...built(), ...settings.checks];
  if (settings.config) {
    const { config } = settings;
    checks.push(policy(config), await port(config), await data(config));
    if (config.weaviateUrl !== undefined)
      checks.push(
        await reachable(
          'weaviate',
          `${config.weaviateUrl}/v1/.well-known/ready`,
          'Start Weaviate, or unset WEAVIATE_URL to keep vectors in SQLite.',
        ),
      );
    if (config.otlp) checks.push(await reachable('otlp', config.otlp.url, 'Start the collector, or unset OTEL_EXPORTER_OTLP_ENDPOINT.'));
  }
  for (const check of checks)
    process.stderr.write(`${check.ok ? 'ok   ' : 'FAULT'} ${check.name}: ${check.found}${check.ok ? '' : `\n      ${check.remedy}`}\n`);
  const faults = checks.filter(({ ok }) => !ok).length;
  process.stdout.write(`${JSON.stringify({ ok: faults === 0, checks })}\n`);
  return faults > 0 ? 1 : 0;
}

function node(): Check {
  const major = Number(process.versions.node.split('.')[0]);
  return major >= 24 ? good('node', process.version) : bad('node', process.version, 'Use Node 24 or newer; npm run setup brings it.');
}

function models(): Check {
  try {
    const faults = checkModels();
    if (faults.length === 0) return good('models', 'every file has its SHA-256');
    return bad(
      'models',
      faults.map(({ file, problem }) => `${file}: ${problem}`).join('; '),
      'Restore control-plane/models/ from the repository.',
    );
  } catch (error) {
    return bad(
      'models',
      error instanceof ClewError ? error.message : 'cannot be read',
      'Restore control-plane/models/ from the repository.',
    );
  }
}

function built(): Check[] {
  return [
    ['plugin', 'plugin/dist/clew/clew.cjs'],
    ['page', 'control-plane/web/dist/index.html'],
  ].map(([name = '', file = '']) =>
    existsSync(path.join(ROOT, file)) ? good(name, 'built') : bad(name, 'not built', 'Run: npm run build'),
  );
}

function readSettings(): { readonly config?: Config; readonly checks: readonly Check[] } {
  try {
    return { config: readConfig(process.env), checks: [good('settings', 'every key can be used')] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return {
      checks: error.faults.map(({ key, expected, consequence }) =>
        bad(`settings ${key}`, `expected ${expected}`, `Set or unset it; as it is, ${consequence}.`),
      ),
    };
  }
}

function policy(config: Config): Check {
  try {
    const reading = readPolicy(readFileSync(config.policyFile, 'utf8'), path.basename(config.policyFile), unsafePatternReason);
    return reading.ok
      ? good('policy', 'valid')
      : bad('policy', `${reading.faults.length} faults`, reading.faults.map(faultLine).join('\n      '));
  } catch (error) {
    return bad(
      'policy',
      `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`,
      'Set CLEW_POLICY to a policy file, or unset it.',
    );
  }
}

async function port({ host, port: wanted }: Config): Promise<Check> {
  const server = net.createServer();
  const code = await new Promise<string | undefined>((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
    server.listen(wanted, host, () => server.close(() => resolve(undefined)));
  });
  if (code === undefined) return good('port', `${wanted} is free`);
  if (code !== 'EADDRINUSE') return bad('port', `${wanted} cannot be used (${code})`, 'Set CLEW_PORT or CLEW_HOST.');
  const isOurs = await answers(`http://${host}:${wanted}/healthz`);
  return isOurs
    ? good('port', `${wanted}: a control plane answers`)
    : bad('port', `${wanted} is in use by another program`, 'Set CLEW_PORT to a free port, or stop that program.');
}

async function data({ dataFolder, host, port: wanted }: Config): Promise<Check> {
  try {
    if (!existsSync(dataFolder)) return good('data folder', 'not there yet; made at the first start');
    accessSync(dataFolder, constants.R_OK | constants.W_OK);
    mkdirSync(dataFolder, { recursive: true });
    const store = openSqlite({ folder: dataFolder, clock: systemClock });
    const faults = store.check();
    const { waiting, buried } = await store.journal.depth();
    await store.close();
    if (faults.length > 0) return bad('data folder', faults.join('; '), 'Restore clew.db from a backup.');
    return good('data folder', `sound; ${waiting} samples wait, ${buried} could not be processed`);
  } catch (error) {
    const locked = error instanceof ClewError && error.code === 'locked';
    if (locked && (await answers(`http://${host}:${wanted}/healthz`))) return good('data folder', 'in use by the running control plane');
    if (error instanceof ClewError) return bad('data folder', error.message, error.remedy);
    return bad(
      'data folder',
      `cannot be used (${(error as NodeJS.ErrnoException).code ?? 'error'})`,
      'Give this user read and write access, or set CLEW_DATA.',
    );
  }
}

async function reachable(name: string, url: string, remedy: string): Promise<Check> {
  return (await answers(url)) ? good(name, 'answers') : bad(name, 'does not answer', remedy);
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(3000) });
    await response.body?.cancel();
    return true;
  } catch {
    return false;
  }
}
